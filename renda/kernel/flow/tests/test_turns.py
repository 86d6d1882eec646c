"""A congress whose history is being replayed has no other clock than the replay's."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection

from renda.kernel import clock
from renda.kernel.errors import Refused
from renda.kernel.flow import api as flow
from renda.kernel.flow import machine, turns
from renda.kernel.flow.tests.cases import Town

pytestmark = pytest.mark.django_db


class Elsewhere:
    """Another process: it asks for turns over a connection of its own."""

    def __init__(self, link: psycopg.Connection[Any]) -> None:
        self.link = link

    def takes(self, tenant: int, *, shared: bool = False) -> bool:
        """Whether it can have a congress for history, or (shared) for its clock; it keeps what it gets."""
        function = "pg_try_advisory_lock_shared" if shared else "pg_try_advisory_lock"
        row = self.link.execute(f"SELECT {function}(%s, %s)", [turns.LOCK_SPACE, tenant]).fetchone()
        return bool(row and row[0])

    def ends(self) -> None:
        """It is killed; its backend takes a moment to notice."""
        backend = self.link.info.backend_pid
        self.link.close()
        with connection.cursor() as cursor:
            for _ in range(500):
                cursor.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND pid = %s", [backend])
                if cursor.fetchone() is None:
                    return
                time.sleep(0.01)


@pytest.fixture
def elsewhere(db: None) -> Iterator[Elsewhere]:
    wanted = connection.get_connection_params()
    wanted = {name: wanted[name] for name in ("dbname", "user", "host", "port", "password") if wanted.get(name)}
    with psycopg.connect(**wanted, autocommit=True) as link:
        yield Elsewhere(link)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.2)
    monkeypatch.setattr(turns, "_REST", 0.02)


def test_the_clock_passes_over_a_congress_that_is_replayed(elsewhere: Elsewhere) -> None:
    with turns.present([1, 2, 3]) as present:
        assert present == {1, 2, 3}
    assert elsewhere.takes(2)
    with turns.present([1, 2, 3]) as present:
        assert present == {1, 3}
        assert elsewhere.takes(1, shared=True)
        assert not elsewhere.takes(1)
    elsewhere.ends()
    with turns.present([1, 2, 3]) as present:
        assert present == {1, 2, 3}


def test_a_replay_waits_for_the_clock_and_gives_up_in_words(elsewhere: Elsewhere) -> None:
    assert elsewhere.takes(1, shared=True)
    with pytest.raises(Refused, match="请稍后再运行"), turns.history([1, 2]):
        pass
    # What it had taken meanwhile is free again.
    assert elsewhere.takes(2)
    elsewhere.ends()
    with turns.history([1, 2]):
        pass


def test_two_replays_of_one_congress_are_refused_and_of_two_are_not(elsewhere: Elsewhere) -> None:
    with turns.history([1]):
        assert not elsewhere.takes(1)
        assert not elsewhere.takes(1, shared=True)
        assert elsewhere.takes(2)
    assert elsewhere.takes(1)


def test_it_ends_with_an_error_too(elsewhere: Elsewhere) -> None:
    with pytest.raises(ZeroDivisionError), turns.history([1]):
        raise ZeroDivisionError
    with pytest.raises(ZeroDivisionError), turns.present([2]):
        raise ZeroDivisionError
    assert elsewhere.takes(1)
    assert elsewhere.takes(2)


@pytest.mark.django_db(transaction=True)
def test_a_replayed_case_is_not_marked_as_of_today(elsewhere: Elsewhere) -> None:
    town = Town()
    case = town.start()
    town.do("clerk", flow.act, case, "assign")
    due = town.task(case, "unit").due_at
    assert due is not None
    with clock.frozen(due + timedelta(minutes=1)):
        # The other congress's unit is admitted to the case: its own turn does not make it the clock's.
        assert elsewhere.takes(town.tenants[0].id)
        assert machine.run_clock() == 0
        assert not town.task(case, "unit").overdue
        elsewhere.ends()
        assert machine.run_clock() == 1
        assert town.task(case, "unit").overdue
