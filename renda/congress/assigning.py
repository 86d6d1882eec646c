"""Who may be assigned what by whom: congress level × unit level, and the way up.

Assigning belongs to the deputies' work committee or the office of the standing committee (city, county; 地方组织法 2022
第四十二条) and to the presidium (township). A township reaches county departments and bodies under vertical management
through the county.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import QuerySet

from renda.congress.models import CongressLevel, Organisation, OrganisationKind, Place
from renda.kernel.tenancy.models import Tenant

# Level of the assigning congress → levels of the units it may assign to, in its own tree.
MATRIX: Mapping[str, frozenset[str]] = {
    CongressLevel.CITY: frozenset({CongressLevel.CITY}),
    CongressLevel.COUNTY: frozenset({CongressLevel.COUNTY, CongressLevel.TOWNSHIP}),
    CongressLevel.TOWNSHIP: frozenset({CongressLevel.TOWNSHIP}),
}
_DECIDING = (
    OrganisationKind.COUNCIL_OF_CHAIRPERSONS,
    OrganisationKind.STANDING_COMMITTEE,
    OrganisationKind.DEPUTIES_WORK_COMMITTEE,
    OrganisationKind.PRESIDIUM,
)


def may_assign(tenant: Tenant, unit: Organisation) -> bool:
    """Whether the office of this congress may assign to the unit directly."""
    if not (unit.is_handler and unit.is_active) or tenant.id not in unit.tenant.path:
        return False
    return unit.tenant.level in MATRIX[tenant.level]


def organisations_to_assign(tenant: Tenant) -> QuerySet[Organisation]:
    """The units that the office of this congress may assign to, its own level first."""
    return (
        Organisation.objects.filter(
            is_handler=True, is_active=True, tenant__path__contains=[tenant.id], tenant__level__in=MATRIX[tenant.level]
        )
        .select_related("tenant")
        .order_by("tenant__path", "id")
    )


def assigning_above(tenant: Tenant) -> Tenant | None:
    """The congress that assigns where this one's reach ends; None at the top."""
    return tenant.parent


def rulers(tenant: Tenant) -> QuerySet[Organisation]:
    """Who rules which unit is responsible: the government's office, or the township's government."""
    kinds = [OrganisationKind.GOVERNMENT_OFFICE, OrganisationKind.TOWNSHIP_GOVERNMENT]
    return Organisation.objects.filter(tenant_id__in=tenant.path, kind__in=kinds, is_active=True).order_by("-id")


def organisations_to_oversee(tenant_id: int) -> QuerySet[Organisation]:
    """The institutions of a congress, and of those above it, whose decision puts a matter under supervision."""
    path = Tenant.objects.filter(id=tenant_id).values_list("path", flat=True).first() or []
    return Organisation.objects.filter(tenant_id__in=path, kind__in=_DECIDING, is_active=True).order_by("-tenant_id")


def places_of(tenant_id: int) -> QuerySet[Place]:
    """The places that a congress looks after: its own, and those below it down to the village."""
    inside = Place.objects.filter(congress__tenant_id=tenant_id)
    below = Place.objects.filter(parent__in=inside)
    return (inside | below).filter(valid_to=None).distinct().order_by("code")
