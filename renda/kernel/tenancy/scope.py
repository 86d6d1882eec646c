"""The scope: which tenants' rows this piece of work may see. Two walls: this context, and PostgreSQL's RLS."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

from renda.kernel.errors import Unscoped

SETTING = "renda.tenants"

_scope: ContextVar[frozenset[int] | None] = ContextVar("renda_scope", default=None)


def current_scope() -> frozenset[int] | None:
    """The tenants in scope, or None outside every ``tenant_transaction``."""
    return _scope.get()


def require_scope(what: str) -> frozenset[int]:
    """The tenants in scope.

    Raises:
        Unscoped: no scope is set.
    """
    scope = _scope.get()
    if scope is None:
        raise Unscoped(f"{what} was read outside tenant_transaction")
    return scope


def set_scope(tenants: Iterable[int]) -> None:
    """Tell PostgreSQL the scope of the running transaction (SET LOCAL, so that no pooled connection keeps it)."""
    with connection.cursor() as cursor:
        text = "{" + ",".join(str(int(tenant)) for tenant in tenants) + "}"
        cursor.execute("SELECT set_config(%s, %s, true)", [SETTING, text])


@contextmanager
def tenant_transaction(tenants: Iterable[int], *, durable: bool = True) -> Iterator[None]:
    """One transaction that sees the rows of ``tenants`` and of no other.

    ``durable`` (the default) refuses to run inside another transaction, so what it wrote is stored when it ends.

    Raises:
        RuntimeError: nested in another transaction while ``durable``.
    """
    scope = frozenset(tenants)
    before = _scope.get()
    with transaction.atomic(durable=durable):
        set_scope(scope)
        token = _scope.set(scope)
        try:
            yield
        finally:
            _scope.reset(token)
            # Only a test's outer transaction (or a nested scope) outlives this one: give it its scope back.
            # After a database error the savepoint's rollback does the same.
            if len(connection.savepoint_ids) > 0 and not connection.needs_rollback:
                _restore(before)


def _restore(before: frozenset[int] | None) -> None:
    from django.db import Error

    try:
        set_scope(before or ())
    except Error:
        # The transaction is already aborted; its rollback restores the setting.
        return
