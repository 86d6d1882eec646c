"""The unit of work. An action only says what shall be written; the gate writes it, one statement a table.

Foreign keys are deferred to the commit, so the order of the tables does not matter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import models

from renda.kernel import clock
from renda.kernel.events.models import Event
from renda.kernel.jobs import registry as jobs
from renda.kernel.parties import Actor
from renda.kernel.storing import insert_rows, store_fields, together

Flusher = Callable[["Context", list[Any]], None]


class Context:
    """What an action gets: who acts, when, and the means to write.

    Rows are buffered until ``flush``; a query before it does not see them.
    """

    def __init__(self, actor: Actor, *, quiet: bool = False) -> None:
        self.actor = actor
        # A replay of history moves ``now``; ``opened`` stays: who holds which post is asked of that day.
        self.opened: datetime = clock.now()
        self.now: datetime = self.opened
        # A replay of history tells nobody.
        self.quiet = quiet
        # What other kernel parts keep for the length of this unit of work (the flow's loaded aggregates).
        self.kept: dict[str, Any] = {}
        self.details: dict[str, Any] = {}
        self._inserts: list[models.Model] = []
        self._updates: list[tuple[models.Model, tuple[str, ...]]] = []
        self._collected: dict[str, tuple[Flusher, bool, list[Any]]] = {}
        self._events: dict[str, None] = {}

    def insert(self, *rows: models.Model) -> None:
        """Store new rows at the flush; their ids are known already."""
        self._inserts.extend(rows)

    def update(self, row: models.Model, *fields: str) -> None:
        """Store these fields of a row that this action has locked."""
        self._updates.append((row, fields))

    def collect(self, name: str, item: Any, flusher: Flusher, *, first: bool = False) -> None:
        """Hand ``item`` to ``flusher`` once at the flush, together with all others of this name.

        ``first``: before the rows are stored (numbers, which must be taken late but fill a field of a row).
        """
        self._collected.setdefault(name, (flusher, first, []))[2].append(item)

    def emit(self, *keys: str) -> None:
        """Tell open pages that something behind a key has changed; the browser asks again, with its own rights."""
        for key in keys:
            self._events[key] = None

    def defer(self, job: str, **arguments: Any) -> None:
        """Run a registered job after the commit; it is a row of this transaction, stored at the flush.

        A name that nobody registered is an ``UnknownJobError`` at the flush (and an error of ``renda check`` before).
        """
        self.collect("jobs", (job, arguments), _defer)

    def detail(self, **values: Any) -> None:
        """Add to what the audit trail keeps of this act (never personal data)."""
        self.details.update(values)

    @contextmanager
    def at(self, moment: datetime | None) -> Iterator[None]:
        """Hold the clock for one item of a set; None leaves it alone."""
        if moment is None:
            yield
            return
        before, self.now = self.now, moment
        try:
            with clock.frozen(moment):
                yield
        finally:
            self.now = before

    def flush(self) -> None:
        """Write what is buffered: collected firsts, inserts and updates by table, the other collected, events."""
        self._run_collected(first=True)
        by_model: defaultdict[type[models.Model], list[models.Model]] = defaultdict(list)
        for row in self._inserts:
            by_model[type(row)].append(row)
        fresh = {(type(row), row.pk) for row in self._inserts}
        with together():
            for model, rows in by_model.items():
                insert_rows(model, rows)
            _store(update for update in self._updates if (type(update[0]), update[0].pk) not in fresh)
        self._inserts.clear()
        self._updates.clear()
        self._run_collected(first=False)
        if self._events and not self.quiet:
            Event.add(list(self._events))
        self._events.clear()

    def _run_collected(self, *, first: bool) -> None:
        for name in [name for name, kept in self._collected.items() if kept[1] == first]:
            flusher, _, items = self._collected.pop(name)
            if items:
                flusher(self, items)


def _defer(_: Context, wanted: list[tuple[str, dict[str, Any]]]) -> None:
    jobs.defer_many(wanted)


def _store(updates: Iterable[tuple[models.Model, tuple[str, ...]]]) -> None:
    """One UPDATE a table and set of fields; a later value of a row wins because the row itself holds it."""
    wanted: dict[tuple[type[models.Model], Any], tuple[models.Model, set[str]]] = {}
    for row, fields in updates:
        _, names = wanted.setdefault((type(row), row.pk), (row, set()))
        names.update(fields)
    groups: defaultdict[tuple[type[models.Model], tuple[str, ...]], list[models.Model]] = defaultdict(list)
    for (model, _), (row, names) in wanted.items():
        groups[(model, tuple(sorted(names)))].append(row)
    for (model, changed), rows in groups.items():
        store_fields(model, changed, rows)
