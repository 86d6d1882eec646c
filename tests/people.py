"""The cast: one small city and its people, named by role. Every capability's tests play with these.

One city, two counties, three townships (two in the county, one in the other county), one sub-district of the county.
``cast`` is a fixture; ``cast.actor("deputy")`` is the actor that a request of that person has.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import pytest

from renda.congress.actors import actor_for
from renda.congress.building import Builder, host_of
from renda.congress.models import (
    Congress,
    CongressLevel,
    DepartmentKind,
    DeputyLevel,
    DistrictPlace,
    ElectoralDistrict,
    Mandate,
    Organisation,
    OrganisationKind,
    Person,
    Place,
    PlaceLevel,
    PostKind,
    Station,
    Term,
    WallCode,
)
from renda.kernel.codes.api import check_character
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction

SINCE = date(2022, 1, 8)


@dataclass
class Cast:
    """Places, congresses, organisations and people of the small city, by role."""

    places: dict[str, Place] = field(default_factory=dict)
    congresses: dict[str, Congress] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    terms: dict[str, Term] = field(default_factory=dict)
    districts: dict[str, ElectoralDistrict] = field(default_factory=dict)
    mandates: dict[str, Mandate] = field(default_factory=dict)
    stations: dict[str, Station] = field(default_factory=dict)
    codes: dict[str, WallCode] = field(default_factory=dict)

    def tenant(self, key: str) -> int:
        """The tenant id of a congress: city, county, other_county, township, other_township, far_township."""
        return self.congresses[key].tenant_id

    @property
    def tenants(self) -> frozenset[int]:
        """All tenants of the small city."""
        return frozenset(congress.tenant_id for congress in self.congresses.values())

    def actor(self, role: str) -> Actor:
        """The actor of a person of the cast; ``constituent`` is the public without a scope."""
        return Actor.public() if role == "constituent" else actor_for(self.people[role])


# Each role's congress, kind of organisation (or department) and kind of post.
STAFF: dict[str, tuple[str, str, PostKind]] = {
    "presidium_clerk": ("township", OrganisationKind.PRESIDIUM, PostKind.CLERK),
    "presidium_vetter": ("township", OrganisationKind.PRESIDIUM, PostKind.VETTER),
    "presidium_assigner": ("township", OrganisationKind.PRESIDIUM, PostKind.ASSIGNER),
    "presidium_chair": ("township", OrganisationKind.PRESIDIUM, PostKind.CHAIR),
    "township_officer": ("township", OrganisationKind.TOWNSHIP_GOVERNMENT, PostKind.CASE_OFFICER),
    "township_head": ("township", OrganisationKind.TOWNSHIP_GOVERNMENT, PostKind.HANDLER_HEAD),
    "other_township_clerk": ("other_township", OrganisationKind.PRESIDIUM, PostKind.CLERK),
    "county_clerk": ("county", OrganisationKind.DEPUTIES_WORK_COMMITTEE, PostKind.CLERK),
    "county_vetter": ("county", OrganisationKind.DEPUTIES_WORK_COMMITTEE, PostKind.VETTER),
    "county_assigner": ("county", OrganisationKind.DEPUTIES_WORK_COMMITTEE, PostKind.ASSIGNER),
    "county_supervisor": ("county", OrganisationKind.DEPUTIES_WORK_COMMITTEE, PostKind.SUPERVISOR),
    "county_leader": ("county", OrganisationKind.DEPUTIES_WORK_COMMITTEE, PostKind.LEADER),
    "county_vice_chair": ("county", OrganisationKind.STANDING_COMMITTEE, PostKind.VICE_CHAIR),
    "case_officer": ("county", DepartmentKind.TRANSPORT, PostKind.CASE_OFFICER),
    "handler_head": ("county", DepartmentKind.TRANSPORT, PostKind.HANDLER_HEAD),
    "joint_officer": ("county", DepartmentKind.HOUSING_CONSTRUCTION, PostKind.CASE_OFFICER),
    "joint_head": ("county", DepartmentKind.HOUSING_CONSTRUCTION, PostKind.HANDLER_HEAD),
    "government_officer": ("county", OrganisationKind.GOVERNMENT_OFFICE, PostKind.CASE_OFFICER),
    "government_head": ("county", OrganisationKind.GOVERNMENT_OFFICE, PostKind.HANDLER_HEAD),
    "county_business_administrator": ("county", OrganisationKind.GENERAL_OFFICE, PostKind.BUSINESS_ADMINISTRATOR),
    "stranger": ("other_county", OrganisationKind.DEPUTIES_WORK_COMMITTEE, PostKind.ASSIGNER),
    "strange_officer": ("other_county", DepartmentKind.TRANSPORT, PostKind.CASE_OFFICER),
    "city_assigner": ("city", OrganisationKind.DEPUTIES_WORK_COMMITTEE, PostKind.ASSIGNER),
    "city_vetter": ("city", OrganisationKind.DEPUTIES_WORK_COMMITTEE, PostKind.VETTER),
    "city_officer": ("city", DepartmentKind.TRANSPORT, PostKind.CASE_OFFICER),
    "secrecy_officer": ("city", OrganisationKind.GENERAL_OFFICE, PostKind.SECRECY_OFFICER),
    "county_secrecy_officer": ("county", OrganisationKind.GENERAL_OFFICE, PostKind.SECRECY_OFFICER),
    "business_administrator": ("city", OrganisationKind.GENERAL_OFFICE, PostKind.BUSINESS_ADMINISTRATOR),
    "system_administrator": ("city", OrganisationKind.ADMINISTRATION, PostKind.SYSTEM_ADMINISTRATOR),
    "security_administrator": ("city", OrganisationKind.ADMINISTRATION, PostKind.SECURITY_ADMINISTRATOR),
    "audit_administrator": ("city", OrganisationKind.ADMINISTRATION, PostKind.AUDIT_ADMINISTRATOR),
}
# Each deputy's congress and electoral district.
DEPUTIES = {
    "deputy": ("township", "township"),
    "other_deputy": ("township", "township"),
    "county_deputy": ("county", "county"),
    "city_deputy": ("city", "city"),
    "far_deputy": ("far_township", "far_township"),
}


def code(body: str) -> str:
    """A short code of seven characters and its check."""
    return body + check_character(body)


def build() -> Cast:
    """Store the small city and give its people. Opens its own transaction."""
    cast, builder = Cast(), Builder(since=SINCE)
    _places(cast, builder)
    _congresses(cast, builder)
    for role, (key, what, kind) in STAFF.items():
        congress = cast.congresses[key]
        organisation = builder.find(congress, what)
        cast.organisations.setdefault(role, organisation)
        cast.people[role] = builder.person(f"{kind.label}甲", role, congress)
        builder.hold(cast.people[role], builder.post_in(organisation, kind))
    subdistrict = builder.find(
        cast.congresses["county"], OrganisationKind.SUBDISTRICT_COMMITTEE, cast.places["subdistrict"]
    )
    cast.organisations["subdistrict"] = subdistrict
    cast.people["subdistrict_clerk"] = builder.person("街道工委干事", "subdistrict_clerk", cast.congresses["county"])
    builder.hold(cast.people["subdistrict_clerk"], builder.post_in(subdistrict, PostKind.CLERK))
    _deputies(cast, builder)
    _station(cast, builder)
    with tenant_transaction(builder.tenants):
        builder.store()
    return cast


def _places(cast: Cast, builder: Builder) -> None:
    for key, code, name, level, parent in (
        ("province", "420000", "湖北省", PlaceLevel.PROVINCE, None),
        ("city", "421100", "黄冈市", PlaceLevel.CITY, "province"),
        ("county", "421102", "黄州区", PlaceLevel.COUNTY, "city"),
        ("other_county", "421181", "麻城市", PlaceLevel.COUNTY, "city"),
        ("township", "421102101", "路口镇", PlaceLevel.TOWNSHIP, "county"),
        ("other_township", "421102102", "堵城镇", PlaceLevel.TOWNSHIP, "county"),
        ("subdistrict", "421102001", "赤壁街道", PlaceLevel.TOWNSHIP, "county"),
        ("far_township", "421181108", "盐田河镇", PlaceLevel.TOWNSHIP, "other_county"),
        ("village", "421102101001", "花园社区", PlaceLevel.VILLAGE, "township"),
    ):
        place = Place(
            code=code.ljust(12, "0"),
            name=name,
            level=level,
            parent=cast.places[parent] if parent else None,
            valid_from=SINCE,
        )
        cast.places[key] = place
        builder.add(place)


def _congresses(cast: Cast, builder: Builder) -> None:
    for key, level, parent in (
        ("city", CongressLevel.CITY, None),
        ("county", CongressLevel.COUNTY, "city"),
        ("other_county", CongressLevel.COUNTY, "city"),
        ("township", CongressLevel.TOWNSHIP, "county"),
        ("other_township", CongressLevel.TOWNSHIP, "county"),
        ("far_township", CongressLevel.TOWNSHIP, "other_county"),
    ):
        place = cast.places[key]
        congress = builder.congress(
            place, f"{place.name}人民代表大会", level, cast.congresses[parent] if parent else None
        )
        cast.congresses[key] = congress
        cast.terms[key] = Term(tenant_id=congress.tenant_id, number=6, starts_on=SINCE)
        builder.add(cast.terms[key])
    builder.subdistrict(cast.congresses["county"], cast.places["subdistrict"])


def _deputies(cast: Cast, builder: Builder) -> None:
    for key in ("township", "county", "city", "far_township"):
        congress = cast.congresses[key]
        direct = congress.level != CongressLevel.CITY
        district = ElectoralDistrict(
            tenant_id=congress.tenant_id,
            kind=ElectoralDistrict.Kind.DISTRICT if direct else ElectoralDistrict.Kind.UNIT,
            level=congress.level,
            number=1,
            name="第1选区" if direct else "黄州区",
        )
        covered = {"county": "township", "city": "county"}.get(key, key)
        cast.districts[key] = district
        builder.add(
            district, DistrictPlace(tenant_id=congress.tenant_id, district=district, place=cast.places[covered])
        )
    for number, (role, (key, district_key)) in enumerate(DEPUTIES.items()):
        congress = cast.congresses[key]
        person = builder.person(f"代表{'甲乙丙丁戊'[number]}", role, congress, occupation="某公司职工")
        cast.people[role] = person
        cast.mandates[role] = builder.elect(
            person,
            congress,
            level=DeputyLevel(congress.level),
            body_name=f"{congress.place.name}第六届人民代表大会",
            post=builder.post_in(builder.find(congress, OrganisationKind.CONGRESS), PostKind.DEPUTY),
            term=cast.terms[key],
            district=cast.districts[district_key],
        )


def _station(cast: Cast, builder: Builder) -> None:
    for role, key, place, name in (
        ("station_manager", "township", "township", "路口镇代表之家"),
        ("far_station_manager", "far_township", "far_township", "盐田河镇代表之家"),
        ("subdistrict_station_manager", "county", "subdistrict", "赤壁街道代表之家"),
    ):
        congress = cast.congresses[key]
        cast.people[role] = builder.person("联络站管理员甲", role, congress)
        host = host_of(builder, congress, cast.places[place])
        station = builder.station(congress, cast.places[place], name, Station.Kind.HOME, host, cast.people[role])
        cast.stations[place] = station
    builder.serve(cast.stations["township"], [cast.people["deputy"], cast.people["county_deputy"]])
    cast.codes["station"] = builder.wall_code(code("ZHANAAA"), cast.stations["township"], cast.tenant("township"))
    cast.codes["district"] = builder.wall_code(code("XUANAAA"), cast.districts["township"], cast.tenant("township"))
    cast.codes["deputy"] = builder.wall_code(code("DBAAAAA"), cast.people["deputy"], cast.tenant("township"))


@pytest.fixture
def cast(db: None) -> Cast:
    """The small city, stored."""
    return build()
