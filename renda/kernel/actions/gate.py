"""The one gate for every write.

Its order never varies: tenant scope → case lock → the subject through its selector, FOR NO KEY UPDATE (a stranger
gets 404) → permission → the work (which asks the flow) → flush → audit → commit. A refusal rolls all of it back and
then writes its own line in the trail.

Four forms: ``existing`` works on one row, ``new`` makes one and locks nothing, ``append`` is a single INSERT that
checks its parent's state itself, and every action's ``many`` takes a set: one lock in key order, one statement a table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import repeat
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from django.apps import apps
from django.db import IntegrityError, models

from renda.kernel import policy
from renda.kernel.actions.context import Context
from renda.kernel.audit import record
from renda.kernel.errors import Forbidden, NotFound, RendaError
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction

M = TypeVar("M", bound=models.Model)
P = ParamSpec("P")
R = TypeVar("R")

ACTIONS: dict[str, Action] = {}

# kernel.flow registers how the cases of subjects are locked and loaded, before the subjects themselves.
CaseLocker = Callable[[Context, Sequence[int]], None]
_case_lockers: list[CaseLocker] = []


def register_case_locker(locker: CaseLocker) -> None:
    """Register the flow engine's lock; it is called with the case ids of the subjects, in key order."""
    if locker not in _case_lockers:
        _case_lockers.append(locker)


@dataclass(frozen=True)
class Action:
    """What tests, the audit page and the documentation know of an action."""

    name: str
    title: str
    permission: str | None
    private: frozenset[str] = frozenset()
    quiet: bool = field(default=False, kw_only=True)
    once_key: str | None = field(default=None, kw_only=True)

    def once(self, key: str | None) -> Any:
        """The same action under an idempotency key: a second press with it gives the first one's result."""
        return replace(self, once_key=key or None)

    def quietly(self) -> Any:
        """The same action for replayed history: no notices, no live events."""
        return replace(self, quiet=True)

    def _allow(self, actor: Actor, tenant_id: int | None) -> None:
        if self.permission is not None and not policy.may(actor, self.permission, tenant_id):
            raise Forbidden(self.permission)

    def _audit(self, ctx: Context, subject: object, given: Mapping[str, Any], once: str | None = None) -> None:
        record.done(ctx, self.name, subject, given, private=self.private, once=once)

    def _refused(self, actor: Actor, error: RendaError, subject: object, given: Mapping[str, Any]) -> None:
        record.refused(actor, self.name, error, subject, given, private=self.private)

    def _first_result(self) -> Any:
        """What the first press with this key made: the row that its audit entry names."""
        label, pk = record.subject_of(self.name, self.once_key or "")
        return apps.get_model(label)._base_manager.get(pk=pk)


def _tenant_of(subject: object) -> int | None:
    return getattr(subject, "tenant_id", None)


@dataclass(frozen=True)
class Existing(Action, Generic[M, P, R]):
    """An action on one row (or, by ``many``, on a set)."""

    work: Callable[Concatenate[Context, M, P], R] = field(kw_only=True)
    select: Callable[[Actor], models.QuerySet[M]] = field(kw_only=True)
    case_field: str | None = field(default=None, kw_only=True)

    def __call__(self, actor: Actor, key: int, /, *args: P.args, **given: P.kwargs) -> R:
        """Do it.

        Raises:
            NotFound: no such row for this actor.
            Forbidden: no post of the actor may.
            RendaError: what the work refuses.
        """
        try:
            with tenant_transaction(actor.tenants):
                ctx = Context(actor, quiet=self.quiet)
                subject = self._fetch(ctx, [key]).get(key)
                if subject is None:
                    raise NotFound
                result = self.join(ctx, subject, *args, **given)
                ctx.flush()
                return result
        except RendaError as error:
            self._refused(actor, error, (self.name.partition(".")[0], key), given)
            raise
        except IntegrityError as error:
            if self.once_key is None or "audit_once" not in str(error):
                raise
        with tenant_transaction(actor.tenants):
            again: R = self._first_result()
            return again

    def join(self, ctx: Context, subject: M, /, *args: P.args, **given: P.kwargs) -> R:
        """Do it inside another action's transaction: permission, work, its own audit line."""
        self._allow(ctx.actor, _tenant_of(subject))
        result = self.work(ctx, subject, *args, **given)
        self._audit(ctx, subject, given, self.once_key)
        return result

    def many(
        self,
        actor: Actor,
        items: Iterable[tuple[int, Mapping[str, Any]]],
        *,
        skip_refused: bool = False,
        times: Sequence[datetime] | None = None,
    ) -> list[R | RendaError]:
        """Do it for a set of keys in one transaction; results in the order given.

        A refusal undoes the whole set, unless ``skip_refused``: then its error stands in its place. ``times``: the
        kernel clock for each item (a replay of history).

        Raises:
            RendaError: the first refusal, when not ``skip_refused``.
        """
        wanted = list(items)
        results: list[R | RendaError] = []
        refused: list[tuple[int, RendaError, Mapping[str, Any]]] = []
        try:
            with tenant_transaction(actor.tenants):
                ctx = Context(actor, quiet=self.quiet)
                subjects = self._fetch(ctx, sorted({key for key, _ in wanted}))
                for (key, given), at in zip(wanted, times or repeat(None), strict=False):
                    mark = ctx.mark()
                    try:
                        if key not in subjects:
                            raise NotFound
                        with ctx.at(at):
                            results.append(self.join(ctx, subjects[key], **given))  # type: ignore[call-arg]
                    except RendaError as error:
                        refused.append((key, error, given))
                        if not skip_refused:
                            raise
                        ctx.back_to(mark)
                        results.append(error)
                ctx.flush()
        finally:
            for key, error, given in refused:
                self._refused(actor, error, (self.name.partition(".")[0], key), given)
        return results

    def _fetch(self, ctx: Context, keys: Sequence[int]) -> dict[int, M]:
        rows = self.select(ctx.actor)
        if self.case_field is not None and _case_lockers:
            cases = rows.filter(pk__in=keys).values_list(self.case_field, flat=True)
            wanted = sorted({int(case) for case in cases if case is not None})
            for locker in _case_lockers:
                locker(ctx, wanted)
        # "self": a selector may join other tables, whose rows are read, not locked.
        locked = rows.filter(pk__in=keys).order_by("pk").select_for_update(no_key=True, of=("self",))
        return {int(row.pk): row for row in locked}


@dataclass(frozen=True)
class New(Action, Generic[P, R]):
    """An action that makes a row: it locks nothing; a unique key or the idempotency key guards it."""

    work: Callable[Concatenate[Context, P], R] = field(kw_only=True)

    def __call__(self, actor: Actor, /, *args: P.args, **given: P.kwargs) -> R:
        """Do it.

        Raises:
            Forbidden: no post of the actor may.
            RendaError: what the work refuses.
        """
        try:
            with tenant_transaction(actor.tenants):
                ctx = Context(actor, quiet=self.quiet)
                result = self.join(ctx, *args, **given)
                ctx.flush()
                return result
        except RendaError as error:
            self._refused(actor, error, None, given)
            raise
        except IntegrityError as error:
            if self.once_key is None or "audit_once" not in str(error):
                raise
        with tenant_transaction(actor.tenants):
            again: R = self._first_result()
            return again

    def join(self, ctx: Context, /, *args: P.args, **given: P.kwargs) -> R:
        """Do it inside another action's transaction."""
        self._allow(ctx.actor, None)
        result = self.work(ctx, *args, **given)
        # Permission is asked again where the row now is: "somewhere" was only the first door.
        if (tenant := _tenant_of(result)) is not None:
            self._allow(ctx.actor, tenant)
        self._audit(ctx, result, given, self.once_key)
        return result

    def many(
        self, actor: Actor, items: Iterable[Mapping[str, Any]], *, times: Sequence[datetime] | None = None
    ) -> list[R]:
        """Make a set in one transaction, one statement a table; ``times`` as in ``Existing.many``.

        Raises:
            RendaError: the first refusal; nothing is stored then.
        """
        with tenant_transaction(actor.tenants):
            ctx = Context(actor, quiet=self.quiet)
            results = []
            for given, at in zip(items, times or repeat(None), strict=False):
                with ctx.at(at):
                    results.append(self.join(ctx, **given))  # type: ignore[call-arg]
            ctx.flush()
            return results


def existing(
    name: str,
    *,
    title: str,
    select: Callable[[Actor], models.QuerySet[M]],
    permission: str | None = None,
    case_field: str | None = None,
    private: Iterable[str] = (),
) -> Callable[[Callable[Concatenate[Context, M, P], R]], Existing[M, P, R]]:
    """Declare an action on an existing row. ``private``: arguments whose values the trail keeps only as a digest."""

    def wrap(work: Callable[Concatenate[Context, M, P], R]) -> Existing[M, P, R]:
        return _register(
            Existing(name, title, permission, frozenset(private), work=work, select=select, case_field=case_field)
        )

    return wrap


def new(
    name: str, *, title: str, permission: str | None = None, private: Iterable[str] = ()
) -> Callable[[Callable[Concatenate[Context, P], R]], New[P, R]]:
    """Declare an action that makes a row."""

    def wrap(work: Callable[Concatenate[Context, P], R]) -> New[P, R]:
        return _register(New(name, title, permission, frozenset(private), work=work))

    return wrap


# An append is a ``new`` whose work is one INSERT … SELECT … WHERE parent's state: the form is the same, the name says
# that no lock on the parent may be taken (tests look at its statements).
append = new

A = TypeVar("A", bound=Action)


def _register(action: A) -> A:
    if action.name in ACTIONS:
        raise ValueError(f"action {action.name} is registered twice")
    ACTIONS[action.name] = action
    return action
