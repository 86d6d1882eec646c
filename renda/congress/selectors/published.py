"""What is published: deputies, stations and congresses as the public finds them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from renda.congress.models import DeputyLevel, Mandate, WallCode
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant

# The nearest to the constituent first.
LEVEL_ORDER = {level: place for place, level in enumerate(reversed(DeputyLevel.values))}
MOST_FOUND = 200


@dataclass(frozen=True)
class FoundMandate:
    """One seat of a deputy, as the public sees it."""

    mandate_id: int
    tenant_id: int
    level: DeputyLevel
    body_name: str
    district: str


@dataclass(frozen=True)
class FoundDeputy:
    """A deputy as the public finds her: no contact, no address."""

    person_id: int
    name: str
    occupation: str
    is_demo: bool
    mandates: tuple[FoundMandate, ...]
    code: str

    @property
    def tenant_id(self) -> int:
        """The congress nearest to the constituent in which she sits."""
        return self.mandates[0].tenant_id


def deputies_serving(station_id: int, tenant_id: int) -> list[FoundDeputy]:
    """Who serves at a station of a congress and may be contacted, nearest level first; they may sit in the congresses above
    it as well.
    """
    path = Tenant.objects.filter(id=tenant_id).values_list("path", flat=True).first() or []
    return _published(path, Q(person__stations__station_id=station_id))


def deputy_by_person(person_id: int) -> FoundDeputy | None:
    """A deputy in office whom the public may contact."""
    tenants = list(Tenant.objects.filter(is_active=True).values_list("id", flat=True))
    return next(iter(_published(tenants, Q(person_id=person_id))), None)


def _published(tenants: Iterable[int], where: Q) -> list[FoundDeputy]:
    with tenant_transaction(tenants, durable=False):
        found = list(
            Mandate.objects.filter(where, status=Mandate.Status.ACTIVE, ends_on__isnull=True, is_public=True)
            .select_related("person__party", "district")
            .distinct()[: MOST_FOUND * 2]
        )
    codes = dict(
        WallCode.objects.filter(
            person_id__in={mandate.person_id for mandate in found}, is_active=True, kind=WallCode.Kind.DEPUTY
        ).values_list("person_id", "code")
    )
    people: dict[int, list[Mandate]] = {}
    for mandate in sorted(found, key=lambda mandate: (LEVEL_ORDER[mandate.level], mandate.id)):
        people.setdefault(mandate.person_id, []).append(mandate)
    return [_found(mandates, codes.get(person_id, "")) for person_id, mandates in people.items()][:MOST_FOUND]


def _found(mandates: list[Mandate], code: str) -> FoundDeputy:
    person = mandates[0].person
    return FoundDeputy(
        person_id=person.party_id,
        name=person.name,
        occupation=person.occupation,
        is_demo=person.is_demo,
        code=code,
        mandates=tuple(
            FoundMandate(
                mandate_id=mandate.id,
                tenant_id=mandate.tenant_id,
                level=DeputyLevel(mandate.level),
                body_name=mandate.body_name,
                district=mandate.district.name if mandate.district else "",
            )
            for mandate in mandates
        ),
    )


def published_in(district_id: int, tenant_id: int) -> list[FoundDeputy]:
    """The deputies who sit for a district now and whom the public may contact."""
    return _published([tenant_id], Q(district_id=district_id))
