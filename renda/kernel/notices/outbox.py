"""Carrying the outbox's rows out: claimed, sent outside any transaction, then marked."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from renda.kernel.clock import now
from renda.kernel.notices.channels import (
    DeliveryError,
    Message,
    Provider,
    Receipt,
    Rejected,
    Unavailable,
    providers_on,
)
from renda.kernel.notices.kinds import is_urgent
from renda.kernel.notices.models import Delivery
from renda.kernel.notices.timing import quiet_hours
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant

logger = logging.getLogger(__name__)

BATCH = 50
TRIES = 8  # 2, 4, 8 … 128 minutes apart: a server may be away for four hours
# A sender that has not reported after this time was killed; its rows are sent again (at least once, not at most).
LEASE = timedelta(minutes=10)
# The same title and address of this house to the same place is not sent again so soon.
REPEAT = timedelta(hours=6)


def deliver_batch() -> int:
    """Send what is due, at most ``BATCH`` rows; gives back how many were tried."""
    claimed, known = _claim()
    resting: dict[str, Unavailable] = {}
    for row in claimed:
        if row.same_key and (row.channel, row.same_key) in known:
            row.state = Delivery.State.REPEATED
            continue
        row.tries += 1
        message = Message(row.pk, row.notice.title, row.notice.created_at, row.notice.url)
        try:
            receipt = carry(row.channel, row.address, message, resting)
        except DeliveryError as error:
            _failed(row, error)
        else:
            _went(row, receipt)
            known.add((row.channel, row.same_key))
    _mark(claimed)
    return len(claimed)


def carry(channel: str, address: str, message: Message, resting: dict[str, Unavailable]) -> Receipt:
    """Send by the first of the channel's providers that takes it; ``resting`` are those that are not asked any more.

    Raises:
        DeliveryError: none took it.
    """
    last = Unavailable("渠道没有启用")
    for provider in providers_on(channel):
        if (known := resting.get(provider.TITLE)) is not None:
            last = known
            continue
        try:
            return _ask(provider, address, message)
        except Unavailable as error:
            resting[provider.TITLE] = last = error
    raise last


def _ask(provider: Provider, address: str, message: Message) -> Receipt:
    try:
        return provider.deliver(address, message)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        # An answer of a shape that no module foresees must not stop the other letters. Only the kind of fault is noted:
        # its text may hold the address.
        logger.error("%s failed with %s", provider.TITLE, type(error).__name__)  # noqa: TRY400 - see above
        raise Unavailable(f"{provider.TITLE}：应答出乎意料（{type(error).__name__}）") from None


def _everybody() -> list[int]:
    return list(Tenant.objects.values_list("id", flat=True))


def _claim() -> tuple[list[Delivery], set[tuple[str, str]]]:
    """The rows that are due, now ours, and which of them were sent a short while ago."""
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
        sent = Delivery.objects.filter(
            state=Delivery.State.SENT,
            same_key__in={row.same_key for row in rows if row.same_key},
            sent_at__gt=due - REPEAT,
        )
        return rows, set(sent.values_list("channel", "same_key"))


def _went(row: Delivery, receipt: Receipt) -> None:
    row.state, row.error, row.sent_at = Delivery.State.SENT, "", now()
    row.reference = receipt.reference[:120]


def _failed(row: Delivery, error: DeliveryError) -> None:
    row.error = str(error)[:200]
    if isinstance(error, Rejected) or row.tries >= TRIES:
        row.state = Delivery.State.FAILED
    else:
        row.state, row.next_at = Delivery.State.WAITING, now() + timedelta(minutes=2**row.tries)


def _mark(rows: list[Delivery]) -> None:
    if not rows:
        return
    for row, at in _awake(rows):
        row.next_at = at
    with tenant_transaction(_everybody()):
        Delivery.objects.bulk_update(rows, ["state", "tries", "error", "next_at", "sent_at", "reference"])


def _awake(rows: list[Delivery]) -> Iterator[tuple[Delivery, datetime]]:
    """The rows to be tried again, and when: not in the quiet hours of their person."""
    waiting = [row for row in rows if row.state == Delivery.State.WAITING and not is_urgent(row.notice.kind)]
    quiet = quiet_hours({row.person_id for row in waiting if row.person_id is not None}) if waiting else {}
    for row in waiting:
        if row.person_id is not None:
            yield row, quiet[row.person_id].after(row.next_at)
