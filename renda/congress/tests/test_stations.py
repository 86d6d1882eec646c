"""Stations are opened and changed by the office of their congress; the demo is built by the machine alone."""

from datetime import date
from decimal import Decimal

import pytest

from renda.congress.actions import (
    demo_build,
    demo_sign_ins,
    holding_assign,
    person_create,
    station_create,
    station_edit,
)
from renda.congress.api import open_code
from renda.congress.building import Builder
from renda.congress.models import Station, WallCode
from renda.congress.who import posts_named
from renda.kernel.errors import Forbidden, Invalid, NotFound
from renda.kernel.public_zone.api import one
from renda.kernel.tenancy import tenant_transaction
from tests.people import Cast
from tests.zones import publish, settle, stations_at


def open_station(cast: Cast, role: str = "presidium_clerk", name: str = "花园社区代表联络站") -> Station:
    return station_create(
        cast.actor(role),
        congress=cast.congresses["township"],
        place=cast.places["village"],
        name=name,
        kind=Station.Kind.STATION,
    )


def test_a_new_station_has_a_code_and_a_post_for_its_manager(cast: Cast) -> None:
    publish()
    station = open_station(cast)
    code = WallCode.objects.get(station=station)
    assert open_code(code.code) == code
    assert posts_named("post:station_manager", station, 0) == [station.manager_id]
    office = cast.actor("business_administrator")
    person = person_create(office, congress=cast.congresses["township"], name="新管理员")
    assert station.manager_id is not None
    holding_assign(office, station.manager_id, person_id=person.party_id)
    settle()
    assert set(stations_at("421102101001")) == {"路口镇代表之家", "花园社区代表联络站"}
    assert one("code", code.code) is not None


@pytest.mark.parametrize(
    "role", ["constituent", "deputy", "stranger", "county_clerk", "other_township_clerk", "case_officer"]
)
def test_who_may_not_open_a_station_opens_none(cast: Cast, role: str) -> None:
    with pytest.raises((Forbidden, NotFound)):
        open_station(cast, role)
    with tenant_transaction(cast.tenants, durable=False):
        assert Station.objects.count() == 3


@pytest.mark.parametrize("name", ["", " ", "路口镇代表之家", "长" * 51])
def test_a_station_needs_a_name_of_its_own(cast: Cast, name: str) -> None:
    with pytest.raises(Invalid):
        open_station(cast, name=name)


def test_a_closed_stations_code_names_nothing_until_it_opens_again(cast: Cast) -> None:
    publish()
    clerk, station = cast.actor("presidium_clerk"), cast.stations["township"]
    station_edit(
        clerk,
        station.id,
        name="路口镇代表之家",
        latitude=Decimal("30.45"),
        longitude=Decimal("114.87"),
        is_active=False,
    )
    assert open_code(cast.codes["station"].code) is None
    settle()
    assert (stations_at("421102101"), one("code", cast.codes["station"].code)) == ([], None)
    station_edit(clerk, station.id, name="路口镇代表之家", address="路口街 1 号")
    assert open_code(cast.codes["station"].code) is not None
    with pytest.raises(Invalid):
        station_edit(clerk, station.id, name="路口镇代表之家", latitude=Decimal(30))


@pytest.mark.parametrize("role", ["constituent", "stranger", "deputy", "station_manager", "county_assigner"])
def test_who_may_not_change_a_station_changes_nothing(cast: Cast, role: str) -> None:
    with pytest.raises((Forbidden, NotFound)):
        station_edit(cast.actor(role), cast.stations["township"].id, name="改名")
    with tenant_transaction(cast.tenants, durable=False):
        assert Station.objects.get(id=cast.stations["township"].id).name == "路口镇代表之家"


@pytest.mark.parametrize("role", ["constituent", "deputy", "business_administrator", "system_administrator"])
def test_nobody_but_the_machine_builds_a_demo_or_gives_printed_passwords(cast: Cast, role: str) -> None:
    with pytest.raises(Forbidden):
        demo_build(cast.actor(role), builder=Builder(since=date(2022, 1, 8)))
    chosen = {cast.people["audit_administrator"].party_id: ("audit_administrator", "a-new-password", "")}
    with pytest.raises(Forbidden):
        demo_sign_ins(cast.actor(role), chosen=chosen)
    cast.people["audit_administrator"].refresh_from_db()
    assert not cast.people["audit_administrator"].has_usable_password()
