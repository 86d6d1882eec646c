"""Facts for a deputy's dossier, written in passing by the capabilities in which they happen."""

from __future__ import annotations

from datetime import datetime

from renda.congress.models import DutyFact, Mandate
from renda.kernel.actions.api import Context


def record_fact(
    ctx: Context,
    *,
    person_id: int,
    tenant_id: int,
    kind: str,
    title: str,
    source: tuple[str, int],
    occurred_at: datetime | None = None,
) -> DutyFact | None:
    """Note what a deputy did; None (and nothing is stored) for deputies whom this congress does not manage.

    ``kind`` is the action's name, ``source`` the kind and id of the row that proves it. National and provincial
    deputies are served here, not managed: they have no dossier. One query.
    """
    managed = Mandate.objects.filter(
        person_id=person_id, managed_by_id=tenant_id, status=Mandate.Status.ACTIVE, ends_on__isnull=True
    )
    if not managed.exists():
        return None
    fact = DutyFact(
        tenant_id=tenant_id,
        person_id=person_id,
        kind=kind,
        title=title,
        occurred_at=occurred_at or ctx.now,
        source_kind=source[0],
        source_id=source[1],
    )
    ctx.insert(fact)
    return fact
