"""Sealing and verifying.

The gate writes entries unchained (a chain head in the business transaction allowed 161 writes a second here); one
sealer a tenant links them within a second, but only rows older than the oldest running transaction of this database,
so that entries are linked in the order of their acts. What is promised: a changed, a missing and an unsealed entry are
named. What is not: an entry changed before it was sealed. Anchoring a daily root outside keeps even the owner of the
database from rewriting the whole chain unseen.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from django.conf import settings
from django.db import connection

from renda.kernel.audit.models import AuditEntry, AuditSeal
from renda.kernel.storing import insert_rows
from renda.kernel.tenancy import tenant_transaction

BATCH = 2000
RECENT = 24 * 3600.0  # seconds: how far back the sealer looks twice a second; once a day it looks all the way
LOCK_SPACE = 7301  # advisory lock space of the sealers


def canonical(payload: Any) -> str:
    """JSON with sorted keys and no spaces: one text for one value."""
    return json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def _digest(*parts: bytes) -> bytes:
    """SM3 or SHA-256 (setting ``RENDA_HASH``) over length-prefixed parts."""
    running = hashlib.new(settings.RENDA_HASH)
    for part in parts:
        running.update(len(part).to_bytes(8, "big"))
        running.update(part)
    return running.digest()


def entry_hash(entry: AuditEntry) -> bytes:
    """The hash over everything an entry says (not over ``recorded_at`` and ``xid``, which the database sets)."""
    said = [
        entry.id, entry.tenant_id, entry.action, entry.outcome, entry.code, entry.actor_kind, entry.actor_id,
        entry.subject_type, entry.subject_id, entry.once, entry.occurred_at.timestamp(),
    ]  # fmt: skip
    return _digest(canonical(said).encode(), entry.payload.encode())


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a chain."""

    kind: Literal["altered", "missing", "unsealed", "broken"]
    tenant_id: int
    entry_id: int
    seq: int | None = None


def _horizon(cursor: Any) -> int:
    """The oldest transaction of this database that is still running, as a 64-bit number; the next one when none is.

    Every older one has ended: a statement that begins afterwards sees all it has left. The snapshot's own ``xmin``
    would wait for transactions of other databases of the server too. Transactions hold a lock on their own 32-bit
    number; they are told apart by how far they lie behind the newest.
    """
    cursor.execute(
        """
        WITH now AS (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next)
        SELECT now.next - coalesce(max((now.next - lock.transactionid::text::bigint) & 4294967295), 0)
        FROM now LEFT JOIN (pg_locks AS lock JOIN pg_stat_activity AS session USING (pid))
          ON lock.locktype = 'transactionid' AND lock.mode = 'ExclusiveLock' AND lock.granted
         AND session.datname = current_database() AND lock.pid <> pg_backend_pid()
        GROUP BY now.next
        """
    )
    return int(cursor.fetchone()[0])


def tenants_to_seal(tenants: Iterable[int]) -> list[int]:
    """Of the given tenants, those with entries that can be sealed now: one statement for all of them."""
    with tenant_transaction(tenants), connection.cursor() as cursor:
        horizon = _horizon(cursor)
        cursor.execute(
            """
            SELECT DISTINCT entry.tenant_id FROM kernel_audit_auditentry entry
            WHERE entry.recorded_at > now() - make_interval(secs => %s)
              AND entry.xid < %s::text::xid8
              AND NOT EXISTS (SELECT 1 FROM kernel_audit_auditseal seal WHERE seal.entry_id = entry.id)
            """,
            [RECENT, horizon],
        )
        return [int(row[0]) for row in cursor.fetchall()]


def seal(tenant_id: int, *, since: float | None = RECENT) -> int:
    """Link the tenant's finished, unsealed entries to its chain; gives how many. Only one sealer works at a time.

    ``since``: how many seconds back it looks, None for all the way (after an outage).
    """
    with tenant_transaction([tenant_id]), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK_SPACE, tenant_id % 2**31])
        taken = cursor.fetchone()
        if not (taken and taken[0]):
            return 0
        horizon = _horizon(cursor)
        head = AuditSeal.objects.filter(tenant_id=tenant_id).order_by("-seq").first()
        seq, previous = (head.seq, bytes(head.chain_hash)) if head else (0, b"")
        cursor.execute(
            """
            SELECT entry.id, entry.payload_hash FROM kernel_audit_auditentry entry
            WHERE entry.tenant_id = %s
              AND (%s::float8 IS NULL OR entry.recorded_at > now() - make_interval(secs => %s))
              AND entry.xid < %s::text::xid8
              AND NOT EXISTS (SELECT 1 FROM kernel_audit_auditseal seal WHERE seal.entry_id = entry.id)
            ORDER BY entry.recorded_at, entry.id LIMIT %s
            """,
            [tenant_id, since, since, horizon, BATCH],
        )
        links = []
        for entry_id, payload_hash in cursor.fetchall():
            seq += 1
            previous = _digest(previous, str(entry_id).encode(), bytes(payload_hash))
            links.append(AuditSeal(tenant_id=tenant_id, seq=seq, entry_id=entry_id, chain_hash=previous))
        insert_rows(AuditSeal, links)
        return len(links)


def verify(tenant_id: int, *, grace: timedelta = timedelta(seconds=30)) -> Iterator[Fault]:
    """Walk a tenant's chain and name each altered, missing, unsealed entry and each broken link.

    An entry younger than ``grace`` may still be unsealed.
    """
    with tenant_transaction([tenant_id]):
        previous, expected = b"", 0
        seals = AuditSeal.objects.filter(tenant_id=tenant_id).order_by("seq").iterator(BATCH)
        for batch in _batches(seals):
            entries = AuditEntry.objects.in_bulk([link.entry_id for link in batch])
            for link in batch:
                expected += 1
                entry = entries.get(link.entry_id)
                if entry is None:
                    yield Fault("missing", tenant_id, link.entry_id, link.seq)
                    previous, expected = bytes(link.chain_hash), link.seq
                    continue
                if entry_hash(entry) != bytes(entry.payload_hash):
                    yield Fault("altered", tenant_id, entry.id, link.seq)
                chained = _digest(previous, str(entry.id).encode(), bytes(entry.payload_hash))
                if link.seq != expected or chained != bytes(link.chain_hash):
                    yield Fault("broken", tenant_id, entry.id, link.seq)
                previous, expected = bytes(link.chain_hash), link.seq
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT entry.id FROM kernel_audit_auditentry entry
                WHERE entry.tenant_id = %s AND entry.recorded_at < clock_timestamp() - make_interval(secs => %s)
                  AND NOT EXISTS (SELECT 1 FROM kernel_audit_auditseal seal WHERE seal.entry_id = entry.id)
                """,
                [tenant_id, grace.total_seconds()],
            )
            for (entry_id,) in cursor.fetchall():
                yield Fault("unsealed", tenant_id, int(entry_id))


def root(tenant_id: int) -> tuple[int, str]:
    """The chain's head (number of links, hash in hex): what is anchored outside each day."""
    with tenant_transaction([tenant_id]):
        head = AuditSeal.objects.filter(tenant_id=tenant_id).order_by("-seq").first()
        return (head.seq, bytes(head.chain_hash).hex()) if head else (0, "")


def _batches(rows: Iterator[AuditSeal]) -> Iterator[list[AuditSeal]]:
    batch: list[AuditSeal] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
