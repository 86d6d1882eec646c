"""Break-glass, not superuser: nobody holds every right; who must, opens one for some minutes and says why."""

from __future__ import annotations

from collections.abc import Mapping

from renda.kernel import clock
from renda.kernel.access.models import EmergencyAccess
from renda.kernel.policy import permission

OPEN = permission("access.open", "紧急授权")
REVIEW = permission("access.review", "查阅紧急授权记录")

_minutes: dict[str, int] = {}


def breakable(name: str, *, minutes: int) -> None:
    """Let a registered permission be opened in an emergency, for at most so many minutes."""
    _minutes[name] = minutes


def openable() -> Mapping[str, int]:
    """The permissions that can be opened, and for how many minutes."""
    return dict(_minutes)


def opened_for(person_id: int) -> frozenset[tuple[str, int]]:
    """What a person has open now, as (permission, tenant) pairs. One query."""
    now = clock.now()
    rows = EmergencyAccess.objects.filter(person_id=person_id, opened_at__lte=now, ends_at__gt=now)
    return frozenset(rows.values_list("permission", "tenant_id"))
