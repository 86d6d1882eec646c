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
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, cast

from django.apps import apps
from django.db import IntegrityError, models

from renda.kernel import policy
from renda.kernel.actions.context import Context
from renda.kernel.audit import record
from renda.kernel.audit.models import NO_TENANT
from renda.kernel.errors import Forbidden, KeyUsed, NotFound, RendaError
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction

# One item of a set: the row's key, the arguments, the moment, the idempotency key.
_Item = tuple[int, Mapping[str, Any], datetime | None, str | None]
_NOTHING: Mapping[str, Any] = {}

M = TypeVar("M", bound=models.Model)
P = ParamSpec("P")
R = TypeVar("R")

ACTIONS: dict[str, Action] = {}

# kernel.flow registers how the cases of subjects are locked and loaded, before the subjects themselves.
Cases = Sequence[int] | models.QuerySet[Any, Any]
CaseLocker = Callable[[Context, Cases], None]
_case_lockers: list[CaseLocker] = []


def register_case_locker(locker: CaseLocker) -> None:
    """Register the flow engine's lock; it is called with the case ids of the subjects, or the query that finds them."""
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
    moment: datetime | None = field(default=None, kw_only=True)

    def once(self, key: str | None) -> Any:
        """The same action under an idempotency key (any text): a second press gives the first one's result.

        A second press is one of the same actor, on the same row, with the same arguments; whatever else comes with
        the key is refused (``KeyUsed``).
        """
        return replace(self, once_key=key or None)

    def quietly(self) -> Any:
        """The same action for replayed history: no notices, no live events."""
        return replace(self, quiet=True)

    def at(self, moment: datetime) -> Any:
        """The same action with the kernel clock held at a moment (a replay of history, one act after the other)."""
        return replace(self, moment=moment)

    def made(self, actor: Actor, keys: Iterable[str]) -> dict[str, int]:
        """Of these idempotency keys those that were used, with the id of what was made or done."""
        with tenant_transaction(actor.tenants):
            return record.subjects_of(self.name, keys)

    def _allow(self, actor: Actor, tenant_id: int | None) -> None:
        if self.permission is not None and not policy.may(actor, self.permission, tenant_id):
            raise Forbidden(self.permission)

    def _press(self, given: Mapping[str, Any]) -> record.Press | None:
        return record.Press.of(self.once_key, given) if self.once_key is not None else None

    def _audit(
        self, ctx: Context, subject: object, given: Mapping[str, Any], press: record.Press | None = None
    ) -> None:
        record.done(ctx, self.name, subject, given, private=self.private, press=press)

    def _refused(self, actor: Actor, error: RendaError, subject: object, given: Mapping[str, Any]) -> None:
        record.refused(actor, self.name, error, subject, given, private=self.private)

    def _answer_again(
        self,
        actor: Actor,
        error: RendaError | IntegrityError,
        press: record.Press | None,
        given: Mapping[str, Any],
        key: int | None = None,
    ) -> Any:
        """What a press that failed is answered with: the row of the first press of its kind.

        A second press finds what the first has changed and is refused by the work, or fails on the first one's entry.
        Where the work gives something else than the row (a revealed number), a key makes no sense.

        Raises:
            RendaError: it was no second press; the refusal, once it is in the trail.
            IntegrityError: the database refused something else than a used key.
        """
        if press is not None and (again := self._first_result(actor, press, key)) is not None:
            return again
        refusal = KeyUsed() if _is_used_key(error) else error
        if isinstance(refusal, RendaError):
            self._refused(actor, refusal, None if key is None else (self.name.partition(".")[0], key), given)
        raise refusal from (None if refusal is error else error)

    def _first_result(self, actor: Actor, press: record.Press, key: int | None) -> Any:
        with tenant_transaction({*actor.tenants, NO_TENANT}):
            subject = record.subject_of(actor, self.name, press)
            if subject is None or key not in (None, subject[1]):
                return None
            return apps.get_model(subject[0])._base_manager.filter(pk=subject[1]).first()


def _is_used_key(error: Exception) -> bool:
    diagnostics = getattr(error.__cause__, "diag", None)
    return isinstance(error, IntegrityError) and getattr(diagnostics, "constraint_name", "") == record.ONCE


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
        press = self._press(given)
        try:
            with tenant_transaction(actor.tenants):
                ctx = Context(actor, quiet=self.quiet)
                subject = self._fetch(ctx, [key]).get(key)
                if subject is None:
                    raise NotFound
                with ctx.at(self.moment):
                    result = self._act(ctx, subject, press, *args, **given)
                ctx.flush()
                return result
        except (RendaError, IntegrityError) as error:
            return cast(R, self._answer_again(actor, error, press, given, key))

    def join(self, ctx: Context, subject: M, /, *args: P.args, **given: P.kwargs) -> R:
        """Do it inside another action's transaction: permission, work, its own audit line."""
        return self._act(ctx, subject, None, *args, **given)

    def _act(self, ctx: Context, subject: M, press: record.Press | None, /, *args: P.args, **given: P.kwargs) -> R:
        self._allow(ctx.actor, _tenant_of(subject))
        result = self.work(ctx, subject, *args, **given)
        self._audit(ctx, subject, given, press)
        return result

    def many(
        self,
        actor: Actor,
        items: Iterable[tuple[int, Mapping[str, Any]]],
        *,
        skip_refused: bool = False,
        times: Sequence[datetime] | None = None,
        once: Sequence[str] | None = None,
    ) -> list[R | RendaError]:
        """Do it for a set of keys in one transaction; results in the order given.

        A refusal undoes the whole set. With ``skip_refused`` its error stands in its place instead: the set is halved
        until it stands alone, so that nothing it has touched, in memory or in the database, reaches the others; the
        halves are then transactions of their own. ``times``: the kernel clock for each item (a replay of history).
        ``once``: each item's idempotency key; ``made`` tells which were used already.

        Raises:
            RendaError: the first refusal, when not ``skip_refused``.
        """
        wanted = [
            (*item, at, key) for item, at, key in zip(items, times or repeat(None), once or repeat(None), strict=False)
        ]
        return self._set(actor, wanted, skip_refused=skip_refused) if wanted else []

    def _set(self, actor: Actor, wanted: Sequence[_Item], *, skip_refused: bool) -> list[R | RendaError]:
        results: list[R | RendaError] = []
        key, given = 0, _NOTHING
        try:
            with tenant_transaction(actor.tenants):
                ctx = Context(actor, quiet=self.quiet)
                subjects = self._fetch(ctx, sorted({item[0] for item in wanted}))
                for key, given, at, once in wanted:
                    if key not in subjects:
                        raise NotFound
                    press = record.Press.of(once, given) if once else None
                    with ctx.at(at):
                        results.append(self._act(ctx, subjects[key], press, **given))  # type: ignore[call-arg]  # a set is given by name
                ctx.flush()
            return results
        except (RendaError, IntegrityError) as raised:
            error = KeyUsed() if _is_used_key(raised) else raised
            if not isinstance(error, RendaError):
                raise
            if skip_refused and (half := len(wanted) // 2):
                first = self._set(actor, wanted[:half], skip_refused=True)
                return first + self._set(actor, wanted[half:], skip_refused=True)
            self._refused(actor, error, (self.name.partition(".")[0], key), given)
            if skip_refused:
                return [error]
            raise

    def _fetch(self, ctx: Context, keys: Sequence[int]) -> dict[int, M]:
        rows = self.select(ctx.actor)
        if self.case_field is not None and _case_lockers:
            cases = self._cases(rows.model, keys)
            for locker in _case_lockers:
                locker(ctx, cases)
        # "self": a selector may join other tables, whose rows are read, not locked.
        locked = rows.filter(pk__in=keys).order_by("pk").select_for_update(no_key=True, of=("self",))
        return {int(row.pk): row for row in locked}

    def _cases(self, model: type[M], keys: Sequence[int]) -> Cases:
        """The cases of rows in scope. The selector is asked once, for the rows themselves: what it hides is locked for a
        moment and not touched.
        """
        assert self.case_field is not None
        if self.case_field == model._meta.pk.name:
            return keys
        return model._base_manager.filter(pk__in=keys).values(self.case_field)


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
        press = self._press(given)
        try:
            with tenant_transaction(actor.tenants):
                ctx = Context(actor, quiet=self.quiet)
                with ctx.at(self.moment):
                    result = self._make(ctx, press, *args, **given)
                ctx.flush()
                return result
        except (RendaError, IntegrityError) as error:
            return cast(R, self._answer_again(actor, error, press, given))

    def join(self, ctx: Context, /, *args: P.args, **given: P.kwargs) -> R:
        """Do it inside another action's transaction."""
        return self._make(ctx, None, *args, **given)

    def _make(self, ctx: Context, press: record.Press | None, /, *args: P.args, **given: P.kwargs) -> R:
        self._allow(ctx.actor, None)
        result = self.work(ctx, *args, **given)
        # Permission is asked again where the row now is: "somewhere" was only the first door.
        if (tenant := _tenant_of(result)) is not None:
            self._allow(ctx.actor, tenant)
        self._audit(ctx, result, given, press)
        return result

    def many(
        self,
        actor: Actor,
        items: Iterable[Mapping[str, Any]],
        *,
        times: Sequence[datetime] | None = None,
        keys: Sequence[str] | None = None,
    ) -> list[R]:
        """Make a set in one transaction, one statement a table; ``times`` as in ``Existing.many``.

        ``keys``: each item's idempotency key; ``made`` tells which are there already.

        Raises:
            RendaError: the first refusal, or a key was used before (``KeyUsed``); nothing is stored then.
        """
        results: list[R] = []
        given = _NOTHING
        try:
            with tenant_transaction(actor.tenants):
                ctx = Context(actor, quiet=self.quiet)
                for given, at, key in zip(items, times or repeat(None), keys or repeat(None), strict=False):
                    press = record.Press.of(key, given) if key else None
                    with ctx.at(at):
                        results.append(self._make(ctx, press, **given))  # type: ignore[call-arg]
                ctx.flush()
        except (RendaError, IntegrityError) as error:
            self._answer_again(actor, error, None, given)
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
