"""How a real site begins: one highest congress, its running term, and four people who let everybody else in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from renda.congress.building import Builder
from renda.congress.models import (
    Congress,
    CongressLevel,
    OrganisationKind,
    Person,
    Place,
    PlaceLevel,
    PostKind,
    Term,
)
from renda.kernel.errors import Invalid

_LEVELS = {
    PlaceLevel.CITY: CongressLevel.CITY,
    PlaceLevel.COUNTY: CongressLevel.COUNTY,
    PlaceLevel.TOWNSHIP: CongressLevel.TOWNSHIP,
}
ADMINISTRATORS = (
    PostKind.SYSTEM_ADMINISTRATOR,
    PostKind.SECURITY_ADMINISTRATOR,
    PostKind.AUDIT_ADMINISTRATOR,
    PostKind.BUSINESS_ADMINISTRATOR,
)


@dataclass(frozen=True)
class Founding:
    """What is to be stored; ``people`` in the order of ``ADMINISTRATORS``."""

    builder: Builder
    congress: Congress
    people: tuple[Person, ...]


def founding(place: Place, *, number: int, starts_on: date, names: dict[PostKind, str]) -> Founding:
    """The highest congress of a site at a place, with the people who administer it; nothing is stored yet.

    Raises:
        Invalid: a place without a congress of its own, or two posts for one name.
    """
    level = _LEVELS.get(PlaceLevel(place.level))
    if level is None or place.is_subdistrict:
        raise Invalid(fields={"place": f"{place.name}没有本级人民代表大会。"})
    if len(set(names.values())) != len(ADMINISTRATORS):
        raise Invalid(fields={"names": "四类管理员由四个人分别担任。"})
    builder = Builder(since=starts_on)
    congress = builder.congress(place, f"{place.name}人民代表大会", level)
    builder.add(Term(tenant_id=congress.tenant_id, number=number, starts_on=starts_on))
    administration = builder.find(congress, OrganisationKind.ADMINISTRATION)
    office = OrganisationKind.PRESIDIUM if level == CongressLevel.TOWNSHIP else OrganisationKind.GENERAL_OFFICE
    people = []
    for kind in ADMINISTRATORS:
        person = builder.person(names[kind], str(kind), congress)
        if kind != PostKind.BUSINESS_ADMINISTRATOR:
            post = builder.post_in(administration, kind)
        elif level == CongressLevel.TOWNSHIP:
            post = builder.post(builder.find(congress, office), kind, "业务管理员")
        else:
            post = builder.post_in(builder.find(congress, office), kind)
        builder.hold(person, post)
        people.append(person)
    return Founding(builder, congress, tuple(people))
