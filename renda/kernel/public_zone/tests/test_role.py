"""The role of the public web, on a real connection: it leaves packages, reads copies, is slowed down, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import connection

AT = datetime(2026, 3, 1, tzinfo=UTC)
INSERT = "INSERT INTO public_zone.inbound (key, kind, made_at, body, signature) VALUES (%s, 'test', %s, 'x', %s)"


@pytest.fixture
def public(db: None) -> Iterator[psycopg.Connection]:
    """A connection of renda_public to the database of the tests."""
    wanted = connection.get_connection_params()
    for not_ours in ("cursor_factory", "context", "pool"):
        wanted.pop(not_ours, None)
    with psycopg.connect(**{**wanted, "user": "renda_public", "autocommit": True}) as made:
        yield made


def test_it_leaves_packages_and_a_repetition_changes_nothing(public: psycopg.Connection) -> None:
    with public.transaction(force_rollback=True):
        for _ in range(2):
            public.execute(INSERT + " ON CONFLICT DO NOTHING", ["k" * 32, AT, bytes(64)])


def test_it_reads_copies(public: psycopg.Connection) -> None:
    assert public.execute("SELECT count(*) FROM public_zone.published").fetchone() is not None


def test_it_is_slowed_down_by_key_and_span(public: psycopg.Connection) -> None:
    with public.transaction(force_rollback=True):
        asked = [public.execute("SELECT public_zone.brake(%s, 3, 60)", [b"one"]).fetchone() for _ in range(5)]
        assert [row[0] for row in asked if row][:3] == [0, 0, 0]
        assert all(row and 0 < row[0] <= 60 for row in asked[3:])
        other = public.execute("SELECT public_zone.brake(%s, 3, 60)", [b"another"]).fetchone()
        assert other == (0,)
        # The span is over at once.
        assert public.execute("SELECT public_zone.brake(%s, 0, 0)", [b"third"]).fetchone() == (1,)


FORBIDDEN = [
    "SELECT * FROM public_zone.inbound",
    "SELECT count(*) FROM public_zone.inbound",
    "UPDATE public_zone.inbound SET kind = 'x'",
    "DELETE FROM public_zone.inbound",
    "TRUNCATE public_zone.inbound",
    "INSERT INTO public_zone.inbound (key, kind, made_at, body, signature) VALUES ('k', 't', now(), '', '') RETURNING key",
    "INSERT INTO public_zone.inbound (key, shipment) VALUES (repeat('k', 32), 1)",
    "INSERT INTO public_zone.published VALUES ('a', 'b', 1, now(), '{}', '{}', '', '', '')",
    "UPDATE public_zone.published SET version = 1",
    "DELETE FROM public_zone.published",
    "SELECT * FROM public_zone.counter",
    "DELETE FROM public_zone.counter",
    "SELECT * FROM public_zone.shipment",
    "CREATE TABLE public_zone.mine (id int)",
    "CREATE TABLE public.mine (id int)",
    "CREATE TEMP TABLE mine (id int)",
    "CREATE SCHEMA mine",
    "SELECT * FROM public.voice_message",
    "SELECT * FROM public.congress_person",
    "SELECT * FROM public.django_migrations",
    "SELECT * FROM search_store.document",
    "SELECT public.search_ids('x', '{a}', '{}', 1, 1)",
    "SET ROLE renda_app",
    "SET ROLE renda_owner",
    "SET SESSION AUTHORIZATION renda_owner",
    "ALTER ROLE renda_public SUPERUSER",
    "GRANT SELECT ON public_zone.inbound TO renda_public",
    "COPY public_zone.published TO PROGRAM 'cat'",
    "SELECT pg_read_file('postgresql.conf')",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_everything_else_is_forbidden(public: psycopg.Connection, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        public.execute(statement)


def test_nothing_of_the_inner_schemas_is_readable(public: psycopg.Connection) -> None:
    """Not one table, sequence or function of the inner zone, whatever is added to it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'S', 'v')"
        )
        assert cursor.fetchone()[0] > 80
    may = public.execute(
        "SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%'"
        " AND has_schema_privilege(n.oid, 'USAGE') AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')"
        " AND CASE WHEN c.relkind = 'S' THEN has_sequence_privilege(c.oid, 'USAGE, SELECT, UPDATE')"
        "     ELSE has_table_privilege(c.oid, 'SELECT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') END"
    ).fetchall()
    assert may == [("public_zone.published",)]
    schemas = public.execute(
        "SELECT nspname FROM pg_namespace WHERE has_schema_privilege(oid, 'USAGE')"
        " AND nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"
    ).fetchall()
    assert schemas == [("public_zone",)]
    functions = public.execute(
        "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname NOT IN"
        " ('pg_catalog', 'information_schema') AND has_schema_privilege(n.oid, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE')"
    ).fetchall()
    assert functions == [("brake",)]
