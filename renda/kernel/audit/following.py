"""Reading the sealed trail as it grows: whoever keeps something derived learns from it what has changed.

Every write leaves its line in the act's own transaction and the sealer gives the lines an order without gaps, so a
reader that remembers how far it has read misses nothing and costs the act nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from renda.kernel.audit.models import AuditEntry, AuditSeal
from renda.kernel.tenancy.scope import require_scope

AT_ONCE = 5000


def heads(tenants: Iterable[int]) -> dict[int, int]:
    """The last link's number of each chain that has one; the tenants are in scope."""
    require_scope("AuditSeal")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT wanted.id, head.seq FROM unnest(%s::bigint[]) AS wanted (id), LATERAL (
                SELECT seal.seq FROM kernel_audit_auditseal seal
                WHERE seal.tenant_id = wanted.id ORDER BY seal.seq DESC LIMIT 1
            ) AS head
            """,
            [list(tenants)],
        )
        return dict(cursor.fetchall())


def changed(tenant_id: int, subject_type: str, *, after: int) -> tuple[set[int], int]:
    """Ids of the subjects that acts have touched since link ``after`` of the tenant's chain, and how far that reads.

    At most ``AT_ONCE`` links are read: call again while the second figure grows.
    """
    seals = AuditSeal.objects.filter(tenant_id=tenant_id, seq__gt=after).order_by("seq")
    links = list(seals.values_list("seq", "entry_id")[:AT_ONCE])
    if not links:
        return set(), after
    entries = AuditEntry.objects.filter(
        pk__in=[entry for _, entry in links], subject_type=subject_type, outcome=AuditEntry.Outcome.DONE
    )
    return set(entries.values_list("subject_id", flat=True)), links[-1][0]
