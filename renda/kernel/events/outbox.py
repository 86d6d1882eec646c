"""Reads the outbox from outside the business transactions, without a gap and without NOTIFY.

Transactions commit in another order than they took their numbers. The reader therefore keeps a watermark ``low``: the
oldest transaction that was still running at the last look. Each look takes every visible row of ``low`` or later and
leaves out those it has seen; what is older than the new ``low`` can never appear any more.
"""

from __future__ import annotations

import psycopg
from django.db import connections

_LOOK = """
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, event.id, event.xid::text::bigint, event.key
  FROM (SELECT 1) AS one LEFT JOIN kernel_events_event AS event ON event.xid >= %s::text::xid8
 ORDER BY event.id
"""


class Outbox:
    """One reader of the outbox; each has its own watermark, so that any number of them may run."""

    def __init__(self) -> None:
        self._connection: psycopg.AsyncConnection | None = None
        self._low: int | None = None
        self._seen: set[int] = set()

    async def look(self) -> list[str] | None:
        """The keys committed since the last look, each once; None: the history is broken (first look, or the
        database was restored from a backup), every page must ask again.

        Raises:
            psycopg.Error: the database is away; call again later, nothing is skipped.
        """
        connection = await self._connected()
        start = self._low if self._low is not None else 2**62
        rows = await (await connection.execute(_LOOK, [start])).fetchall()
        low: int = rows[0][0]
        if self._low is None or low < self._low:
            self._low, self._seen = low, set()
            return None
        fresh = [(event, key) for _, event, _, key in rows if event is not None and event not in self._seen]
        self._seen = {event for _, event, xid, _ in rows if event is not None and xid >= low}
        self._low = low
        return list(dict.fromkeys(key for _, key in fresh))

    async def close(self) -> None:
        """Give the connection back; the watermark stays."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    async def _connected(self) -> psycopg.AsyncConnection:
        if self._connection is None or self._connection.closed:
            wanted = connections["default"].get_connection_params()
            for django_only in ("cursor_factory", "context", "pool"):
                wanted.pop(django_only, None)
            self._connection = await psycopg.AsyncConnection.connect(**wanted, autocommit=True, connect_timeout=5)
        return self._connection
