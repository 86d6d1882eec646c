"""Which holdings exist for whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db.models import Q, QuerySet

from renda.kernel.parties import Actor
from renda.kernel.policy import tenants_where
from renda.kernel.secrecy.models import HeldItem
from renda.kernel.secrecy.policy import DECIDE
from renda.kernel.tenancy.models import Tenant

# Given a congress (None: the public's), the posts of whoever is told.
Officers = Callable[[int | None], Iterable[int]]
_officers: list[Officers] = []


def register_officers(find: Officers) -> None:
    """Register who knows the security officers' posts."""
    if find not in _officers:
        _officers.append(find)


def officers_of(tenant_id: int | None) -> list[int]:
    """The parties that are told of what is held back in a congress."""
    return list(dict.fromkeys(party for find in _officers for party in find(tenant_id)))


def holdings_for(actor: Actor) -> QuerySet[HeldItem]:
    """Of the congresses where a post of the actor decides; the public's for those whose reach begins at the top."""
    where = tenants_where(actor, DECIDE)
    if not where:
        return HeldItem.objects.none()
    seen = Q(tenant_id__in=where)
    if Tenant.objects.filter(id__in=where, parent=None).exists():
        seen |= Q(tenant=None)
    return HeldItem.objects.filter(seen)
