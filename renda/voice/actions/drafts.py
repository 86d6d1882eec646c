"""A clerk's drafts: kept, kept anew, dropped, and finished by the registration."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from renda.kernel import policy
from renda.kernel.actions.api import Context, existing, new
from renda.kernel.errors import Forbidden, Invalid
from renda.kernel.files import api as files
from renda.kernel.files.api import StoredFile
from renda.kernel.tenancy.models import Tenant
from renda.voice import selectors
from renda.voice.models import Message, MessageDraft
from renda.voice.words import PHOTOS

# What one clerk may leave lying.
MOST = 50


@new("draft.start", title="保存草稿", permission="message.register", private=("values",))
def draft_start(
    ctx: Context, *, tenant: Tenant, values: Mapping[str, Any], photos: Sequence[StoredFile] = ()
) -> MessageDraft:
    """Keep what a clerk has pasted or typed, with its pictures.

    Raises:
        Forbidden: nobody, or not in this congress.
        Invalid: too many drafts are left lying.
    """
    if ctx.actor.party_id is None or not policy.may(ctx.actor, "message.register", tenant.id):
        raise Forbidden("message.register")
    if MessageDraft.objects.filter(author_id=ctx.actor.party_id).count() >= MOST:
        raise Invalid("draft.too_many", f"草稿已有 {MOST} 件，请先登记或删除一些。")
    draft = MessageDraft(tenant=tenant, author_id=ctx.actor.party_id, saved_at=ctx.now, values=_closed(values))
    ctx.insert(draft)
    for photo in photos:
        files.attach(ctx, photo, draft, purpose="photo")
    return draft


@existing(
    "draft.save",
    title="更新草稿",
    permission="message.register",
    select=selectors.drafts_for,
    private=("values",),
)
def draft_save(
    ctx: Context, draft: MessageDraft, *, values: Mapping[str, Any], photos: Sequence[StoredFile] = ()
) -> MessageDraft:
    """Keep a draft as it now is; new pictures come to those it has.

    Raises:
        Invalid: more pictures than a message may carry.
    """
    if photos and files.files_of(draft).count() + len(photos) > PHOTOS:
        raise Invalid("draft.photos", fields={"photos": f"一件留言最多 {PHOTOS} 张图片。"})
    draft.values, draft.saved_at = _closed(values), ctx.now
    ctx.update(draft, "values", "saved_at")
    for photo in photos:
        files.attach(ctx, photo, draft, purpose="photo")
    return draft


@existing("draft.drop", title="删除草稿", permission="message.register", select=selectors.drafts_for)
def draft_drop(ctx: Context, draft: MessageDraft) -> MessageDraft:
    """Throw a draft away with its pictures."""
    files.files_of(draft).delete()
    MessageDraft.objects.filter(pk=draft.pk).delete()
    return draft


def finish(ctx: Context, draft: MessageDraft, message: Message) -> None:
    """The draft has become a message: its pictures are the message's, it is gone."""
    kept = selectors.drafts_for(ctx.actor).filter(pk=draft.pk).select_for_update(no_key=True)
    if (mine := kept.first()) is None:
        return  # dropped in another window: what was typed is registered all the same
    files.hand_on(ctx, files.files_of(mine), message, purpose="photo")
    kept.delete()


def _closed(values: Mapping[str, Any]) -> str:
    return json.dumps(dict(values), ensure_ascii=False)
