"""One move under way: the tree, who moves, and the assignees given for nodes ahead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from renda.kernel.flow.engine.tree import Tree
from renda.kernel.flow.engine.world import Due, Mover, World
from renda.kernel.flow.models import Activation, Case, CaseEvent, CaseParty
from renda.kernel.flow.shapes import Deadline, Definition, Node

# More automatic steps than any sound flow takes: a loop without a person, which the checker would have refused.
MOST_STEPS = 500


@dataclass
class Run:
    """What every part of a move needs."""

    tree: Tree
    mover: Mover
    choices: Mapping[str, Sequence[int]] = field(default_factory=dict)
    steps: int = 0
    dues: dict[Any, Due | None] = field(default_factory=dict)

    @property
    def world(self) -> World:
        return self.tree.world

    @property
    def now(self) -> datetime:
        return self.tree.world.now

    def definition(self, case: Case) -> Definition:
        """The version the case runs on."""
        return self.tree.definition(case)

    def step(self) -> None:
        """Count an automatic step.

        Raises:
            RuntimeError: the definition loops without a person or a wait in it.
        """
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise RuntimeError("the flow loops without a person in it")

    def parties(self, expressions: Sequence[str], case: Case) -> list[int]:
        """The parties that expressions name for a case, in order, each once (``choice`` names nobody here)."""
        found: dict[int, None] = {}
        for expression in expressions:
            if expression == "initiator":
                if case.initiator_id is not None:
                    found[case.initiator_id] = None
            elif not expression.startswith("choice"):
                found.update(dict.fromkeys(self.world.resolve(expression, case)))
        return list(found)

    def named(self, expressions: Sequence[str], case: Case) -> bool:
        """Whether the mover is among the parties that expressions name."""
        possible = [expression for expression in expressions if self.mover.may_be(expression)]
        return not self.mover.parties.isdisjoint(self.parties(possible, case))

    def administers(self, case: Case) -> bool:
        """Whether the mover is the flow's administrator for this case."""
        return self.named(self.definition(case).administrator, case)

    def counts_from(self, case: Case, deadline: Deadline, assigned: datetime) -> datetime:
        """The moment a deadline counts from; one that is not known (yet) gives way to the assignment."""
        start: datetime | None = assigned
        if deadline.start == "started":
            start = case.started_at
        elif deadline.start.startswith("field:"):
            start = self.world.value(case, deadline.start.removeprefix("field:"))
        elif deadline.start.startswith("node:"):
            start = self._completion(case, deadline.start.removeprefix("node:"))
        return start or assigned

    def due(self, case: Case, deadline: Deadline, assigned: datetime | None = None) -> Due | None:
        """When something is due that starts to count now (or was ``assigned`` then), or from another event."""
        start = self.counts_from(case, deadline, assigned or self.now)
        key = (deadline.key, case.tenant_id, start)
        if key not in self.dues:
            self.dues[key] = self.world.due(deadline.key, case.tenant_id, start)
        return self.dues[key]

    def _completion(self, case: Case, node: str) -> datetime | None:
        times = [
            a.closed_at
            for a in self.tree.of_case("activation", case.id)
            if a.node == node and a.state == "done" and a.closed_at
        ]
        return max(times, default=None)

    def task_due(self, case: Case, node: Node, activation: Activation) -> Due | None:
        """The due of a task that opens now; a new round starts the clock anew or takes what is left."""
        if node.deadline is None:
            return None
        if node.deadline.again == "remaining" and activation.round > 1:
            earlier = [
                (task.closed_at, task.due_at)
                for other in self.tree.of_case("activation", case.id)
                if other.node == node.id and other.id != activation.id and other.outcome != "withdrawn"
                for task in self.tree.tasks_of(other.id)
                if task.closed_at and task.due_at and task.state in ("done", "sent_back")
            ]
            if earlier:
                closed, due = max(earlier)
                return self.world.shift(node.deadline.key, case.tenant_id, due, closed, self.now)
        return self.due(case, node.deadline)

    def admit(self, tenant_id: int) -> None:
        """Let another tenant see the tree of calls, because it has work in it: its moves may start or end any of its
        cases.
        """
        for one in self.tree.cases.values():
            if tenant_id == one.tenant_id or tenant_id in one.admitted:
                continue
            if not one.admitted:
                self.tree.insert(CaseParty, case_id=one.id, tenant_id=one.tenant_id)
            self.tree.insert(CaseParty, case_id=one.id, tenant_id=tenant_id)
            self.tree.set(one, admitted=[*one.admitted, tenant_id])

    def _opened(self, case: Case) -> list[str]:
        made = (effect[2] for effect in self.tree.effects if effect[:2] == ("+", "activation"))
        return list(dict.fromkeys(row["node"] for row in made if row["case_id"] == case.id))

    def callers(self, case: Case) -> list[Case]:
        """The case and those above it in the tree of calls."""
        found = [case]
        while found[-1].parent_id is not None:
            found.append(self.tree.cases[found[-1].parent_id])
        return found

    def event(self, case: Case, move: str, **values: Any) -> CaseEvent:
        """Close the move: bump the root's version and make the one event with the effects so far.

        Where the move itself says nothing of where it goes, ``target`` names the nodes that it opened in the case.
        """
        tree = self.tree
        tree.set(tree.root, version=tree.root.version + 1)
        values.setdefault("target", ",".join(self._opened(case))[:200])
        event = CaseEvent(
            id=self.world.new_id(),
            case_id=case.id,
            tenant_id=case.tenant_id,
            seq=tree.root.version,
            at=self.now,
            actor_id=self.mover.person,
            actor_name=self.mover.name,
            move=move,
            effects=list(tree.effects),
            **values,
        )
        tree.log(event)
        return event
