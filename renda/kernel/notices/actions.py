"""Reading notices, and saying which kinds one does not want."""

from __future__ import annotations

from collections.abc import Mapping

from renda.kernel.actions.api import Context, existing, new
from renda.kernel.errors import Forbidden, Invalid
from renda.kernel.notices import selectors
from renda.kernel.notices.channels import CHANNELS
from renda.kernel.notices.kinds import KINDS
from renda.kernel.notices.models import Notice, Preference
from renda.kernel.notices.sending import INBOX
from renda.kernel.parties.models import Party


@existing("notice.read", title="阅读通知", select=selectors.inbox)
def notice_read(ctx: Context, notice: Notice) -> Notice:
    """Mark a notice as read; a second reading changes nothing."""
    if notice.read_at is None:
        notice.read_at = ctx.now
        notice.read_by_id = ctx.actor.party_id
        ctx.update(notice, "read_at", "read_by")
        ctx.emit(f"party:{notice.party_id}")
    return notice


@new("notice.prefer", title="设置通知方式")
def notice_prefer(ctx: Context, *, wanted: Mapping[str, Mapping[str, bool]]) -> Party:
    """Say for kinds and channels (``inbox`` or a channel's name) whether they are wanted.

    Raises:
        Forbidden: nobody is signed in.
        Invalid: a kind or a channel that does not exist, or a kind that a rule needs told.
    """
    if ctx.actor.party_id is None:
        raise Forbidden
    rows = []
    for kind, by_channel in wanted.items():
        for channel, is_wanted in by_channel.items():
            if kind not in KINDS or channel not in (INBOX, *CHANNELS):
                raise Invalid("notice.unknown", "没有这种通知。")
            if KINDS[kind].is_required and not is_wanted:
                raise Invalid("notice.required", f"“{KINDS[kind].title}”按规定必须告知，不能关闭。")
            rows.append(Preference(party_id=ctx.actor.party_id, kind=kind, channel=channel, is_wanted=is_wanted))
    # One statement that also settles two presses at once.
    Preference.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["party", "kind", "channel"], update_fields=["is_wanted"]
    )
    person: Party = Party.objects.get(pk=ctx.actor.party_id)
    return person
