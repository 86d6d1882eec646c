"""Plays plans through the real actions in their set form: sweep by sweep, verb by verb, a set for each person."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count

from renda.kernel.audit.models import AuditEntry
from renda.kernel.errors import RendaError
from renda.kernel.flow import turns
from renda.kernel.flow.machine import everywhere, pass_time
from renda.kernel.flow.models import PendingRequest
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction
from renda.voice import actions
from renda.voice.models import Message

# Plans that are on stage together: the more, the larger the sets.
CHUNK = 2000
# In the order in which they mostly follow each other, so that one sweep carries a message far.
VERBS = (
    *("accept", "redirect", "refer", "refer_up", "assign", "receive", "log_contact", "send_back", "extend"),
    *("transfer", "grant_extension", "urge", "oversee", "answer", "forward", "rate", "judge"),
)


@dataclass(frozen=True)
class Act:
    """Somebody does something at a moment. ``given`` are the action's arguments."""

    at: datetime
    verb: str
    actor: Actor
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Plan:
    """The life of one message: how it comes in, and what is done with it."""

    key: str
    submission: Act
    acts: list[Act] = field(default_factory=list)
    message_id: int = 0
    case_id: int = 0
    done: int = 0

    def add(self, at: datetime, verb: str, actor: Actor, **given: Any) -> None:
        """Let somebody do something after what was planned so far."""
        assert verb in VERBS, verb
        self.acts.append(Act(at, verb, actor, given))

    def steps(self, end: datetime) -> int:
        """How many steps it has up to a moment: coming in, and each act."""
        return 1 + sum(act.at <= end for act in self.acts)

    @property
    def next(self) -> Act | None:
        return self.acts[self.done] if self.done < len(self.acts) else None


@dataclass
class Player:
    """Plays plans up to a moment, the present. ``advance`` is told how many more steps (``Plan.steps``) are played."""

    end: datetime
    advance: Callable[[int], None] = lambda _: None
    refused: Counter[str] = field(default_factory=Counter)

    def play(self, plans: Sequence[Plan]) -> None:
        """Bring in what is not there yet and do what is not done yet; acts after the end are left out.

        The clock of a site that runs meanwhile waits until it is done.

        Raises:
            Refused: history is being played already.
        """
        for plan in plans:
            plan.acts = [act for act in plan.acts if act.at <= self.end]
        with turns.history(everywhere()):
            self._play(plans)

    def _play(self, plans: Sequence[Plan]) -> None:
        for start in range(0, len(plans), CHUNK):
            chunk = plans[start : start + CHUNK]
            self._bring_in(chunk)
            while any(plan.next for plan in chunk):
                for verb in VERBS:
                    self._sweep(verb, [(plan, act) for plan, act in _nexts(chunk) if act.verb == verb])
            pass_time({plan.case_id: self.end for plan in chunk})

    def is_there(self, plan: Plan) -> bool:
        """Whether an earlier run has brought this one in."""
        return plan.key in _made([plan])

    def _bring_in(self, chunk: Sequence[Plan]) -> None:
        made = _made(chunk)
        groups: defaultdict[tuple[str, int | None], list[Plan]] = defaultdict(list)
        for plan in chunk:
            plan.message_id = made.get(plan.key, 0)
            if not plan.message_id:
                groups[plan.submission.verb, plan.submission.actor.party_id].append(plan)
        for (verb, _), mine in groups.items():
            rows = (
                _action(verb)
                .quietly()
                .many(
                    mine[0].submission.actor,
                    [plan.submission.given for plan in mine],
                    times=[plan.submission.at for plan in mine],
                    keys=[plan.key for plan in mine],
                )
            )
            for plan, message in zip(mine, rows, strict=True):
                plan.message_id, plan.case_id = message.id, message.case_id
            self.advance(len(mine))
        known = [plan for plan in chunk if plan.key in made]
        _go_on(known)
        self.advance(sum(1 + plan.done for plan in known))

    def _sweep(self, verb: str, ready: Sequence[tuple[Plan, Act]]) -> None:
        """Let time pass up to each act, then have everybody do her own."""
        if not ready:
            return
        pass_time({plan.case_id: act.at for plan, act in ready})
        requests = _requests(ready) if verb == "grant_extension" else {}
        groups: defaultdict[int | None, list[tuple[Plan, Act]]] = defaultdict(list)
        for plan, act in ready:
            groups[act.actor.party_id].append((plan, act))
        for mine in groups.values():
            results = (
                _action(verb)
                .quietly()
                .many(
                    mine[0][1].actor,
                    [(plan.message_id, {**act.given, **requests.get(plan.case_id, {})}) for plan, act in mine],
                    times=[act.at for _, act in mine],
                    skip_refused=True,
                )
            )
            before = sum(plan.done for plan, _ in mine)
            for (plan, _), result in zip(mine, results, strict=True):
                plan.done += 1
                if isinstance(result, RendaError):
                    # Somebody else has moved it (a site in use): its life goes on without the plan.
                    self.refused[f"{verb} {result.code}"] += 1
                    plan.done = len(plan.acts)
            self.advance(sum(plan.done for plan, _ in mine) - before)


def _action(verb: str) -> Any:
    return getattr(actions, f"message_{verb}")


def _nexts(plans: Sequence[Plan]) -> Iterator[tuple[Plan, Act]]:
    for plan in plans:
        if plan.next is not None:
            yield plan, plan.next


def _everybody() -> Actor:
    return Actor.machine("演示", everywhere())


def _made(plans: Sequence[Plan]) -> dict[str, int]:
    keys = [plan.key for plan in plans]
    machine = _everybody()
    return {**actions.message_submit.made(machine, keys), **actions.message_register.made(machine, keys)}


def _go_on(plans: Sequence[Plan]) -> None:
    """Find where an interrupted run stopped: each act has left one line in the trail."""
    ids = [plan.message_id for plan in plans]
    with tenant_transaction(_everybody().tenants):
        cases = dict(Message.objects.filter(pk__in=ids).values_list("pk", "case_id"))
        lines = AuditEntry.objects.filter(subject_type="voice.Message", subject_id__in=ids, outcome="done")
        done = dict(lines.values_list("subject_id").annotate(Count("id")).order_by())
    for plan in plans:
        plan.case_id, plan.done = cases[plan.message_id] or 0, done[plan.message_id] - 1


def _requests(ready: Sequence[tuple[Plan, Act]]) -> dict[int, dict[str, int]]:
    """The extensions asked for, by case, as arguments."""
    with tenant_transaction(_everybody().tenants):
        rows = PendingRequest.objects.filter(case__in=[plan.case_id for plan, _ in ready], state="pending")
        return {case: {"request_id": request} for case, request in rows.values_list("case_id", "id")}
