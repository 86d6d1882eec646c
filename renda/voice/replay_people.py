"""Who acts in a congress when history is replayed into it: real holders of its posts, chosen the same way each time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import TypeVar

from django.db import models
from django.db.models import Q

from renda.congress.api import (
    Congress,
    CongressLevel,
    Mandate,
    Organisation,
    OrganisationKind,
    Person,
    Place,
    PlaceLevel,
    PostKind,
    actor_for,
    organisations_to_assign,
)
from renda.kernel import clock
from renda.kernel.errors import NotFound, Refused
from renda.kernel.parties import Actor, resolve
from renda.kernel.parties.models import Holding
from renda.kernel.tenancy import tenant_transaction

T = TypeVar("T")

# So many deputies share the replayed messages.
DEPUTIES = 12


def congress_named(name: str) -> Congress:
    """The congress of this name, or of the place of this name; without a name the highest one of this site.

    Raises:
        NotFound: there is none.
        Refused: several places have this name.
    """
    rows = Congress.objects.filter(tenant__is_active=True).select_related("tenant", "place").order_by("tenant_id")
    if not name:
        found = list(rows.filter(tenant__parent__isnull=True)[:1])
    else:
        found = list(rows.filter(Q(name=name) | Q(place__name=name)))
    if not found:
        said = f"没有找到“{name}”的人民代表大会" if name else "数据库中还没有人民代表大会"
        raise NotFound("replay.no_congress", f"{said}，请先运行 renda demo 或建立人大机构。")
    if len(found) > 1:
        raise Refused("replay.which", f"有 {len(found)} 个“{name}”，请写人民代表大会的全称。")
    return found[0]


def chosen(among: Sequence[T], by: str) -> T:
    """One of a list, always the same for the same text."""
    return among[int.from_bytes(sha256(by.encode()).digest()[:8]) % len(among)]


@dataclass
class People:
    """The vetter, deputies, assigner and units of one congress, and the townships its messages come from."""

    congress: Congress
    vetter: Actor
    assigner: Actor
    people: list[Person]
    units: list[Organisation]
    places: list[Place]
    _officers: dict[int, Actor] = field(default_factory=dict)
    _deputies: dict[int, Actor] = field(default_factory=dict)

    @classmethod
    def of(cls, congress: Congress) -> People:
        """Find them.

        Raises:
            Refused: a post that is needed has no holder; the sentence says which.
        """
        return cls(
            congress,
            vetter=_holder(congress, PostKind.VETTER),
            assigner=_holder(congress, PostKind.ASSIGNER),
            people=_deputies(congress),
            units=list(organisations_to_assign(congress.tenant).filter(tenant=congress.tenant)),
            places=_townships(congress),
        )

    def deputy_for(self, message: str) -> Person:
        """The deputy that a message is for, by its id."""
        return chosen(self.people, f"deputy {message}")

    def deputy(self, person_id: int) -> Actor:
        """One of these deputies as an actor."""
        if person_id not in self._deputies:
            self._deputies[person_id] = actor_for(next(one for one in self.people if one.party_id == person_id))
        return self._deputies[person_id]

    def place_for(self, message: str) -> Place:
        """The township that an anonymous message is laid in, by its id."""
        return chosen(self.places, f"place {message}")

    @cached_property
    def _by_department(self) -> dict[str, Organisation]:
        return {unit.department: unit for unit in reversed(self.units) if unit.department}

    @cached_property
    def _general(self) -> Organisation:
        kinds = (OrganisationKind.GOVERNMENT_OFFICE, OrganisationKind.TOWNSHIP_GOVERNMENT)
        general = next((unit for unit in self.units if unit.kind in kinds and self._has_officer(unit)), None)
        if general is None:
            raise Refused("replay.no_unit", f"{self.congress.name}没有可以承办的政府办公室或乡镇政府。")
        return general

    def unit_for(self, kinds: Iterable[str]) -> Organisation:
        """The first of the proposed departments that this congress has, else its government('s office).

        Raises:
            Refused: it has none that anybody works in.
        """
        proposed = (self._by_department[kind] for kind in kinds if kind in self._by_department)
        return next((unit for unit in proposed if self._has_officer(unit)), None) or self._general

    def officer(self, unit_id: int) -> Actor:
        """The case officer of a unit that ``unit_for`` has given, in this run or an earlier one.

        Raises:
            Refused: nobody holds the post any more.
        """
        unit = next((unit for unit in self.units if unit.id == unit_id), None)
        if unit is None or not self._has_officer(unit):
            name = unit.name if unit else "承办单位"
            raise Refused("replay.no_officer", f"{name}没有在岗的承办人员。")
        return self._officers[unit_id]

    def _has_officer(self, unit: Organisation) -> bool:
        if unit.id not in self._officers:
            person = person_in(PostKind.CASE_OFFICER, unit, self.congress.tenant_id)
            if person is None:
                return False
            self._officers[unit.id] = actor_for(person)
        return True


def _holder(congress: Congress, kind: PostKind) -> Actor:
    person = person_in(kind, congress.tenant, congress.tenant_id)
    if person is None:
        raise Refused("replay.no_holder", f"{congress.name}没有在岗的“{kind.label}”，请先配备人员。")
    return actor_for(person)


def person_in(kind: PostKind, anchor: models.Model, tenant_id: int) -> Person | None:
    """Who holds a post of the kind today, as a flow's ``post:KIND`` finds it; of several the first."""
    today = clock.today()
    held = Holding.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today),
        post_id__in=resolve(f"post:{kind}", anchor, tenant_id),
        starts_on__lte=today,
        person__is_active=True,
    )
    return Person.objects.filter(party_id__in=held.values("person_id")).order_by("party_id").first()


def _deputies(congress: Congress) -> list[Person]:
    with tenant_transaction([congress.tenant_id]):
        seats = Mandate.objects.filter(
            tenant_id=congress.tenant_id,
            level=congress.level,
            status=Mandate.Status.ACTIVE,
            ends_on__isnull=True,
            person__party__is_active=True,
        )
        people = [seat.person for seat in seats.select_related("person__party").order_by("id")[:DEPUTIES]]
    if not people:
        raise Refused("replay.no_deputy", f"{congress.name}还没有在任代表，请先导入代表名册。")
    return people


def _townships(congress: Congress) -> list[Place]:
    """The townships of the congress's place; the place itself where it is one, or has none."""
    above = {CongressLevel.CITY: "parent__parent_id", CongressLevel.COUNTY: "parent_id"}.get(
        CongressLevel(congress.level)
    )
    if above is None:
        return [congress.place]
    places = Place.objects.filter(**{above: congress.place_id}, level=PlaceLevel.TOWNSHIP, valid_to__isnull=True)
    return list(places.order_by("code")) or [congress.place]
