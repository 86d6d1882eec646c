"""What a test has changed in the small city, table by table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connection, transaction

from renda.kernel.tenancy import tenant_transaction
from tests.gates.city import City

# Who has a session and when she was last seen is no business; a refused try to sign in is counted on purpose.
BOOKKEEPING = {"django_session", "congress_signinlock"}


def _tables() -> list[str]:
    return sorted({model._meta.db_table for model in apps.get_models(include_auto_created=True)} - BOOKKEEPING)


def state(city: City) -> dict[str, tuple[int, int]]:
    """For each table how many rows it has and a sum over where and by which transaction each was written.

    Lines of the trail that say "refused" are left out: a refusal writes one.
    """
    parts = []
    for table in _tables():
        where = " WHERE outcome <> 'refused'" if table == "kernel_audit_auditentry" else ""
        written = "coalesce(sum(hashtext(ctid::text || ' ' || xmin::text)::bigint), 0)"
        parts.append(f"SELECT '{table}', count(*), {written} FROM {table}{where}")
    with tenant_transaction(city.tenants, durable=False), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return {name: (int(count), int(written)) for name, count, written in cursor.fetchall()}


def changed(city: City, before: dict[str, tuple[int, int]]) -> set[str]:
    """The tables that are no longer as they were."""
    after = state(city)
    return {table for table in before if before[table] != after[table]}


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is taken back."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


@contextmanager
def unchanged(city: City) -> Iterator[None]:
    """Fails when any business table has changed inside.

    Raises:
        AssertionError: it names the tables.
    """
    with undone():
        before = state(city)
        yield
        assert changed(city, before) == set()
