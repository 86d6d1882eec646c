"""What the hotline replied becomes a move of the case by a person of its desk: the unit's answer, or its sending back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from renda.kernel.errors import RendaError
from renda.kernel.parties import Actor
from renda.voice import actions
from renda.voice.hotline import in_words
from renda.voice.models import HotlineTicket

_NO_REASON = "12345 退回，未写明理由。"


def release(actor: Actor, tickets: Sequence[HotlineTicket]) -> list[tuple[HotlineTicket, str]]:
    """Answer or send back in the name of the desk; returns those that were refused, with why."""
    refused: list[tuple[HotlineTicket, str]] = []
    for state, action, given in (
        (HotlineTicket.State.ANSWERED, actions.message_answer, _answer),
        (HotlineTicket.State.RETURNED, actions.message_send_back, _reason),
    ):
        mine = [ticket for ticket in tickets if ticket.state == state]
        items = [(ticket.assignment.message_id, given(ticket)) for ticket in mine]
        results = action.many(actor, items, skip_refused=True)
        for ticket, result in zip(mine, results, strict=True):
            if isinstance(result, RendaError):
                refused.append((ticket, in_words(result)))
    return refused


def _answer(ticket: HotlineTicket) -> dict[str, Any]:
    return {"body": ticket.answer, "solved": ticket.solved, "promised_on": ticket.promised_on}


def _reason(ticket: HotlineTicket) -> dict[str, Any]:
    return {"reason": (ticket.answer or _NO_REASON)[:500]}
