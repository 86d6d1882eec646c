"""Who may assign to whom: level of the congress × level of the unit.

A congress's office assigns to the units of its own level. A county also reaches its township governments, a city its
county governments (by their government offices); a township reaches nobody above: it asks the county's congress.
Which unit is responsible is ruled by the government office, or the township government, not by the congress.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from renda.congress.models import CongressLevel, Organisation, OrganisationKind, Place
from renda.kernel.tenancy.models import Tenant

K = OrganisationKind
_REACHED_BELOW = {CongressLevel.CITY: K.GOVERNMENT_OFFICE, CongressLevel.COUNTY: K.TOWNSHIP_GOVERNMENT}


def organisations_to_assign(tenant: Tenant) -> QuerySet[Organisation]:
    """The handling units that a congress's office may assign to, its own level first."""
    reach = Q(tenant=tenant)
    if (below := _REACHED_BELOW.get(CongressLevel(tenant.level))) is not None:
        reach |= Q(tenant__parent=tenant, kind=below)
    rows = Organisation.objects.filter(reach, is_handler=True, is_active=True)
    return rows.order_by("tenant__level", "id") if tenant.level == CongressLevel.CITY else rows.order_by("id")


def may_assign(tenant: Tenant, unit: Organisation) -> bool:
    """Whether a congress's office may assign a matter to this unit."""
    return organisations_to_assign(tenant).filter(id=unit.id).exists()


def assigning_above(tenant: Tenant) -> Tenant | None:
    """The congress above, which assigns what lies beyond this one's reach; None at the top."""
    return Tenant.objects.filter(id=tenant.parent_id, is_active=True).first() if tenant.parent_id else None


def rulers(tenant: Tenant) -> QuerySet[Organisation]:
    """Who rules which unit is responsible when units disagree."""
    kind = K.TOWNSHIP_GOVERNMENT if tenant.level == CongressLevel.TOWNSHIP else K.GOVERNMENT_OFFICE
    return Organisation.objects.filter(tenant=tenant, kind=kind, is_active=True).order_by("id")


def organisations_to_oversee(tenant: Tenant) -> QuerySet[Organisation]:
    """The bodies of a congress that decide to oversee a matter (督办 is an act of the institution).

    The council of chairpersons (代表法 2025 第五十二条) and the committees; in a township the presidium.
    """
    kinds = (
        K.COUNCIL_OF_CHAIRPERSONS,
        K.DEPUTIES_WORK_COMMITTEE,
        K.SPECIAL_COMMITTEE,
        K.BUDGET_WORK_COMMITTEE,
        K.PRESIDIUM,
    )
    return Organisation.objects.filter(tenant=tenant, kind__in=kinds, is_active=True).order_by("id")


def places_of(tenant_id: int) -> QuerySet[Place]:
    """The place of a congress and what lies in it down to the places of the congresses below, in force, by code.

    A sub-district has no congress of its own: its villages and communities are the county's.
    """
    here = Q(congress__tenant_id=tenant_id) | Q(parent__congress__tenant_id=tenant_id)
    no_congress = Q(parent__congress__isnull=True, parent__parent__congress__tenant_id=tenant_id)
    return Place.objects.filter(here | no_congress, valid_to__isnull=True).order_by("code")
