"""What is published: deputies, stations and congresses as the public finds them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from renda.congress.models import Congress, DeputyLevel, Mandate, Person, Place, Station, WallCode
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


def lineage(place_code: str) -> list[Place]:
    """A place and the places above it, nearest first; empty for an unknown code. One query."""
    place = (
        Place.objects.filter(code=place_code.ljust(12, "0")).select_related("parent__parent__parent__parent").first()
    )
    chain: list[Place] = []
    while place is not None:
        chain.append(place)
        place = place.parent
    return chain


def congresses_over(chain: Iterable[Place]) -> list[Congress]:
    """The congresses that serve a place, nearest first."""
    order = {place.id: number for number, place in enumerate(chain)}
    found = Congress.objects.filter(place_id__in=order, tenant__is_active=True).select_related("tenant", "place")
    return sorted(found, key=lambda congress: order[congress.place_id])


def congress_of(place_code: str) -> Congress | None:
    """The congress that takes in what is said at a place: its own, or for a sub-district the county's."""
    return next(iter(congresses_over(lineage(place_code))), None)


def find_deputies(
    *, place_code: str = "", query: str = "", station_id: int = 0, tenant_id: int = 0
) -> list[FoundDeputy]:
    """Deputies in office whom the public may contact, nearest level first; by exactly one of the three.

    ``place_code``: all who represent the place, from the village's district up to the National People's Congress.
    ``query``: part of a name, or the beginning of its pinyin or initials. ``station_id`` with its ``tenant_id``: who
    serves at the station. Opens the published scope itself (inside another transaction too). At most 200.
    """
    if place_code:
        chain = lineage(place_code)
        if not chain:
            return []
        tenants = [congress.tenant_id for congress in congresses_over(chain)]
        covered = Q(district__coverage__place__in=chain) | Q(district__coverage__place__parent=chain[0])
        return _published(tenants, covered)
    if station_id:
        # A station's deputies may sit in the congresses above it as well.
        path = Tenant.objects.filter(id=tenant_id).values_list("path", flat=True).first() or []
        return _published(path, Q(person__stations__station_id=station_id))
    text = query.strip()
    if not text:
        return []
    tenants = list(Tenant.objects.filter(is_active=True).values_list("id", flat=True))
    return _published(tenants, Q(person_id__in=_people_named(text)))


def deputy_by_person(person_id: int) -> FoundDeputy | None:
    """A deputy in office whom the public may contact."""
    tenants = list(Tenant.objects.filter(is_active=True).values_list("id", flat=True))
    return next(iter(_published(tenants, Q(person_id=person_id))), None)


def _people_named(text: str) -> list[int]:
    latin = text.isascii()
    match = Q(pinyin__startswith=text.lower().replace(" ", "")) | Q(initials__startswith=text.lower())
    people = Person.objects.filter(match if latin else Q(party__name__contains=text))
    return list(people.filter(party__is_active=True).order_by("pinyin").values_list("party_id", flat=True)[:MOST_FOUND])


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


def stations_at(place_code: str) -> list[Station]:
    """Open stations at a place, in it and (for a village) in its township."""
    chain = lineage(place_code)
    if not chain:
        return []
    near = Q(place=chain[0]) | Q(place__parent=chain[0])
    if chain[0].level == "village" and chain[0].parent_id:
        near |= Q(place_id=chain[0].parent_id)
    with tenant_transaction([congress.tenant_id for congress in congresses_over(chain)], durable=False):
        return list(Station.objects.filter(near, is_active=True).select_related("place").order_by("id"))


def stations_of(person_id: int) -> list[Station]:
    """The open stations at which a deputy serves, in all congresses."""
    tenants = list(Tenant.objects.filter(is_active=True).values_list("id", flat=True))
    with tenant_transaction(tenants, durable=False):
        rows = Station.objects.filter(deputies__person_id=person_id, is_active=True).select_related("place")
        return list(rows.order_by("kind", "id"))


def published_in(district_id: int, tenant_id: int) -> list[FoundDeputy]:
    """The deputies who sit for a district now and whom the public may contact."""
    return _published([tenant_id], Q(district_id=district_id))
