"""From rows to the engine's trees and back.

Loading takes one lock and a fixed number of queries whatever the number of cases; writing goes through the gate's
unit of work, which stores each table with one statement.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils import timezone

from renda.kernel.actions.api import Cases, Context
from renda.kernel.errors import NotFound
from renda.kernel.flow import following, library
from renda.kernel.flow.engine.tree import Effect, Tree, from_json
from renda.kernel.flow.loading import rows_of
from renda.kernel.flow.models import Case, CaseEvent
from renda.kernel.flow.shapes import Definition
from renda.kernel.flow.world import DatabaseWorld, database_of

_KEY = "flow"


class Store:
    """The trees of one unit of work, by root. ``named``: their events come with the names of who acted."""

    def __init__(self, now: datetime, people_on: date | None = None, *, named: bool = False) -> None:
        self.world = DatabaseWorld(now, people_on)
        self._load_events = _named_events if named else _events
        self._trees: dict[int, Tree] = {}
        self._root_of: dict[int, int] = {}

    @classmethod
    def of(cls, ctx: Context) -> Store:
        """The store of an action's unit of work."""
        store: Store = ctx.kept.setdefault(_KEY, None) or cls(ctx.now, timezone.localdate(ctx.opened))
        ctx.kept[_KEY] = store
        # A set that replays history has its own moment for each item.
        store.world.now = ctx.now
        return store

    def tree(self, case_id: int, *, lock: bool) -> Tree:
        """The tree a case belongs to, loaded when it is not there yet.

        Raises:
            NotFound: no such case in scope.
        """
        if case_id not in self._root_of:
            self.load([case_id], lock=lock)
        if case_id not in self._root_of:
            raise NotFound
        return self._trees[self._root_of[case_id]]

    def trees(self, case_ids: Iterable[int]) -> dict[int, Tree]:
        """The trees of cases by their ids, to look at: loaded together; without those that are not in scope."""
        wanted = list(case_ids)
        self.load(wanted, lock=False)
        return {case: self._trees[self._root_of[case]] for case in wanted if case in self._root_of}

    def new_tree(self) -> Tree:
        """An empty tree, for a case that is about to start."""
        return Tree(self.world, {})

    def adopt(self, tree: Tree) -> None:
        """Keep a tree made here."""
        for case in tree.cases.values():
            self._root_of[case.id] = case.root_id
            self._trees[case.root_id] = tree

    def load(self, case_ids: Cases, *, lock: bool) -> None:
        """Load the trees of cases (by their ids, or a query of them); the lock is the roots' rows, in key order.

        What is read after the lock is a later snapshot than the lock's own wait, so it is what the one before wrote.
        """
        wanted = case_ids
        if not isinstance(wanted, QuerySet):
            wanted = [one for one in wanted if one not in self._root_of]
            if not wanted:
                return
        roots = Case.objects.filter(id__in=Case.objects.filter(id__in=wanted).values("root_id")).order_by("id")
        if lock:
            roots = roots.select_for_update(no_key=True, of=("self",))
        self._plant({case.id: case for case in roots})

    def show(self, case: Case) -> Tree:
        """The tree of a case that a page has read already, to look at: it is not read once more."""
        if case.root_id != case.id or case.id in self._root_of:
            return self.tree(case.id, lock=False)
        self._plant({case.id: case})
        return self._trees[case.id]

    def _plant(self, cases: dict[int, Case]) -> None:
        """Load what belongs to these roots: the cases they call, and the rows of all."""
        if not cases:
            return
        definitions = library.by_id({case.definition_id for case in cases.values()})
        calling = [case.id for case in cases.values() if _calls(definitions[case.definition_id])]
        if calling:
            cases.update({case.id: case for case in Case.objects.filter(root_id__in=calling)})
            definitions = library.by_id({case.definition_id for case in cases.values()})
        for case in cases.values():
            tree = self._trees.setdefault(case.root_id, Tree(self.world, definitions, self._load_events))
            tree.add(case)
            self._root_of[case.id] = case.root_id
        self.world.expect(cases.values())
        for row in rows_of(cases):
            self._trees[self._root_of[row.case_id]].add(row)


def _calls(definition: Definition) -> bool:
    return any(node.kind == "call" for node in definition.nodes)


def _events(tree: Tree) -> list[CaseEvent]:
    """The stored events of a tree, their effects as the engine knows them."""
    return _enriched(tree, CaseEvent.objects.all())


def _named_events(tree: Tree) -> list[CaseEvent]:
    return _enriched(tree, CaseEvent.objects.select_related("actor", "on_behalf_of"))


def _enriched(tree: Tree, rows: QuerySet[CaseEvent]) -> list[CaseEvent]:
    events = list(rows.filter(case_id__in=list(tree.cases)).order_by("seq"))
    for event in events:
        event.effects = [_rich(tree, effect) for effect in from_json(event.effects)]
    return events


def _rich(tree: Tree, effect: Effect) -> Effect:
    if effect[1] != "subject":
        return effect
    world, case = database_of(tree), tree.cases[effect[2]]
    old = world.clean(case, {name: before for name, (before, _) in effect[3].items()})
    new = world.clean(case, {name: after for name, (_, after) in effect[3].items()})
    return (*effect[:3], {name: (old[name], new[name]) for name in effect[3]})


def lock_cases(ctx: Context, case_ids: Cases) -> None:
    """What the gate calls before it locks the subjects: lock and load their cases."""
    Store.of(ctx).load(case_ids, lock=True)


def save(ctx: Context, tree: Tree, event: CaseEvent) -> None:
    """Hand a move's rows to the gate, and tell the open pages of its cases and assignees."""
    keys = {f"case:{event.case_id}": None}
    for effect in event.effects:
        if effect[0] == "=" and effect[1] == "subject":
            ctx.update(database_of(tree).subject_of(tree.cases[effect[2]]), *effect[3])
            continue
        row = tree.rows[effect[1]][effect[2]["id"] if effect[0] == "+" else effect[2]]
        if effect[0] == "+":
            ctx.insert(row)
        else:
            ctx.update(row, *effect[3])
        if effect[1] == "task":
            keys[f"party:{row.assignee_id}"] = None
    ctx.insert(event)
    ctx.emit(*keys)
    following.tell(ctx, tree, tree.cases[event.case_id], event)
    following.tell_administrators(ctx, tree, event)
