"""Several messages at once: which moves every chosen one allows, what a move will do to each, and doing it.

Answering, redirecting and judging are said to one person about one matter: they are not here.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from renda.congress.api import Place
from renda.kernel.actions.api import ACTIONS, Existing
from renda.kernel.errors import RendaError
from renda.kernel.flow import api as flow
from renda.kernel.flow.api import Offer
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction
from renda.voice import selectors
from renda.voice.forms import ActForm, form_for
from renda.voice.models import Assignment, Message
from renda.voice.presses import Buttons
from renda.voice.verbs import VERBS
from renda.voice.watching import waiting

MOST = 200
# The verbs that say the same to every message, in the order they are offered.
BULK = ("accept", "refer", "assign", "refer_up", "receive", "forward", "read", "claim", "urge")


def title(verb: str) -> str:
    """A move's name on the bar and on the page."""
    return ACTIONS[f"message.{verb}"].title


@dataclass(frozen=True, slots=True)
class Choice:
    """One chosen message: the bulk moves that are open on it, each with the offer behind it."""

    message: Message
    open: Mapping[str, Offer | None]

    def obstacle(self, verb: str) -> str:
        """Why this move is not done to this message together with others; "" when it is."""
        message = self.message
        if verb not in self.open:
            return "现在不能这样操作，或者不由您办理"
        if verb == "accept" and waiting(message) is not None:
            return "含有留意词，请逐件核对"
        if verb == "accept" and message.proposal.get("doors"):
            return "系统提示可能不属受理范围，请逐件审核"
        if verb == "assign" and message.assigned_at is not None:
            return "曾经交办后退回，请逐件交办"
        return ""

    def carried(self, verb: str) -> dict[str, Any]:
        """The task as it was seen, so that a press on what has changed since is refused."""
        offer = self.open.get(verb)
        if offer is None or verb == "urge":
            return {}
        return {"task_id": offer.task_id, "version": offer.version}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message: done, or why not."""

    message: Message
    said: str
    is_done: bool


def choices(actor: Actor, keys: Iterable[int]) -> list[Choice]:
    """The chosen messages that exist for the actor, at most ``MOST``, in the order chosen, in a constant number of queries.

    Call it inside the actor's scope.
    """
    wanted = list(dict.fromkeys(keys))[:MOST]
    rows = selectors.messages_for(actor).filter(pk__in=wanted)
    found = rows.select_related("tenant", "assigning_tenant", "lead_unit", "station", "place", "case", "hold").in_bulk()
    views = flow.views(actor, {message.case_id: message for message in found.values()})
    assignments: dict[int, list[Assignment]] = defaultdict(list)
    for one in Assignment.objects.filter(message_id__in=found):
        assignments[one.message_id].append(one)
    chosen = []
    for message in (found[key] for key in wanted if key in found):
        buttons = Buttons(message, actor, views[message.case_id], assignments[message.pk])
        opened: dict[str, Offer | None] = {}
        for verb, offer in buttons.open():
            if verb in BULK:
                opened.setdefault(verb, offer)
        chosen.append(Choice(message, opened))
    return chosen


def moves(chosen: Sequence[Choice]) -> list[tuple[str, str]]:
    """The moves that every chosen message allows, with their names."""
    return [(verb, title(verb)) for verb in BULK if chosen and all(not one.obstacle(verb) for one in chosen)]


def mixed(verb: str, chosen: Sequence[Choice]) -> str:
    """Why these messages cannot be given one and the same instruction; "" when they can."""
    offices = {one.message.assigning_tenant_id for one in chosen if not one.obstacle(verb)}
    return "所选留言分属不同的交办机关，请分开交办。" if verb == "assign" and len(offices) > 1 else ""


def form_of(verb: str, chosen: Sequence[Choice], actor: Actor, **given: Any) -> ActForm | None:
    """What is said to all of them; None where there is nothing to say. Accepting takes each message's own proposal."""
    able = [one for one in chosen if not one.obstacle(verb)]
    if not able or verb == "accept":
        return None
    form = form_for(verb, able[0].message, actor, **given)
    # Each message has its own task.
    for name in ("task_id", "version"):
        form.fields.pop(name, None)
    return form if form.fields else None


def do(actor: Actor, verb: str, chosen: Sequence[Choice], given: Mapping[str, Any], key: str) -> list[Outcome]:
    """Do a move to each message that allows it, and say of each what became of it; a second press of the same key
    tells what the first has done. Each message's act is stored wholly or not at all.
    """
    action = ACTIONS[f"message.{verb}"]
    assert isinstance(action, Existing)
    said = {one.message.pk: Outcome(one.message, one.obstacle(verb), is_done=False) for one in chosen}
    press = key or uuid.uuid4().hex
    keys = {one.message.pk: f"{press}:{verb}:{one.message.pk}" for one in chosen}
    able = [one for one in chosen if not one.obstacle(verb)]
    own = _proposals(actor, able) if verb == "accept" else {}
    items = [(one.message.pk, {**given, **own.get(one.message.pk, {}), **one.carried(verb)}) for one in able]
    results = action.many(actor, items, skip_refused=True, once=[keys[pk] for pk, _ in items])
    for one, result in zip(able, results, strict=True):
        failed = isinstance(result, RendaError)
        words = result.message if isinstance(result, RendaError) else VERBS[verb].said
        said[one.message.pk] = Outcome(one.message, words, is_done=not failed)
    # What an earlier press of this form has done is done, whatever was refused now.
    for pk in action.made(actor, keys.values()).values():
        said[pk] = Outcome(said[pk].message, VERBS[verb].said, is_done=True)
    return list(said.values())


def _proposals(actor: Actor, chosen: Sequence[Choice]) -> dict[int, dict[str, Any]]:
    """Category and place of each message as the form of one message would show them."""
    guesses = {one.message.pk: [place["code"] for place in one.message.proposal.get("places", ())] for one in chosen}
    with tenant_transaction(actor.tenants):
        rows = Place.objects.filter(code__in={code for codes in guesses.values() for code in codes})
        places = {place.code: place for place in rows}
    found = {}
    for one in chosen:
        place = next((places[code] for code in guesses[one.message.pk] if code in places), None)
        category = one.message.proposal.get("category", "")
        found[one.message.pk] = {"category": category, "place": one.message.place or place}
    return found
