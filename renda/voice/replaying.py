"""Driving real messages with their real answers through the real actions, the kernel clock at the original times.

History says when a message was made and when it was answered. In between, the replay has it vetted, referred and
assigned at once, lets the flow's clock run (marks of due soon and overdue, timeouts, the days of rating), and has the
unit answer at the moment it did. The people who do this are those who hold the posts today. Nobody is told.

Each message is submitted under a key made from its row, so a second run, or one after a kill, goes on where the first
stopped: what is there already is found by its key, and what it still lacks is seen from its stage.
"""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from math import ceil
from typing import Any

from django.utils import timezone

from renda.kernel import clock
from renda.kernel.deadlines import api as deadlines
from renda.kernel.flow.machine import pass_time
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction
from renda.voice import actions
from renda.voice.figures import AnsweredMessage, Figures
from renda.voice.models import Channel, Message, Stage
from renda.voice.replay_people import People

# Messages that are carried from their first day to their last by one round of set actions.
CHUNK = 400
# Cases that the clock takes together in the single form.
CLOCK_CASES = 100
_NOTHING = "（原记录没有文字）"


@dataclass
class Item:
    """One message of the file, the key it is stored under, and its row once it is."""

    source: AnsweredMessage
    key: str
    created_at: datetime
    replied_at: datetime | None
    message: Message | None = None

    @property
    def row(self) -> Message:
        """The stored message."""
        assert self.message is not None
        return self.message

    @property
    def case_id(self) -> int:
        """Its case."""
        assert self.row.case_id is not None
        return self.row.case_id

    def waits_at(self, stage: Stage) -> bool:
        """Whether it is at a stage, and for the first time."""
        return self.row.stage == stage and self.row.answered_at is None


def items_of(messages: Iterable[AnsweredMessage], tenant_id: int) -> list[Item]:
    """The messages of a file, oldest first, each with its key: its congress, text and time, and how many equal ones
    stand before it.
    """
    seen: Counter[str] = Counter()
    items = []
    for message in messages:
        said = (str(tenant_id), message.id, message.user, message.created_at.isoformat(), message.subject, message.body)
        digest = sha256("\x1f".join(said).encode()).hexdigest()
        key = sha256(f"replay {digest} {seen[digest]}".encode()).hexdigest()
        seen[digest] += 1
        replied_at = timezone.make_aware(message.replied_at) if message.replied_at else None
        items.append(Item(message, key, timezone.make_aware(message.created_at), replied_at))
    return sorted(items, key=lambda item: (item.created_at, item.key))


@dataclass
class Replay:
    """A file on its way into one congress. ``advance`` is told how many more messages are done."""

    people: People
    items: Sequence[Item]
    advance: Callable[[int], None] = lambda _: None
    end: datetime = field(default_factory=clock.now)

    def run(self) -> None:
        """The set form: each step of a chunk of messages is one action on many."""
        self._find()
        for start in range(0, len(self.items), CHUNK):
            chunk = self.items[start : start + CHUNK]
            self._submit(chunk)
            for action, stage, actor_of, given in self._way_to_unit():
                self._each(chunk, action, stage, actor_of, given, lambda item: item.created_at)
            self._wait(chunk, lambda item: item.replied_at or self.end)
            self._each(chunk, actions.message_answer, Stage.UNIT, self._officer, _reply, lambda item: item.replied_at)
            self._wait(chunk, lambda item: self.end)
            self.advance(len(chunk))

    def run_singly(self) -> None:
        """The single form: what people do is done one by one, in the order of time.

        The clock works in sets, as on a running site: each time over the cases that are answered next.
        """
        self._find()
        agenda = sorted(
            [(item.created_at, 0, number) for number, item in enumerate(self.items)]
            + [(item.replied_at, 1, number) for number, item in enumerate(self.items) if item.replied_at]
        )
        replies = [number for _, what, number in agenda if what]
        clocked: set[int] = set()
        for _, what, number in agenda:
            item = self.items[number]
            if not what:
                self._bring_to_unit(item)
            else:
                if number not in clocked:
                    clocked.update(self._run_clock(number, replies, clocked))
                self._one(item, actions.message_answer, Stage.UNIT, self._officer, _reply, item.replied_at)
            if what or item.replied_at is None:
                self.advance(1)
        self._wait(self.items, lambda item: self.end)

    # Both forms

    @property
    def _machine(self) -> Actor:
        return Actor.machine("历史导入", [self.people.congress.tenant_id])

    def _find(self) -> None:
        """Find the messages that an earlier run has stored."""
        made = actions.message_submit.made(self._machine, [item.key for item in self.items])
        rows = self._read(made.values())
        for item in self.items:
            item.message = rows.get(made.get(item.key, 0))

    def _read(self, ids: Iterable[int]) -> dict[int, Message]:
        with tenant_transaction(self._machine.tenants):
            return Message.objects.defer("body").in_bulk(list(ids))

    def _way_to_unit(self) -> tuple[tuple[Any, Stage, Callable[[Item], Actor], Callable[[Item], dict[str, Any]]], ...]:
        """The acts that bring a message to its unit: what, at which stage, by whom, with what."""
        return (
            (actions.message_accept, Stage.VET, lambda _: self.people.vetter, lambda _: {}),
            (actions.message_refer, Stage.DEPUTY, self._deputy, lambda _: {}),
            (actions.message_assign, Stage.OFFICE, lambda _: self.people.assigner, self._assignment),
        )

    def _deputy(self, item: Item) -> Actor:
        return self.people.deputy(item.row.deputy_id or 0)

    def _officer(self, item: Item) -> Actor:
        return self.people.officer(item.row.lead_unit_id or 0)

    def _submission(self, item: Item) -> dict[str, Any]:
        source = item.source
        return {
            "tenant": self.people.congress.tenant,
            "subject": source.subject.strip()[:120],
            "body": source.body.strip() or source.subject.strip() or _NOTHING,
            "deputy": self.people.deputy_for(source.id),
            "place": self.people.place_for(source.id),
            "channel": Channel.REPLAY,
        }

    def _assignment(self, item: Item) -> dict[str, Any]:
        return {"lead_unit": self.people.unit_for(unit["kind"] for unit in item.row.proposal["units"])}

    # The set form

    def _submit(self, chunk: Sequence[Item]) -> None:
        new = [item for item in chunk if item.message is None]
        submitted = actions.message_submit.quietly().many(
            self._machine,
            [self._submission(item) for item in new],
            times=[item.created_at for item in new],
            keys=[item.key for item in new],
        )
        for item, message in zip(new, submitted, strict=True):
            item.message = message

    @staticmethod
    def _each(
        chunk: Sequence[Item],
        action: Any,
        stage: Stage,
        actor_of: Callable[[Item], Actor],
        given: Callable[[Item], Mapping[str, Any]],
        time_of: Callable[[Item], datetime | None],
    ) -> None:
        """One act on those of a chunk that wait for it, a set for each actor."""
        groups: defaultdict[int | None, list[tuple[Item, datetime]]] = defaultdict(list)
        actors: dict[int | None, Actor] = {}
        for item in chunk:
            if item.waits_at(stage) and (moment := time_of(item)) is not None:
                actor = actor_of(item)
                actors[actor.party_id] = actor
                groups[actor.party_id].append((item, moment))
        for party, mine in groups.items():
            done = action.quietly().many(
                actors[party], [(item.row.id, given(item)) for item, _ in mine], times=[moment for _, moment in mine]
            )
            for (item, _), message in zip(mine, done, strict=True):
                item.message = message

    def _wait(self, chunk: Sequence[Item], until: Callable[[Item], datetime]) -> None:
        """Let the clock act on a chunk's cases, then read the messages again."""
        pass_time({item.case_id: until(item) for item in chunk})
        rows = self._read(item.row.id for item in chunk)
        for item in chunk:
            item.message = rows[item.row.id]

    # The single form

    def _bring_to_unit(self, item: Item) -> None:
        if item.message is None:
            submit = actions.message_submit.quietly().once(item.key).at(item.created_at)
            item.message = submit(self._machine, **self._submission(item))
        for action, stage, actor_of, given in self._way_to_unit():
            self._one(item, action, stage, actor_of, given, item.created_at)

    def _one(
        self,
        item: Item,
        action: Any,
        stage: Stage,
        actor_of: Callable[[Item], Actor],
        given: Callable[[Item], Mapping[str, Any]],
        moment: datetime | None,
    ) -> None:
        if item.waits_at(stage):
            item.message = action.quietly().at(moment)(actor_of(item), item.row.id, **given(item))

    def _run_clock(self, number: int, replies: Sequence[int], clocked: set[int]) -> list[int]:
        """Let the clock act on a case up to its answer, and on those at hand that are answered after it."""
        after = replies[replies.index(number) :]
        ready = [other for other in after if self.items[other].message is not None and other not in clocked]
        ready = ready[:CLOCK_CASES]
        self._wait([self.items[other] for other in ready], lambda item: item.replied_at or self.end)
        return ready


def _reply(item: Item) -> dict[str, Any]:
    # How far it was solved, history does not say.
    return {"body": item.source.reply.strip() or _NOTHING, "solved": ""}


def stored_figures(items: Sequence[Item], tenant_id: int) -> Figures:
    """The figures of ``renda.voice.figures``, counted from the stored rows by the kernel's own calendar."""
    with tenant_transaction([tenant_id]):
        rows = Message.objects.filter(pk__in=[item.row.id for item in items])
        times = list(rows.values_list("assigned_at", "answered_at"))
    spans = [(timezone.localdate(assigned), timezone.localdate(answered)) for assigned, answered in times if answered]
    taken = sorted(deadlines.working_days_between(assigned, answered) for assigned, answered in spans)

    def overdue(days: int) -> int:
        return sum(answered > deadlines.add_working_days(assigned, days) for assigned, answered in spans)

    return Figures(
        messages=len(times),
        answered=len(spans),
        overdue_7=overdue(7),
        overdue_15=overdue(15),
        median_working_days=float(statistics.median(taken)) if taken else None,
        p90_working_days=taken[ceil(0.9 * len(taken)) - 1] if taken else None,
    )
