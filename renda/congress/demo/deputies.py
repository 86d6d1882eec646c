"""Seats of the demo city: districts, delegations, groups, mandates; and who of the deputies leads the congresses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from renda.congress.demo import composition as c
from renda.congress.demo.names import OCCUPATIONS
from renda.congress.models import (
    Congress,
    Delegation,
    DeputyGroup,
    DeputyLevel,
    DistrictPlace,
    ElectoralDistrict,
    OrganisationKind,
    Person,
    Place,
    Post,
    PostKind,
    Term,
    chinese_number,
)

if TYPE_CHECKING:
    from renda.congress.demo.city import Demo

CITY = "421100000000"


def seat_deputies(demo: Demo) -> None:
    """All five levels; those who sit in two congresses are taken over from the level below or above."""
    city = demo.congresses[CITY]
    counties = demo.below(demo.places[CITY])
    city_shares = c.share(c.CITY_SEATS, [c.COUNTY_SEATS[county.name] for county in counties])
    both_shares = c.share(c.CITY_AND_COUNTY, [1.0] * len(counties))
    township_shares = c.share(c.COUNTY_AND_TOWNSHIP, [1.0] * len(counties))
    seats = _township_seats(demo, counties)
    in_city: list[Person] = []
    for number, county in enumerate(counties):
        elected = _city_deputies(demo, city, county, number, city_shares[number])
        in_city += elected
        in_county = _county_deputies(demo, county, elected[: both_shares[number]])
        # Those who sit in the city's congress too are not taken a third time.
        spare = iter(in_county[both_shares[number] :][-township_shares[number] :])
        _townships(demo, county, seats, spare, township_shares[number])
    _lead_city(demo, city, in_city)
    _above(demo, city, in_city)


def _township_seats(demo: Demo, counties: Sequence[Place]) -> dict[int, int]:
    townships = [place for county in counties for place in demo.below(county) if not place.is_subdistrict]
    shares = c.share(c.TOWNSHIP_SEATS, [90 + len(demo.below(place)) for place in townships])
    return {place.id: seats for place, seats in zip(townships, shares, strict=True)}


def _new(demo: Demo, congress: Congress) -> Person:
    return demo.person(congress, demo.random.choice(OCCUPATIONS), "d")


def _deputy_post(demo: Demo, congress: Congress) -> Post:
    return demo.builder.post_in(demo.builder.find(congress, OrganisationKind.CONGRESS), PostKind.DEPUTY)


def _district(
    demo: Demo, congress: Congress, level: DeputyLevel, number: int, name: str, places: Sequence[Place], *, direct: bool
) -> ElectoralDistrict:
    district = ElectoralDistrict(
        tenant_id=congress.tenant_id,
        kind=ElectoralDistrict.Kind.DISTRICT if direct else ElectoralDistrict.Kind.UNIT,
        level=level,
        number=number,
        name=name,
    )
    demo.builder.add(district)
    demo.builder.add(*(DistrictPlace(tenant_id=congress.tenant_id, district=district, place=place) for place in places))
    if direct:
        demo.builder.wall_code(demo.code(), district, congress.tenant_id)
    return district


def _elect(
    demo: Demo,
    person: Person,
    congress: Congress,
    district: ElectoralDistrict,
    *,
    delegation: Delegation | None = None,
    group: DeputyGroup | None = None,
) -> None:
    term = demo.terms[congress.tenant_id]
    demo.builder.elect(
        person,
        congress,
        level=DeputyLevel(congress.level),
        body_name=f"{congress.place.name}第{chinese_number(term.number)}届人民代表大会",
        post=_deputy_post(demo, congress),
        term=term,
        district=district,
        delegation=delegation,
        group=group,
    )
    # One code a person, of the congress in which she was seated first here.
    if person.party_id not in demo.coded:
        demo.coded.add(person.party_id)
        demo.builder.wall_code(demo.code(), person, congress.tenant_id)


def _city_deputies(demo: Demo, city: Congress, county: Place, number: int, seats: int) -> list[Person]:
    """Elected by the county's congress (an electing unit), one delegation a county."""
    unit = _district(demo, city, DeputyLevel.CITY, number + 1, county.name, [county], direct=False)
    delegation = _delegation(demo, demo.terms[city.tenant_id], f"{county.name}代表团")
    elected = [_new(demo, city) for _ in range(seats)]
    for person in elected:
        _elect(demo, person, city, unit, delegation=delegation)
    return elected


def _county_deputies(demo: Demo, county: Place, also_city: Sequence[Person]) -> list[Person]:
    """Directly elected in districts of about two seats, one delegation a township."""
    congress = demo.congresses[county.code]
    townships = demo.below(county)
    shares = c.share(c.COUNTY_SEATS[county.name], [20 + len(demo.below(place)) for place in townships])
    known = iter(also_city)
    elected: list[Person] = []
    number = 0
    for township, seats in zip(townships, shares, strict=True):
        delegation = _delegation(demo, demo.terms[congress.tenant_id], f"{township.name}代表团")
        in_township: list[Person] = []
        for part in range(-(-seats // 2)):
            number += 1
            name = f"第{number}选区（{township.name}）"
            district = _district(demo, congress, DeputyLevel.COUNTY, number, name, [township], direct=True)
            for _ in range(min(2, seats - 2 * part)):
                person = next(known, None) or _new(demo, congress)
                _elect(demo, person, congress, district, delegation=delegation)
                in_township.append(person)
        elected += in_township
        demo.serving[township.id] += in_township
    _lead(demo, congress, elected, c.COUNTY_VICE_CHAIRS, c.COUNTY_MEMBERS)
    return elected


def _townships(demo: Demo, county: Place, seats: dict[int, int], known: Iterator[Person], also_county: int) -> None:
    """Directly elected in districts of two or three seats that cover neighbouring villages."""
    places = [place for place in demo.below(county) if not place.is_subdistrict]
    for index, place in enumerate(places):
        congress = demo.congresses[place.code]
        term = demo.terms[congress.tenant_id]
        wanted = seats[place.id]
        groups = [
            DeputyGroup(tenant_id=congress.tenant_id, term=term, name=f"第{chinese_number(turn + 1)}代表小组")
            for turn in range(max(2, wanted // 16))
        ]
        demo.builder.add(*groups)
        double = also_county // len(places) + (index < also_county % len(places))
        people = [next(known) for _ in range(double)]
        people += [_new(demo, congress) for _ in range(wanted - double)]
        districts = _township_districts(demo, congress, place, -(-wanted * 2 // 5))
        for turn, person in enumerate(people):
            district = districts[turn * len(districts) // wanted]
            _elect(demo, person, congress, district, group=groups[turn % len(groups)])
        demo.serving[place.id][:0] = people
        # Chairs are elected from the deputies (地方组织法 第十八条).
        presidium = demo.builder.find(congress, OrganisationKind.PRESIDIUM)
        for person, kind in zip(people[-2:], (PostKind.CHAIR, PostKind.VICE_CHAIR), strict=True):
            demo.builder.hold(person, demo.builder.post_in(presidium, kind), term.starts_on)


def _township_districts(demo: Demo, congress: Congress, place: Place, number: int) -> list[ElectoralDistrict]:
    villages = demo.below(place)
    number = max(1, min(number, len(villages) or number))
    districts = []
    for index in range(number):
        covered = villages[index * len(villages) // number : (index + 1) * len(villages) // number] or [place]
        first = covered[0].name.removesuffix("村民委员会").removesuffix("居民委员会")
        name = f"第{index + 1}选区（{first}{'等' if len(covered) > 1 else ''}）"
        districts.append(_district(demo, congress, DeputyLevel.TOWNSHIP, index + 1, name, covered, direct=True))
    return districts


def _delegation(demo: Demo, term: Term, name: str) -> Delegation:
    delegation = Delegation(tenant_id=term.tenant_id, term=term, name=name)
    demo.builder.add(delegation)
    return delegation


def _lead(demo: Demo, congress: Congress, people: Sequence[Person], vice_chairs: int, members: int) -> None:
    """Chair, vice-chairs and members of the standing committee, taken from the end so that doubles stay few."""
    committee = demo.builder.find(congress, OrganisationKind.STANDING_COMMITTEE)
    chosen = iter(people[-(1 + vice_chairs + members) :])
    since = demo.terms[congress.tenant_id].starts_on
    for kind, number in ((PostKind.CHAIR, 1), (PostKind.VICE_CHAIR, vice_chairs), (PostKind.MEMBER, members)):
        for _ in range(number):
            demo.builder.hold(next(chosen), demo.builder.post_in(committee, kind), since)


def _lead_city(demo: Demo, city: Congress, people: Sequence[Person]) -> None:
    _lead(demo, city, people[:-1], c.CITY_VICE_CHAIRS, c.CITY_MEMBERS)
    committee = demo.builder.find(city, OrganisationKind.STANDING_COMMITTEE)
    secretary = demo.builder.post_in(committee, PostKind.LEADER)
    demo.builder.hold(people[-1], secretary, demo.terms[city.tenant_id].starts_on)


def _above(demo: Demo, city: Congress, in_city: Sequence[Person]) -> None:
    """Provincial and national deputies who live here: served by the city, not managed; a code only with consent."""
    plenum = demo.builder.find(city, OrganisationKind.CONGRESS)
    place = city.place
    for level, seats, body, unit_name, also_city, consenting in (
        (DeputyLevel.PROVINCE, c.PROVINCE_SEATS, "湖北省第十四届人民代表大会", "黄冈市", c.PROVINCE_AND_CITY, 30),
        (DeputyLevel.NATIONAL, c.NATIONAL_SEATS, "第十四届全国人民代表大会", "湖北省", 0, 3),
    ):
        post = demo.builder.post(plenum, PostKind.DEPUTY, f"{level.label}人大代表（联系服务）")
        unit = _district(demo, city, level, 1, unit_name, [place], direct=False)
        known = iter(in_city[:also_city])
        for index in range(seats):
            person = next(known, None) or _new(demo, city)
            consents = index < consenting
            demo.builder.elect(
                person,
                city,
                level=level,
                body_name=body,
                post=post,
                district=unit,
                reference_number=f"演示{level.value[:1].upper()}{index + 1:04d}",
                is_public=consents,
            )
            if consents and person.party_id not in demo.coded:
                demo.coded.add(person.party_id)
                demo.builder.wall_code(demo.code(), person, city.tenant_id)
