"""Break-glass, not superuser: nobody holds every right; who must, opens one for some minutes and says why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse

from renda.kernel import clock
from renda.kernel.access.models import EmergencyAccess
from renda.kernel.policy import permission

OPEN = permission("access.open", "紧急授权")
REVIEW = permission("access.review", "查阅紧急授权记录")


@dataclass(frozen=True, slots=True)
class Breakable:
    """A permission that can be opened: for how many minutes, and at which address (a name, a query) it is then used."""

    minutes: int
    url_name: str = ""
    query: str = ""

    @property
    def url(self) -> str:
        """Where to go once it is open; "" where nobody has said."""
        return f"{reverse(self.url_name)}?{self.query}" if self.url_name else ""


_breakable: dict[str, Breakable] = {}


def breakable(name: str, *, minutes: int, url_name: str = "", query: str = "") -> None:
    """Let a registered permission be opened in an emergency, for at most so many minutes."""
    _breakable[name] = Breakable(minutes, url_name, query)


def openable() -> Mapping[str, Breakable]:
    """The permissions that can be opened."""
    return dict(_breakable)


def opened_for(person_id: int) -> frozenset[tuple[str, int]]:
    """What a person has open now, as (permission, tenant) pairs. One query."""
    now = clock.now()
    rows = EmergencyAccess.objects.filter(person_id=person_id, opened_at__lte=now, ends_at__gt=now)
    return frozenset(rows.values_list("permission", "tenant_id"))
