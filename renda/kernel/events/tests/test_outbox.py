"""No key is lost between transactions that commit in another order than they began."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import psycopg
import pytest
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries

import renda
from renda.kernel.events.jobs import trim
from renda.kernel.events.models import Event
from renda.kernel.events.outbox import Outbox
from renda.kernel.ids import new_id
from renda.kernel.jobs.tests.aside import run_aside

pytestmark = pytest.mark.django_db(transaction=True)


def beside() -> psycopg.Connection:
    wanted = connection.get_connection_params()
    for django_only in ("cursor_factory", "context", "pool"):
        wanted.pop(django_only, None)
    return psycopg.connect(**wanted)


def add(other: psycopg.Connection, number: int, key: str) -> None:
    other.execute("INSERT INTO kernel_events_event (id, key) VALUES (%s, %s)", [number, key])


def looking(scene: Callable[[Outbox], Awaitable[None]]) -> None:
    async def play() -> None:
        outbox = Outbox()
        try:
            assert await outbox.look() is None
            await scene(outbox)
        finally:
            await outbox.close()

    run_aside(play())


def test_a_slow_transaction_is_heard_and_holds_nobody_up() -> None:
    async def scene(outbox: Outbox) -> None:
        with beside() as slow, beside() as quick:
            add(slow, 1, "case:1")
            add(quick, 2, "case:2")
            quick.commit()
            assert await outbox.look() == ["case:2"]
            assert await outbox.look() == []
            slow.commit()
            assert await outbox.look() == ["case:1"]
            assert await outbox.look() == []

    looking(scene)


def test_what_is_rolled_back_is_never_heard() -> None:
    async def scene(outbox: Outbox) -> None:
        with beside() as other:
            add(other, 1, "case:1")
            other.rollback()
            assert await outbox.look() == []

    looking(scene)


def test_a_lost_connection_loses_no_key() -> None:
    async def scene(outbox: Outbox) -> None:
        await outbox.close()
        with beside() as other:
            add(other, 1, "case:1")
            other.commit()
        assert await outbox.look() == ["case:1"]

    looking(scene)


def test_a_restored_database_makes_every_page_ask_again() -> None:
    async def scene(outbox: Outbox) -> None:
        outbox._low = 2**60
        assert await outbox.look() is None

    looking(scene)


def test_a_set_of_keys_is_one_statement_in_the_transaction(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    new_id()  # a block of ids is taken once in a thousand rows
    with transaction.atomic():
        with django_assert_num_queries(1):
            Event.add(["case:1", "party:2"])
        transaction.set_rollback(True)
    assert not Event.objects.exists()


def test_trim_keeps_a_day() -> None:
    Event.add(["case:1", "case:2"])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_events_event SET created_at = now() - interval '25 hours' WHERE key = 'case:1'")
    trim(timestamp=0)
    assert list(Event.objects.values_list("key", flat=True)) == ["case:2"]


@pytest.mark.django_db
def test_no_table_sends_a_notice_when_it_is_written() -> None:
    """NOTIFY takes a lock on the whole database at the commit. Procrastinate brings such triggers; a migration drops them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"
            " WHERE prosrc ~* 'notify' AND NOT tgisinternal AND tgenabled <> 'D'"
        )
        assert cursor.fetchall() == []
        cursor.execute("SELECT count(*) FROM pg_proc WHERE prosrc ~* 'pg_notify' AND proname LIKE 'procrastinate%'")
        # The functions are there, so a trigger on them would be found.
        assert cursor.fetchone()[0] > 0


def test_no_code_sends_one_either() -> None:
    house = Path(renda.__file__).parent
    said = re.compile(r"pg_notify\(|[\"']\s*NOTIFY\b", re.IGNORECASE)
    assert said.search("SELECT pg_notify('x', '')")
    assert said.search('cursor.execute("NOTIFY x")')
    files = [path for path in house.rglob("*.py") if "tests" not in path.parts]
    assert len(files) > 100
    found = [path.name for path in files if said.search(path.read_text(encoding="utf-8"))]
    assert found == []
