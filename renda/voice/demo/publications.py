"""The demo city's public messages: what its writers agreed to and its vetters have read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from renda.kernel.tenancy import tenant_transaction
from renda.voice import actions
from renda.voice.demo.desks import Desk
from renda.voice.drafting import draft_of
from renda.voice.models import Message, Stage

# How long after the answer the vetter reads it.
_LATER = timedelta(hours=20)
# At most of each congress: enough to look around in.
EACH = 12


def publish_some(desks: Iterable[Desk], end: datetime) -> int:
    """Make answered demo messages public whose writers agreed; how many. Those that are public already stay."""
    done = 0
    for desk in desks:
        vetter = desk.people.vetter
        with tenant_transaction(vetter.tenants):
            rows = Message.objects.filter(
                tenant=desk.tenant,
                is_demo=True,
                may_publish=True,
                concerns_person=False,
                is_sealed=False,
                accepted_at__isnull=False,
                answered_at__lt=end - _LATER,
                publication__isnull=True,
            ).exclude(stage__in=(Stage.REDIRECTED, Stage.TERMINATED, Stage.DELIVER))
            chosen = list(rows.order_by("-answered_at").prefetch_related("answers__organisation")[:EACH])
            drafts = [(one.pk, draft_of(one, list(one.answers.all()), None)) for one in chosen]
            times = [one.answered_at + _LATER for one in chosen if one.answered_at is not None]
        if drafts:
            actions.message_publish.quietly().many(vetter, drafts, times=times, skip_refused=True)
        done += len(drafts)
    return done
