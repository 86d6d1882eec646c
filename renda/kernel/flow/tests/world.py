"""A world in memory for the engine's tests: persons, posts and who holds them, delegations, subjects as dicts."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from renda.kernel.flow.conditions import evaluate
from renda.kernel.flow.conditions import parse as parse_condition
from renda.kernel.flow.definition import from_graph, parse
from renda.kernel.flow.engine.run import Run
from renda.kernel.flow.engine.tree import Tree
from renda.kernel.flow.engine.world import Due, Mover
from renda.kernel.flow.models import Case
from renda.kernel.flow.shapes import Definition

MONDAY = datetime(2024, 9, 2, 9, tzinfo=UTC)
ADMIN, ADMIN_TOO, SUPERVISOR, BOSS = 91, 92, 93, 94
POSTS = range(100, 110)
UNITS = {"hours": timedelta(hours=1), "days": timedelta(days=1)}


class FakeWorld:
    """Persons are 1…99, posts from 100; an expression ``who:a`` names ``named["a"]``."""

    def __init__(self) -> None:
        self.now = MONDAY
        self.ids = itertools.count(1000)
        self.holders: dict[int, set[int]] = {}
        self.named: dict[str, list[int]] = {"admin": [ADMIN, ADMIN_TOO], "supervisor": [SUPERVISOR]}
        self.delegations: dict[int, list[int]] = {}
        self.inactive: set[int] = set()
        self.bosses: dict[int, list[int]] = {}
        self.flows: dict[str, tuple[int, Definition]] = {}
        self.subjects: dict[int, dict[str, Any]] = {}
        self.tenants: dict[int, int] = {}
        self.lasting: set[str] = set()

    def new_id(self) -> int:
        return next(self.ids)

    def definition(self, key: str, tenant_id: int) -> tuple[int, Definition]:
        return self.flows[key]

    def resolve(self, expression: str, case: Case) -> Sequence[int]:
        if expression.startswith("field:"):
            found = self.value(case, expression.removeprefix("field:"))
            return [] if found is None else [found] if isinstance(found, int) else found
        return self.named.get(expression.partition(":")[2].partition("@")[0], [])

    def learn(self, party_ids: Iterable[int]) -> None:
        """Nothing to read: everybody is known."""

    def humans(self, party_id: int) -> frozenset[int]:
        if party_id in POSTS:
            return frozenset(self.holders.get(party_id, ())) - self.inactive
        return frozenset({party_id}) - self.inactive

    def parties_of(self, person_id: int) -> frozenset[int]:
        return frozenset({person_id, *(post for post, held in self.holders.items() if person_id in held)})

    def principals(self, person_id: int, flow_key: str) -> Sequence[int]:
        return self.delegations.get(person_id, [])

    def superiors(self, party_id: int, case: Case) -> Sequence[int]:
        return self.bosses.get(party_id, [])

    def tenant_of(self, party_id: int) -> int | None:
        return self.tenants.get(party_id, 1)

    def name(self, party_id: int) -> str:
        return f"甲{party_id}"

    def due(self, key: str, tenant_id: int, start: datetime) -> Due:
        amount, unit = key.split(" ")
        at = start + int(amount) * UNITS[unit]
        return Due(at, at - timedelta(hours=2))

    def shift(self, key: str, tenant_id: int, due: datetime, stopped: datetime, restarted: datetime) -> Due:
        at = due + (restarted - stopped)
        return Due(at, at - timedelta(hours=2))

    def value(self, case: Case, field: str) -> Any:
        return self.subjects.setdefault(case.subject_id, {}).get(field)

    def holds(self, case: Case, condition: str) -> bool:
        expression = parse_condition(condition)
        return evaluate(expression, {name: self.value(case, name) for name in expression.names})

    def write(self, case: Case, values: Mapping[str, Any]) -> None:
        self.subjects.setdefault(case.subject_id, {}).update(values)

    def invertible(self, case: Case, action: str) -> bool:
        return action not in self.lasting

    def subject(self, case: Case, field: str) -> tuple[str, int]:
        return "test.Other", int(self.value(case, field))

    # For tests

    def publish(self, flow: str | dict[str, Any]) -> tuple[int, Definition]:
        """Make a flow startable."""
        definition = parse(flow) if isinstance(flow, str) else from_graph(flow)
        self.flows[definition.key] = (self.new_id(), definition)
        return self.flows[definition.key]

    def pass_time(self, **span: float) -> None:
        self.now += timedelta(**span)


def mover(world: FakeWorld, person: int | None) -> Mover:
    """A person of the fake world, or the machine."""
    if person is None:
        return Mover("machine", "系统")
    return Mover("person", world.name(person), person, world.parties_of(person))


def run(tree: Tree, person: int | None, **choices: Sequence[int]) -> Run:
    """A move by a person."""
    assert isinstance(tree.world, FakeWorld)
    return Run(tree, mover(tree.world, person), choices)
