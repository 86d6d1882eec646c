"""The aggregate: one tree of calls with all its rows, and the effects that change it.

An effect is ``("+", table, {attribute: value})`` or ``("=", table, id, {attribute: (old, new)})``; the pseudo table
``subject`` stands for the fields of a case's subject. Old values are kept so that a refused move can be taken back
and a withdrawal is the mechanical inverse of its event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from django.db import models

from renda.kernel.flow.engine.world import World
from renda.kernel.flow.models import Activation, Case, CaseEvent, CaseParty, PendingRequest, Task, Token
from renda.kernel.flow.shapes import Definition, Node

Effect = tuple[Any, ...]
Row = TypeVar("Row", bound=models.Model)

TABLES: dict[str, type[models.Model]] = {
    "case": Case,
    "token": Token,
    "activation": Activation,
    "task": Task,
    "request": PendingRequest,
    "party": CaseParty,
}
NAMES = {model: name for name, model in TABLES.items()}


class Tree:
    """All rows of one tree of calls. ``events`` are fetched only when somebody asks for them."""

    def __init__(
        self,
        world: World,
        definitions: dict[int, Definition],
        load_events: Callable[[Tree], list[CaseEvent]] | None = None,
    ) -> None:
        self.world = world
        self.definitions = definitions
        self.rows: dict[str, dict[int, Any]] = {name: {} for name in TABLES}
        self._tasks_of: dict[int, list[Task]] = {}
        self._load_events = load_events
        self._fresh: list[CaseEvent] = []
        self.effects: list[Effect] = []

    @cached_property
    def events(self) -> list[CaseEvent]:
        """The tree's events in order."""
        return [*(self._load_events(self) if self._load_events else []), *self._fresh]

    def log(self, event: CaseEvent) -> None:
        """Add the event of the move that just ended; it does not fetch the older ones."""
        self._fresh.append(event)
        if "events" in self.__dict__:
            self.events.append(event)

    @property
    def cases(self) -> dict[int, Case]:
        return self.rows["case"]

    @property
    def tokens(self) -> dict[int, Token]:
        return self.rows["token"]

    @property
    def activations(self) -> dict[int, Activation]:
        return self.rows["activation"]

    @property
    def tasks(self) -> dict[int, Task]:
        return self.rows["task"]

    @property
    def requests(self) -> dict[int, PendingRequest]:
        return self.rows["request"]

    @property
    def root(self) -> Case:
        """The outermost case, whose row is the tree's lock."""
        return next(case for case in self.cases.values() if case.root_id == case.id)

    def definition(self, case: Case) -> Definition:
        """The version the case runs on."""
        return self.definitions[case.definition_id]

    def node(self, row: Activation | Token | Task) -> Node:
        """The node an activation, a token or a task is at."""
        return self.definition(self.cases[row.case_id]).by_id[row.node]

    def tasks_of(self, activation_id: int) -> Sequence[Task]:
        """All tasks of an activation in the order they were made."""
        return self._tasks_of.get(activation_id, ())

    def of_case(self, table: str, case_id: int) -> list[Any]:
        """The rows of one case."""
        return [row for row in self.rows[table].values() if row.case_id == case_id]

    # Changing it

    def add(self, row: models.Model) -> None:
        """Put a row in without an effect: loading, and what ``apply`` does."""
        self.rows[NAMES[type(row)]][row.pk] = row
        if isinstance(row, Task):
            self._tasks_of.setdefault(row.activation_id, []).append(row)

    def insert(self, model: type[Row], **values: Any) -> Row:
        """A new row, as an effect."""
        values = {"id": self.world.new_id(), **values}
        self._record(("+", NAMES[model], values))
        row: Row = self.rows[NAMES[model]][values["id"]]
        return row

    def set(self, row: models.Model, **values: Any) -> None:
        """Change attributes of a row, as one effect; what is already so is left out."""
        change = {name: (old, new) for name, new in values.items() if (old := getattr(row, name)) != new}
        if change:
            self._record(("=", NAMES[type(row)], row.pk, change))

    def write_subject(self, case: Case, values: Mapping[str, Any]) -> None:
        """Set fields of the subject, as one effect."""
        change = {name: (old, new) for name, new in values.items() if (old := self.world.value(case, name)) != new}
        if change:
            self._record(("=", "subject", case.id, change))

    def _record(self, effect: Effect) -> None:
        apply(self, effect)
        self.effects.append(effect)

    @contextmanager
    def recording(self) -> Iterator[list[Effect]]:
        """Collect the effects of one move; whatever is raised inside takes them all back."""
        self.effects = []
        try:
            yield self.effects
        except BaseException:
            for effect in reversed(self.effects):
                self._take_back(effect)
            raise

    def _take_back(self, effect: Effect) -> None:
        if effect[0] == "+":
            row = self.rows[effect[1]].pop(effect[2]["id"])
            if isinstance(row, Task):
                self._tasks_of[row.activation_id].remove(row)
            return
        _, table, row_id, change = effect
        apply(self, ("=", table, row_id, {name: (new, old) for name, (old, new) in change.items()}))


def apply(tree: Tree, effect: Effect) -> None:
    """Apply one effect. Moves and replay both go through here."""
    if effect[0] == "+":
        row = TABLES[effect[1]](**effect[2])
        if isinstance(row, Task):
            row.node = tree.activations[row.activation_id].node
        tree.add(row)
        return
    _, table, row_id, change = effect
    if table == "subject":
        tree.world.write(tree.cases[row_id], {name: new for name, (_, new) in change.items()})
        return
    row = tree.rows[table][row_id]
    for name, (_, new) in change.items():
        setattr(row, name, new)


def from_json(effects: Sequence[Any]) -> list[Effect]:
    """Effects as JSON gave them back (attributes named ``…_at`` are moments)."""

    def rich(name: str, value: Any) -> Any:
        return datetime.fromisoformat(value) if name.endswith("_at") and isinstance(value, str) else value

    return [
        (*effect[:-1], {name: (rich(name, old), rich(name, new)) for name, (old, new) in effect[-1].items()})
        if effect[0] == "="
        else (*effect[:-1], {name: rich(name, value) for name, value in effect[-1].items()})
        for effect in effects
    ]
