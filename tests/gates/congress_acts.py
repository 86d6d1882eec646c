"""The actions of congress: who may do each on what, and who may not. The table's shape is in ``acts``."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

from renda.congress.building import Builder
from renda.congress.founding import ADMINISTRATORS, founding
from renda.congress.models import Place, Post
from renda.congress.place_files import PlaceRow
from renda.congress.roster import RosterRow
from renda.congress.shapes import ShapeRow, ShapeSource
from renda.kernel import clock
from tests.gates.acts import SIGNED_IN, Act, Key, _congress, _post_of, fixed, person, row
from tests.gates.city import NOBODY, City


def _unit_of(role: str) -> Key:
    return lambda city: int(city.cast.organisations[role].pk)


def _village(city: City) -> Any:
    return city.cast.places["village"]


def _into_the_heads(city: City) -> dict[str, Any]:
    unit = city.cast.organisations["joint_officer"]
    return {
        "reason": "并岗",
        "successor": Post.objects.select_related("party").get(organisation=unit, kind="handler_head"),
    }


def _another_city(city: City) -> dict[str, Any]:
    """A site that begins elsewhere; its place comes with it, for nothing may be stored before."""
    place = Place(code="421200000000", name="咸宁市", level="city", valid_from=date(2022, 1, 8))
    names = {kind: f"某{'甲乙丙丁'[at]}" for at, kind in enumerate(ADMINISTRATORS)}
    planned = founding(place, number=6, starts_on=date(2022, 1, 8), names=names)
    planned.builder.add(place)
    for one in planned.people:
        one.user_name += "_elsewhere"  # the cast has her name
    city.rows["founded"] = planned.congress.tenant
    return {"founding": planned}


def _starts(city: City) -> date:
    return date(2024, 9, 3)


def _place_rows(city: City) -> list[PlaceRow]:
    place = city.cast.places["village"]
    return [PlaceRow(place.code, "花园社区（新）", place.level, city.cast.places["township"].code)]


def _shape(city: City) -> ShapeRow:
    ring = [(114.8, 30.4), (115.0, 30.4), (114.9, 30.6), (114.8, 30.4)]
    return ShapeRow(city.cast.places["county"].code, [ring], (114.9, 30.5))


_TOO = ("presidium_clerk", "county_assigner", "deputy")
_NOT_HOUSE = ("deputy", "station_manager", "other_township_clerk")
_REASON = fixed(reason="工作需要，已电话核实")
_SEPARATED = ("business_administrator", "audit_administrator", "presidium_clerk")
_IN_OFFICE = ("business_administrator", "system_administrator", "presidium_clerk", "deputy")

CONGRESS_ACTS: dict[str, Act] = {
    # What another capability does when a unit is closed.
    "message.follow_unit": Act(
        "machine",
        row("county_unit"),
        lambda city: {
            "closed": city.cast.organisations["case_officer"].pk,
            "successor": city.cast.organisations["joint_officer"],
        },
        ("county_assigner", "case_officer", "deputy", "presidium_clerk"),
    ),
    # Accounts.
    "person.create": Act(
        "business_administrator", None, lambda city: {"congress": _congress(city), "name": "王新"}, _TOO
    ),
    "person.edit": Act("business_administrator", person("other_deputy"), fixed(name="王改"), _TOO),
    "person.disable": Act("business_administrator", person("other_deputy"), _REASON, _TOO),
    "person.enable": Act("business_administrator", person("other_deputy"), _REASON, _TOO),
    "person.reveal": Act("business_administrator", person("other_deputy"), _REASON, ("deputy", "case_officer")),
    "person.invite": Act("presidium_clerk", person("other_deputy"), fixed(), ("deputy", "other_township_clerk")),
    "person.set_email": Act(
        "system_administrator",
        person("other_deputy"),
        fixed(email="deputy@example.cn"),
        ("business_administrator", "security_administrator", "presidium_clerk", "deputy"),
    ),
    "person.set_password": Act("deputy", person("deputy"), fixed(password="长-城-万-里-2026"), ("other_deputy",)),
    "person.sign_in": Act("deputy", None, fixed(method="password"), (), SIGNED_IN),
    "person.sign_out": Act("deputy", None, fixed(), (), SIGNED_IN),
    "session.end": Act("deputy", row("session"), fixed(), ("other_deputy", "business_administrator")),
    # Before signing in everybody is the public: a code that is spent is refused.
    "sign_in_code.use": Act("constituent", row("code"), fixed(), ("deputy",), instead=row("spent_code")),
    # Whoever holds the proof is public as well; it opens for its own person only.
    "identity.link": Act("deputy", None, fixed(subject="li.si"), (), SIGNED_IN),
    "identity.assign": Act(
        "presidium_clerk", person("other_deputy"), fixed(subject="li.si"), ("deputy", "other_township_clerk")
    ),
    "identity.unlink": Act("deputy", row("identity"), fixed(), ("other_deputy", "presidium_clerk")),
    "token.create": Act("deputy", None, fixed(name="统计大屏", days=30), (), SIGNED_IN),
    "token.revoke": Act("deputy", row("token"), fixed(), ("other_deputy", "security_administrator")),
    "token.use": Act("deputy", row("token"), fixed(), ("other_deputy", "security_administrator")),
    "sms_code.send": Act("constituent", None, fixed(phone="13800001111"), (), ()),
    "sms_code.use": Act(
        "constituent", None, lambda city: {"proof": city.key("sms_proof"), "person": city.person("deputy")}, (), ()
    ),
    "second_factor.change": Act("deputy", None, fixed(change="totp_activated"), (), SIGNED_IN),
    "second_factor.reset": Act("security_administrator", person("other_deputy"), _REASON, _IN_OFFICE),
    # Organisations, posts and administrators.
    "organisation.create": Act(
        "county_business_administrator",
        None,
        lambda city: {
            "congress": city.cast.congresses["county"],
            "kind": "court",
            "name": "黄州区人民法院第二法庭",
        },
        (*_TOO, "system_administrator"),
    ),
    "organisation.edit": Act(
        "county_business_administrator", _unit_of("case_officer"), fixed(name="改名局"), (*_TOO, "system_administrator")
    ),
    "organisation.close": Act(
        "county_business_administrator",
        _unit_of("government_officer"),
        lambda city: {"reason": "机构改革", "successor": city.cast.organisations["joint_officer"]},
        (*_TOO, "system_administrator"),
    ),
    "post.create": Act(
        "county_business_administrator",
        _unit_of("case_officer"),
        fixed(kind="case_officer", title="热线岗"),
        (*_TOO, "system_administrator"),
    ),
    "post.edit": Act(
        "county_business_administrator",
        _post_of("case_officer"),
        fixed(title="热线岗"),
        (*_TOO, "system_administrator"),
    ),
    "post.close": Act(
        "county_business_administrator", _post_of("joint_officer"), _into_the_heads, (*_TOO, "system_administrator")
    ),
    "holding.assign": Act(
        "county_business_administrator",
        _post_of("case_officer"),
        lambda city: {"person_id": city.person("joint_officer")},
        (*_TOO, "system_administrator"),
    ),
    "holding.end": Act("county_business_administrator", row("holding"), fixed(), (*_TOO, "system_administrator")),
    "administrator.assign": Act(
        "system_administrator",
        _post_of("security_administrator"),
        lambda city: {"person_id": city.person(NOBODY)},
        _SEPARATED,
    ),
    "administrator.end": Act("system_administrator", row("security_holding"), fixed(), _SEPARATED),
    "administrator.invite": Act("system_administrator", person("security_administrator"), fixed(), _SEPARATED),
    # Deputies, terms, districts, stations.
    "mandate.begin": Act(
        "business_administrator",
        None,
        lambda city: {
            "congress": _congress(city),
            "name": "王新",
            "district": city.cast.districts["township"],
            "starts_on": clock.today(),
            "decision": "补选结果公告",
        },
        (*_TOO, "system_administrator"),
    ),
    "mandate.edit": Act("business_administrator", row("mandate"), fixed(group="第二代表小组"), _TOO),
    "mandate.end": Act("business_administrator", row("mandate"), fixed(ground="resigned", decision="接受辞职。"), _TOO),
    "mandate.suspend": Act(
        "business_administrator", row("mandate"), fixed(ground="detained", decision="资格审查委员会报告。"), _TOO
    ),
    "mandate.restore": Act("business_administrator", row("suspended_mandate"), fixed(decision="不起诉。"), _TOO),
    "congress.found": Act(
        "county_business_administrator",
        lambda city: city.cast.tenant("county"),
        lambda city: {"places": [city.rows["bare_place"]]},
        (*_TOO, "system_administrator"),
    ),
    "term.begin": Act(
        "business_administrator",
        lambda city: city.rows["bare_congress"].tenant_id,
        fixed(number=19, starts_on=date(2021, 12, 10)),
        (*_TOO, "system_administrator"),
    ),
    "district.create": Act(
        "business_administrator",
        None,
        lambda city: {"congress": _congress(city), "number": 9, "name": "第9选区", "places": [_village(city)]},
        (*_TOO, "system_administrator"),
    ),
    "district.edit": Act(
        "business_administrator",
        lambda city: int(city.cast.districts["township"].pk),
        lambda city: {"name": "第1选区（花园）", "places": [_village(city)]},
        _TOO,
    ),
    "term.roll_over": Act(
        "business_administrator",
        lambda city: city.cast.tenant("township"),
        lambda city: {"starts_on": _starts(city), "rows": [RosterRow(2, name="王一", district_number="1")]},
        _TOO,
    ),
    "roster.import": Act(
        "business_administrator",
        None,
        lambda city: {
            "tenant_id": city.cast.tenant("township"),
            "rows": [RosterRow(2, name="王一", district_number="1")],
        },
        _TOO,
    ),
    "station.create": Act(
        "presidium_clerk",
        None,
        lambda city: {
            "congress": _congress(city),
            "place": city.cast.places["township"],
            "name": "新站",
            "kind": "station",
        },
        ("deputy", "station_manager", "other_township_clerk"),
    ),
    "station.edit": Act("presidium_clerk", row("station"), fixed(name="改名站"), _NOT_HOUSE),
    "station.close": Act("presidium_clerk", row("station"), _REASON, _NOT_HOUSE),
    "station.reopen": Act("presidium_clerk", row("closed_station"), _REASON, _NOT_HOUSE),
    "station.serve": Act(
        "presidium_clerk", row("station"), lambda city: {"people": [city.person("other_deputy")]}, _NOT_HOUSE
    ),
    "reception.arrange": Act(
        "station_manager",
        row("station"),
        lambda city: {
            "people": [city.person("county_deputy")],
            "days": [clock.today() + timedelta(days=9)],
            "starts_at": time(9),
            "ends_at": time(11),
        },
        ("deputy", "far_station_manager", "other_township_clerk", "county_assigner"),
    ),
    "reception.cancel": Act(
        "station_manager",
        row("reception"),
        _REASON,
        ("deputy", "far_station_manager", "other_township_clerk", "county_assigner"),
    ),
    # The platform.
    "place.import": Act(
        "system_administrator",
        None,
        lambda city: {"rows": _place_rows(city), "as_of": clock.today(), "source": "测试", "abolish": False},
        ("business_administrator", "audit_administrator"),
    ),
    "place.shapes": Act(
        "system_administrator",
        None,
        lambda city: {"rows": [_shape(city)], "said": ShapeSource("测试")},
        ("business_administrator", "audit_administrator"),
    ),
    "site.found": Act("founder", None, _another_city, ("system_administrator", "business_administrator", *_TOO)),
    "demo.build": Act(
        "machine", None, lambda _: {"builder": Builder(since=date(2022, 1, 8))}, ("system_administrator", *_TOO)
    ),
    "demo.sign_ins": Act("machine", None, fixed(chosen={}), ("system_administrator", *_TOO)),
}
