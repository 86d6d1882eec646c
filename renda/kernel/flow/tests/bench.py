"""A small case in memory: a node before, the node under test, a node after; and how to press on it."""

from __future__ import annotations

from typing import Any

from renda.kernel.flow.engine import moves_act, moves_case, moves_seat, moves_time
from renda.kernel.flow.engine.offers import offers
from renda.kernel.flow.engine.tree import Tree
from renda.kernel.flow.models import Activation, Case, CaseEvent, Task
from renda.kernel.flow.tests.world import ADMIN, FakeWorld, run

FIRST, LAST = 11, 12
VOTING = ("all", "sequence", "ratio")
MOVES = ["send_back", "transfer", "consult", "add_assignee", "copy_to", "circulate", "extend"]


def flow(mode: str, **node: Any) -> dict[str, Any]:
    """start → first (11) → desk (1, 2, 3 in the mode under test) → last (12) → done; a rejection ends in refused."""
    voting = mode in VOTING
    actions = ["approve", "reject"] if voting else ["approve", "reject", "answer", "note"]
    desk = {
        "id": "desk",
        "title": "办理",
        "kind": "task",
        "mode": mode,
        "who": "who:desk",
        "actions": [*actions, *MOVES],
        "extend": {"who": "who:supervisor"},
        "deadline": "4 days",
        "fields": {"write": ["level"]},
        **node,
    }
    if mode == "ratio":
        desk.setdefault("threshold", "2/3")
    edges = [
        {"from": "start", "on": "submit", "to": "first"},
        {"from": "first", "to": "desk"},
        {"from": "desk", "on": "approve", "to": "last"},
        {"from": "desk", "on": "reject", "to": "refused"},
        {"from": "last", "to": "done"},
    ]
    if not voting:
        edges.append({"from": "desk", "on": "answer", "to": "done"})
    return {
        "key": "bench",
        "title": "试验",
        "subject": "test.Subject",
        "administrator": "who:admin",
        "suspend": "who:supervisor",
        "oversee": {"who": "who:supervisor", "deadline": "5 days"},
        "reopen": {"who": ["initiator"], "to": ["desk"]},
        "node": [
            {"id": "start", "title": "发起", "kind": "start"},
            {"id": "first", "title": "初审", "who": "who:first", "actions": ["approve", "send_back"]},
            desk,
            {"id": "last", "title": "终审", "who": "who:last", "actions": ["approve", "send_back"]},
            {"id": "done", "kind": "end", "outcome": "done"},
            {"id": "refused", "kind": "end", "outcome": "refused"},
        ],
        "edge": edges,
    }


class Bench:
    """A case with short names for what tests press and look at. ``initiator`` is 10."""

    def __init__(self, graph: dict[str, Any], *, initiator: int | None = 10, **named: list[int]) -> None:
        self.world = FakeWorld()
        desk = named.pop("desk", [1, 2, 3])
        self.world.named.update(first=[FIRST], last=[LAST], desk=desk, **named)
        self.published = self.world.publish(graph)
        self.tree = Tree(self.world, {})
        self.initiator = initiator

    @classmethod
    def at_desk(cls, mode: str, *, desk: list[int] | None = None, **node: Any) -> Bench:
        """A case that stands at the node under test."""
        people = desk or ([1] if mode == "single" else [1, 2, 3])
        bench = cls(flow(mode, **node), desk=people)
        bench.start()
        bench.act(FIRST)
        return bench

    def start(self, **values: Any) -> Case:
        """Start it."""
        given = {"tenant_id": 1, "subject_type": "test.Subject", "subject_id": 7, "title": "办件", **values}
        return moves_case.start(run(self.tree, self.initiator), self.published, initiator_id=self.initiator, **given)

    @property
    def case(self) -> Case:
        return self.tree.root

    def task(self, who: int, *, state: str = "open", kind: str = "act") -> Task:
        """The newest task of a party in a state."""
        found = [t for t in self.tree.tasks.values() if t.assignee_id == who and t.state == state and t.kind == kind]
        return found[-1]

    def states(self, *who: int) -> list[str]:
        """The states of the newest ``act`` task of each party."""
        return [
            [t.state for t in self.tree.tasks.values() if t.assignee_id == one and t.kind == "act"][-1] for one in who
        ]

    def act(self, who: int, action: str = "approve", **given: Any) -> CaseEvent:
        """Act on one's open task."""
        task = given.pop("task", None) or self.task(who)
        return moves_act.act(run(self.tree, who), self.case, task.id, action, **given)

    def send_back(self, who: int, to: str = "previous", **given: Any) -> CaseEvent:
        return moves_act.send_back(run(self.tree, who), self.case, self.task(who).id, to, **given)

    def withdraw(self, who: int, task: Task | None = None) -> CaseEvent:
        """Take back one's act on one's newest closed task."""
        mine = [
            t
            for t in self.tree.tasks.values()
            if who in (t.claimed_by_id, t.principal_id) and t.closed_at and not t.reason
        ]
        return moves_act.withdraw(run(self.tree, who), self.case, (task or mine[-1]).id)

    def read(self, who: int, *, kind: str = "act") -> CaseEvent | None:
        return moves_act.read(run(self.tree, who), self.case, self.task(who, kind=kind).id)

    def seat(self, who: int, name: str, /, *args: Any, **given: Any) -> CaseEvent:
        """A move of ``moves_seat`` on one's open task."""
        event: CaseEvent = getattr(moves_seat, name)(run(self.tree, who), self.case, self.task(who).id, *args, **given)
        return event

    def remove(self, who: int, whose: int) -> CaseEvent:
        task = next(t for t in reversed(self.tree.tasks.values()) if t.assignee_id == whose and t.unfinished)
        return moves_seat.remove_assignee(run(self.tree, who), self.case, task.id)

    def on_case(self, who: int | None, move: str, *args: Any, **given: Any) -> Any:
        """A move of ``moves_case``."""
        return getattr(moves_case, move)(run(self.tree, who), self.case, *args, **given)

    def tick(self, **span: float) -> list[CaseEvent]:
        """Let time pass and the machine act."""
        self.world.pass_time(**span)
        return moves_time.tick(run(self.tree, None), self.case)

    def moves(self, who: int) -> set[str]:
        """The names of the moves offered to somebody."""
        return {offer.move for offer in offers(run(self.tree, who), self.case)}

    def actions(self, who: int) -> set[str]:
        """The actions offered to somebody."""
        return {offer.action for offer in offers(run(self.tree, who), self.case) if offer.move == "act"}

    @property
    def at(self) -> list[str]:
        """The nodes with an open activation, sorted."""
        return sorted(a.node for a in self.tree.activations.values() if a.state == "open")

    def visit(self, node: str) -> Activation:
        """The newest visit of a node."""
        return [a for a in self.tree.activations.values() if a.node == node][-1]


__all__ = ["ADMIN", "FIRST", "LAST", "Bench", "flow"]
