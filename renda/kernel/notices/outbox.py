"""Carrying the outbox's rows out: claimed, sent outside any transaction, then marked."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from renda.kernel.clock import now
from renda.kernel.notices.channels import Letter, Outcome, channel
from renda.kernel.notices.models import Delivery
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant

BATCH = 50
TRIES = 8  # 2, 4, 8 … 128 minutes apart: a mail server may be away for four hours
# A sender that has not reported after this time was killed; its rows are sent again (at least once, not at most).
LEASE = timedelta(minutes=10)


def deliver_batch() -> int:
    """Send what is due, at most ``BATCH`` rows; gives back how many were tried."""
    claimed = _claim()
    by_channel: defaultdict[str, list[Letter]] = defaultdict(list)
    for row in claimed:
        by_channel[row.channel].append(Letter(row.pk, row.address, row.notice.title, row.notice.url))
    outcomes: dict[int, Outcome] = {}
    for name, letters in by_channel.items():
        for outcome in channel(name).deliver(letters):
            outcomes.setdefault(outcome.key, outcome)
    _mark(claimed, outcomes)
    return len(claimed)


def _everybody() -> list[int]:
    return list(Tenant.objects.values_list("id", flat=True))


def _claim() -> list[Delivery]:
    due = now()
    with tenant_transaction(_everybody()):
        rows = list(
            Delivery.objects.filter(state__in=[Delivery.State.WAITING, Delivery.State.SENDING], next_at__lte=due)
            .select_related("notice")
            .select_for_update(skip_locked=True, of=("self",), no_key=True)
            .order_by("next_at")[:BATCH]
        )
        Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=Delivery.State.SENDING, next_at=due + LEASE
        )
    return rows


def _mark(rows: list[Delivery], outcomes: dict[int, Outcome]) -> None:
    if not rows:
        return
    for row in rows:
        outcome = outcomes[row.pk]
        row.tries += 1
        row.error = outcome.error
        if not outcome.error:
            row.state = Delivery.State.SENT
        elif outcome.is_final or row.tries >= TRIES:
            row.state = Delivery.State.FAILED
        else:
            row.state = Delivery.State.WAITING
            row.next_at = now() + timedelta(minutes=2**row.tries)
    with tenant_transaction(_everybody()):
        Delivery.objects.bulk_update(rows, ["state", "tries", "error", "next_at"])
