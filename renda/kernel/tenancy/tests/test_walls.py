"""Two walls keep a congress's rows apart: the scope in Python, and row-level security that no forgotten scope opens."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, models, transaction

from renda.kernel.errors import Unscoped
from renda.kernel.tenancy import current_scope, tenant_transaction
from renda.kernel.tenancy.models import Tenant, TenantRow
from renda.kernel.tenancy.tests.beside import beside

# Tables with a tenant that stay open, and why.
OPEN = {
    "kernel_feedback_feedback": "about renda itself; the public writes it without a scope, administrators read by policy",
    "kernel_parties_party": "read at sign-in, before a scope is known; a name and a home, nothing else",
    "kernel_flow_flowdefinition": "how a congress works is no secret; drafts are kept back by the selector",
    "kernel_access_emergencyaccess": "read while an actor is built: it widens what she may",
    "kernel_secrecy_helditem": "what the public left belongs to no congress; the security officer reads by policy",
    "kernel_deadlines_deadlinerule": "law and local rules are public",
    "kernel_deadlines_officehours": "office hours are public",
    "voice_watchword": "a list holds for the congresses below too; the page's selector guards it",
    "congress_congress": "public directory",
    "congress_organisation": "public directory",
    "congress_post": "read at sign-in: from it the scope is made",
    "congress_wallcode": "a scanned code names its congress before any scope is known",
}

# A plain table of tenants' rows; its package lies a floor above this one.
INSERT = "INSERT INTO kernel_numbering_counter (tenant_id, kind, year, last) VALUES (%s, 'test', 2026, 7)"


@pytest.fixture
def two(db: None) -> tuple[int, int]:
    """Two congresses, each with one row."""
    tenants = [Tenant.make(name=name, level="county") for name in ("甲县", "乙县")]
    Tenant.objects.bulk_create(tenants)
    for tenant in tenants:
        with tenant_transaction([tenant.id], durable=False):
            raw(INSERT, tenant.id)
    return tenants[0].id, tenants[1].id


def raw(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []


def seen() -> set[int]:
    return {row[0] for row in raw("SELECT tenant_id FROM kernel_numbering_counter")}


def seen_without_security() -> set[int]:
    raw("SET LOCAL row_security = off")
    return seen()


def models_with_a_tenant() -> list[type[models.Model]]:
    wanted = {"tenant", "tenant_id"}
    return [model for model in apps.get_models() if wanted.intersection(field.name for field in model._meta.fields)]


# --- roles ----------------------------------------------------------------------------------------------------------


def test_the_application_is_nobody_special(db: None) -> None:
    ((user, is_superuser, bypasses, creates),) = raw(
        "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user"
    )
    assert (user, is_superuser, bypasses, creates) == ("renda_app", False, False, False)


def test_the_application_owns_nothing_and_cannot_become_the_owner(db: None) -> None:
    owned = raw(
        "SELECT relname FROM pg_class WHERE relowner = current_user::regrole"
        " UNION SELECT nspname FROM pg_namespace WHERE nspowner = current_user::regrole AND nspname !~ '^pg_'"
    )
    assert owned == []
    assert raw("SELECT roleid FROM pg_auth_members WHERE member = current_user::regrole") == []
    for role in ("renda_owner", "renda_backup", "postgres"):
        with pytest.raises(ProgrammingError, match=r"permission denied to set role"), transaction.atomic():
            raw(f"SET LOCAL ROLE {role}")


def test_the_application_cannot_switch_the_walls_off(two: tuple[int, int]) -> None:
    with pytest.raises(ProgrammingError, match="must be owner"), transaction.atomic():
        raw("ALTER TABLE kernel_numbering_counter DISABLE ROW LEVEL SECURITY")
    with pytest.raises(ProgrammingError, match="must be owner"), transaction.atomic():
        raw("CREATE POLICY all_of_it ON kernel_numbering_counter USING (true)")
    # row_security = off is no way round: it turns the filter into an error.
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        seen_without_security()


# --- every table ----------------------------------------------------------------------------------------------------


def test_every_table_of_a_tenant_has_forced_row_level_security(db: None) -> None:
    walls = {name: (on, forced) for name, on, forced in raw(
        "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class WHERE relkind IN ('r', 'p')"
    )}  # fmt: skip
    tables = {model._meta.db_table for model in models_with_a_tenant()}
    assert len(tables) > 20
    assert {name for name in tables - OPEN.keys() if walls[name] != (True, True)} == set()
    # Who is on the list must need it, and a table with a policy must not let its owner through.
    assert {name for name in OPEN if walls[name][0]} == set()
    assert {name for name, (on, forced) in walls.items() if on and not forced} == set()
    governed = {row[0] for row in raw("SELECT DISTINCT tablename FROM pg_policies")}
    assert {name for name, (on, _) in walls.items() if on} == governed


def test_every_tenant_row_raises_without_a_scope() -> None:
    rows = [model for model in models_with_a_tenant() if issubclass(model, TenantRow)]
    assert len(rows) > 10
    for model in rows:
        with pytest.raises(Unscoped):
            model._default_manager.all()


def test_what_is_written_beyond_the_scope_is_not_read_back(db: None) -> None:
    """A table that lets rows be added for others must not use INSERT … RETURNING: PostgreSQL would refuse it."""
    anywhere = {row[0] for row in raw("SELECT tablename FROM pg_policies WHERE cmd = 'INSERT' AND with_check = 'true'")}
    assert "kernel_notices_notice" in anywhere
    returning = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.db_table in anywhere
        for field in model._meta.db_returning_fields
    }
    assert returning == set()


# --- scope ----------------------------------------------------------------------------------------------------------


def test_an_unset_scope_gives_no_row(two: tuple[int, int]) -> None:
    assert seen() == set()
    assert apps.get_model("kernel_numbering", "Counter")._base_manager.count() == 0


def test_an_empty_scope_gives_no_row(two: tuple[int, int]) -> None:
    with tenant_transaction([], durable=False):
        assert seen() == set()


def test_a_scope_gives_its_own_rows_only(two: tuple[int, int]) -> None:
    for tenant_id in two:
        with tenant_transaction([tenant_id], durable=False):
            assert seen() == {tenant_id}
    with tenant_transaction(two, durable=False):
        assert seen() == set(two)


def test_an_unscoped_query_is_a_fault(two: tuple[int, int]) -> None:
    with pytest.raises(Unscoped, match="Case"):
        apps.get_model("kernel_flow", "Case")._default_manager.count()


def test_a_row_of_another_congress_is_not_written(two: tuple[int, int]) -> None:
    mine, other = two
    with tenant_transaction([mine], durable=False):
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            raw(INSERT, other)
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            raw("UPDATE kernel_numbering_counter SET tenant_id = %s", other)
        raw("UPDATE kernel_numbering_counter SET last = 999 WHERE tenant_id = %s", other)
        raw("DELETE FROM kernel_numbering_counter WHERE tenant_id = %s", other)
    with tenant_transaction([other], durable=False):
        assert raw("SELECT last FROM kernel_numbering_counter") == [(7,)]


def test_a_scope_within_a_scope_gives_way_again(two: tuple[int, int]) -> None:
    mine, other = two
    with tenant_transaction([mine], durable=False):
        with tenant_transaction([other], durable=False):
            assert seen() == {other}
        assert (seen(), current_scope()) == ({mine}, frozenset([mine]))
    assert (seen(), current_scope()) == (set(), None)


def test_a_scope_ends_with_an_error_too(two: tuple[int, int]) -> None:
    mine, other = two

    def fail() -> None:
        with tenant_transaction([other], durable=False):
            raw("SELECT 1/0")

    with tenant_transaction([mine], durable=False):
        with pytest.raises(Exception, match="division by zero"):
            fail()
        assert (seen(), current_scope()) == ({mine}, frozenset([mine]))


def test_a_thread_has_no_scope_of_another(two: tuple[int, int]) -> None:
    found: list[frozenset[int] | None] = []
    with tenant_transaction(two, durable=False):
        thread = threading.Thread(target=lambda: found.append(current_scope()))
        thread.start()
        thread.join()
    assert found == [None]


@pytest.mark.django_db(transaction=True)
def test_a_durable_scope_refuses_to_be_nested() -> None:
    with tenant_transaction([1]), pytest.raises(RuntimeError), tenant_transaction([2]):
        pass


@pytest.mark.django_db(transaction=True)
def test_a_connection_keeps_no_scope(two: tuple[int, int]) -> None:
    """The next request on the same connection starts with nothing."""
    pid = raw("SELECT pg_backend_pid()")
    with tenant_transaction(two):
        assert seen() == set(two)
    assert (raw("SELECT pg_backend_pid()"), seen()) == (pid, set())
    with pytest.raises(ZeroDivisionError), tenant_transaction(two):
        raise ZeroDivisionError
    assert seen() == set()


@pytest.mark.django_db(transaction=True)
def test_a_pooled_connection_keeps_no_scope(two: tuple[int, int], pool: dict[str, Any]) -> None:
    before = raw("SELECT pg_backend_pid()")
    with tenant_transaction(two):
        assert seen() == set(two)
    connection.close()
    assert (raw("SELECT pg_backend_pid()"), seen()) == (before, set())


@pytest.fixture
def pool() -> Iterator[dict[str, Any]]:
    """One pooled connection instead of a lasting one, as the web processes have."""
    options, age = connection.settings_dict["OPTIONS"], connection.settings_dict["CONN_MAX_AGE"]
    connection.close()
    connection.settings_dict["OPTIONS"] = {**options, "pool": {"min_size": 1, "max_size": 1}}
    connection.settings_dict["CONN_MAX_AGE"] = 0
    yield connection.settings_dict
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # of the PostgreSQL backend
    connection.settings_dict["OPTIONS"], connection.settings_dict["CONN_MAX_AGE"] = options, age


@pytest.mark.django_db(transaction=True)
def test_the_owner_is_bound_as_well(two: tuple[int, int]) -> None:
    """FORCE: a data migration that sets no scope changes nothing."""
    with beside("renda_owner") as owner:
        assert owner.execute("SELECT count(*) FROM kernel_numbering_counter").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            owner.execute(INSERT, [two[0]])
        owner.rollback()


# --- the tree -------------------------------------------------------------------------------------------------------


def test_the_tree_below(db: None) -> None:
    city = Tenant.make(name="市", level="city")
    county, other = (Tenant.make(name=name, level="county", parent=city) for name in ("县", "另一县"))
    township = Tenant.make(name="镇", level="township", parent=county)
    closed = Tenant.make(name="撤并的镇", level="township", parent=county)
    closed.is_active = False
    Tenant.objects.bulk_create([city, county, other, township, closed])
    assert set(Tenant.below([city.id])) == {city.id, county.id, other.id, township.id}
    assert set(Tenant.below([county.id])) == {county.id, township.id}
    assert Tenant.below([]) == []
