"""All connections are in use, or the database takes no more: the page says so and comes back; nobody waits for ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection

from tests.zones import public_zone

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 0.5  # seconds that a page waits for a connection


@pytest.fixture
def pool() -> Iterator[None]:
    """One connection for all pages, as a web process at the limit of its pool has."""
    kept = {name: connection.settings_dict[name] for name in ("OPTIONS", "CONN_MAX_AGE")}
    connection.close()
    connection.settings_dict["OPTIONS"] = {
        **kept["OPTIONS"],
        "pool": {"min_size": 1, "max_size": 1, "timeout": PATIENCE},
    }
    connection.settings_dict["CONN_MAX_AGE"] = 0
    yield
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined] # of the PostgreSQL backend
    connection.settings_dict.update(kept)


def aside(work: Any) -> list[Any]:
    """In a thread: it has its own connection, as every request has."""
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(work())
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(timeout=30)
    assert not thread.is_alive(), "it hangs"
    return found


def page() -> tuple[int, str | None]:
    with public_zone() as browser:
        browser.raise_request_exception = False
        answer = browser.get("/stations/")
    return answer.status_code, answer.get("Retry-After")


def test_a_pool_in_use_is_said_soon_and_forgotten(pool: None) -> None:
    assert aside(page) == [(200, None)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        began = time.monotonic()
        assert aside(lambda: [page() for _ in range(3)]) == [[(503, "10")] * 3]
        assert time.monotonic() - began < 3 * PATIENCE + 5
    connection.close()
    assert aside(page) == [(200, None)]


def test_a_database_that_takes_no_more_connections_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's own refusal (53300), as it comes when max_connections is reached."""
    assert aside(page) == [(200, None)]
    real = psycopg.connect

    def full(*_: Any, **__: Any) -> Any:
        raise psycopg.errors.TooManyConnections("sorry, too many clients already")

    monkeypatch.setattr(connection.Database, "connect", full)  # type: ignore[attr-defined] # of the PostgreSQL backend
    assert aside(page) == [(503, "10")]
    monkeypatch.setattr(connection.Database, "connect", real)  # type: ignore[attr-defined] # the same
    assert aside(page) == [(200, None)]
