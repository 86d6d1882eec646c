"""Carrying tickets to the hotline and its replies back: claimed, asked outside any transaction, then marked.

Times and tries are those of the notices' outbox. A notice's delivery cannot carry a ticket: it belongs to a person, and
promises that no text of a case leaves the house by it.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from renda.kernel.clock import now
from renda.kernel.errors import RendaError
from renda.kernel.notices.channels import DeliveryError, Rejected, Unavailable
from renda.kernel.notices.outbox import BATCH, LEASE, TRIES
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant
from renda.voice import actions
from renda.voice.hotline import in_words
from renda.voice.hotline.calling import pull, push
from renda.voice.models import HotlineTicket

logger = logging.getLogger(__name__)

ASK_AGAIN = timedelta(minutes=30)
TITLE = "12345 热线"
_State = HotlineTicket.State


def carry() -> int:
    """Push what waits, ask for what is due; returns how many tickets were looked at.

    When the hotline as a whole is away, what else was claimed is due again when its lease ends.
    """
    looked = 0
    for ticket in _claim():
        looked += 1
        try:
            _push(ticket) if ticket.state == _State.SENDING else _pull(ticket)
        except Unavailable as error:
            _failed(ticket, error)
            break
        except DeliveryError as error:
            _failed(ticket, error)
        except RendaError as error:
            # A reply without a word: the hotline's desk sees it and asks there.
            _mark(ticket, error=error.message, next_at=now() + ASK_AGAIN)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            logger.error("the hotline's answer failed with %s", type(error).__name__)  # noqa: TRY400 - may hold a text
            _mark(ticket, error=f"应答出乎意料（{type(error).__name__}）", next_at=now() + ASK_AGAIN)
    return looked


def _everybody() -> list[int]:
    return list(Tenant.objects.values_list("id", flat=True))


def _machine() -> Actor:
    return Actor.machine(TITLE, _everybody())


def _due() -> QuerySet[HotlineTicket]:
    rows: QuerySet[HotlineTicket] = HotlineTicket.objects.filter(
        state__in=[_State.WAITING, _State.SENDING, _State.SENT],
        next_at__lte=now(),
        assignment__answered_at=None,
        assignment__sent_back_at=None,
    )
    return rows


def _claim() -> list[HotlineTicket]:
    with tenant_transaction(_everybody()):
        rows = list(
            _due()
            .select_related("assignment__message__place", "assignment__unit")
            .select_for_update(skip_locked=True, of=("self",), no_key=True)
            .order_by("next_at")[:BATCH]
        )
        for row in rows:
            row.state = _State.SENT if row.number else _State.SENDING
            row.next_at = now() + LEASE
        HotlineTicket.objects.bulk_update(rows, ["state", "next_at"])
        return rows


def _push(ticket: HotlineTicket) -> None:
    message = ticket.assignment.message
    number = push(
        {
            "reference": f"{message.receipt_number}-{ticket.pk}",
            "title": message.subject,
            "content": message.body,
            "place": f"{message.place.name if message.place else ''}{message.place_text}",
            "category": message.category,
            "submitted_at": message.submitted_at.isoformat(),
        }
    )
    try:
        actions.ticket_number(_machine(), ticket.pk, number=number)
    except RendaError as error:
        _mark(ticket, state=_State.FAILED, error=in_words(error))


def _pull(ticket: HotlineTicket) -> None:
    reply = pull(ticket.number)
    if reply.state == "open":
        _mark(ticket, error="", tries=0, next_at=now() + ASK_AGAIN)
        return
    state = _State.RETURNED if reply.state == "returned" else _State.ANSWERED
    actions.ticket_reply(
        _machine(), ticket.pk, state=state, answer=reply.answer, solved=reply.solved, promised_on=reply.promised_on
    )


def _failed(ticket: HotlineTicket, error: DeliveryError) -> None:
    tries = ticket.tries + 1
    if ticket.number:
        # It is there; asking is never given up while the case is open.
        _mark(ticket, tries=tries, error=str(error)[:200], next_at=now() + ASK_AGAIN)
    elif isinstance(error, Rejected) or tries >= TRIES:
        _mark(ticket, tries=tries, error=str(error)[:200], state=_State.FAILED)
    else:
        _mark(
            ticket,
            tries=tries,
            error=str(error)[:200],
            state=_State.WAITING,
            next_at=now() + timedelta(minutes=2**tries),
        )


def _mark(ticket: HotlineTicket, **fields: Any) -> None:
    with tenant_transaction(_everybody()):
        HotlineTicket.objects.filter(pk=ticket.pk).update(**fields)
