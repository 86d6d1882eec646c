"""Whose turn it is to let time act on a congress's cases: the site's clock, or a replay of its history.

A replay holds the clock at days long past. The site's clock, which knows only today, would meanwhile find every replayed
case overdue and write that into its trail. So a replay takes a congress for itself, and the clock passes it over until the
replay ends (or its process dies: the locks are those of a session, and go with it).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.db import connection

from renda.kernel.errors import Refused

LOCK_SPACE = 7302  # advisory lock space of turns; that of the audit's sealers is 7301
PATIENCE = 90.0  # seconds that a replay waits for the clock's minute to end
_REST = 0.5

_TAKE = """
SELECT id FROM unnest(%s::bigint[]) AS id WHERE pg_try_advisory_lock(%s, (id %% 2147483647)::integer)
"""
_GIVE_BACK = """
SELECT pg_advisory_unlock(%s, (id %% 2147483647)::integer) FROM unnest(%s::bigint[]) AS id
"""
_TAKE_SHARED = _TAKE.replace("_lock(", "_lock_shared(")
_GIVE_BACK_SHARED = _GIVE_BACK.replace("_unlock(", "_unlock_shared(")


@contextmanager
def history(tenants: Iterable[int]) -> Iterator[None]:
    """Take these congresses for a replay.

    Raises:
        Refused: another replay has one of them, or the clock does not end its work there.
    """
    wanted, deadline = sorted(set(tenants)), time.monotonic() + PATIENCE
    while len(taken := _take(_TAKE, wanted)) < len(wanted):
        _give_back(_GIVE_BACK, taken)
        if time.monotonic() > deadline:
            raise Refused("flow.turn", "这个人大正在导入另一批历史数据，或者正在计算时限，请稍后再运行。")
        time.sleep(_REST)
    try:
        yield
    finally:
        _give_back(_GIVE_BACK, wanted)


@contextmanager
def present(tenants: Iterable[int]) -> Iterator[frozenset[int]]:
    """Of these congresses those that no replay has; none can take them while the clock works."""
    taken = _take(_TAKE_SHARED, sorted(set(tenants)))
    try:
        yield frozenset(taken)
    finally:
        _give_back(_GIVE_BACK_SHARED, taken)


def _take(statement: str, tenants: Sequence[int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(tenants), LOCK_SPACE])
        return [int(row[0]) for row in cursor.fetchall()]


def _give_back(statement: str, tenants: Sequence[int]) -> None:
    if tenants:
        with connection.cursor() as cursor:
            cursor.execute(statement, [LOCK_SPACE, list(tenants)])
