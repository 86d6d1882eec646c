"""Stations are opened and changed by the office of their congress; the demo is built by the machine alone."""

from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from renda.congress.actions import (
    demo_build,
    demo_sign_ins,
    holding_assign,
    person_create,
    reception_arrange,
    station_close,
    station_create,
    station_edit,
    station_reopen,
    station_serve,
)
from renda.congress.api import open_code
from renda.congress.building import Builder
from renda.congress.models import Post, ReceptionDay, Station, StationDeputy, WallCode
from renda.congress.selectors import deputies_near
from renda.congress.who import posts_named
from renda.kernel import clock
from renda.kernel.errors import Forbidden, Invalid, NotFound, Refused
from renda.kernel.tenancy import tenant_transaction
from tests.people import Cast
from tests.zones import stations_at


def open_station(cast: Cast, role: str = "presidium_clerk", name: str = "花园社区代表联络站") -> Station:
    return station_create(
        cast.actor(role),
        congress=cast.congresses["township"],
        place=cast.places["village"],
        name=name,
        kind=Station.Kind.STATION,
    )


def arranged(cast: Cast, station: Station) -> ReceptionDay:
    """The deputy receives at the station in a week."""
    (day,) = reception_arrange(
        cast.actor("presidium_clerk"),
        station.id,
        people=[cast.people["deputy"].party_id],
        days=[clock.today() + timedelta(days=7)],
        starts_at=time(9),
        ends_at=time(11, 30),
    )
    return day


def test_a_new_station_has_a_code_and_a_post_for_its_manager(cast: Cast) -> None:
    station = open_station(cast)
    code = WallCode.objects.get(station=station)
    assert open_code(code.code) == code
    assert posts_named("post:station_manager", station, 0) == [station.manager_id]
    office = cast.actor("business_administrator")
    person = person_create(office, congress=cast.congresses["township"], name="新管理员")
    assert station.manager_id is not None
    holding_assign(office, station.manager_id, person_id=person.party_id)
    assert stations_at("421102101001") == {"路口镇代表之家", "花园社区代表联络站"}


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


def test_a_station_is_renamed_and_moved_its_code_stays_and_its_managers_post_follows(cast: Cast) -> None:
    clerk, station = cast.actor("presidium_clerk"), cast.stations["township"]
    moved = station_edit(
        clerk,
        station.id,
        name="路口镇人大代表之家",
        place=cast.places["village"],
        address="路口街 1 号",
        latitude=Decimal("30.45"),
        longitude=Decimal("114.87"),
    )
    assert (moved.place.name, moved.name) == ("花园社区", "路口镇人大代表之家")
    assert open_code(cast.codes["station"].code) is not None
    post = Post.objects.select_related("party").get(pk=station.manager_id)
    assert post.title == "路口镇人大代表之家管理员"
    assert post.party.name.endswith("·路口镇人大代表之家管理员")


@pytest.mark.parametrize("given", [{"latitude": Decimal(30)}, {"name": " "}, {"place": "far_township"}])
def test_an_edit_that_cannot_be_is_refused(cast: Cast, given: dict[str, Any]) -> None:
    if "place" in given:
        given = {"place": cast.places[given["place"]]}
    with pytest.raises(Invalid):
        station_edit(cast.actor("presidium_clerk"), cast.stations["township"].id, **{"name": "路口镇代表之家", **given})


def test_a_closed_station_hands_its_code_its_deputies_its_manager_and_its_days_on(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    deferred: list[tuple[str, dict[str, object]]] = []
    monkeypatch.setattr("renda.kernel.jobs.registry.defer_many", deferred.extend)
    clerk, old, heir = cast.actor("presidium_clerk"), cast.stations["township"], open_station(cast)
    manager = old.manager_id
    announced = arranged(cast, old)
    station_close(clerk, old.id, reason="与社区站合并", successor=heir)
    led_to = open_code(cast.codes["station"].code)
    assert led_to is not None
    with tenant_transaction(cast.tenants, durable=False):
        assert led_to.station_id == heir.id
        serving = set(StationDeputy.objects.filter(station=heir).values_list("person__user_name", flat=True))
        assert serving == {"deputy", "county_deputy"}
        day = ReceptionDay.objects.get(id=announced.id)
        assert (day.cancelled_at is not None, day.cancel_reason) == (True, "联络站关闭：与社区站合并")
        # What is looked for at the old station is found by the heir's manager.
        assert posts_named("post:station_manager", Station.objects.get(id=old.id), 0) == [heir.manager_id]
    assert cast.actor("station_manager").posts == ()
    assert deferred == [("congress.hand_over_all", {"person": manager, "successor": heir.manager_id})]
    assert "路口镇代表之家" not in stations_at("421102101001")


def test_without_a_successor_the_code_names_nothing_until_the_station_opens_again(cast: Cast) -> None:
    clerk, station = cast.actor("presidium_clerk"), cast.stations["township"]
    station_close(clerk, station.id, reason="房屋拆迁")
    assert open_code(cast.codes["station"].code) is None
    with pytest.raises(Refused):
        station_close(clerk, station.id, reason="再关")
    opened = station_reopen(clerk, station.id, reason="迁回")
    again = open_code(cast.codes["station"].code)
    assert again is not None
    with tenant_transaction(cast.tenants, durable=False):
        assert again.station_id == station.id
    assert opened.manager is not None
    assert opened.manager.party.is_active


@pytest.mark.parametrize("case", ["no reason", "itself", "elsewhere"])
def test_a_closing_that_cannot_be_is_refused(cast: Cast, case: str) -> None:
    station = cast.stations["township"]
    heir = {"no reason": None, "itself": station, "elsewhere": cast.stations["far_township"]}[case]
    with pytest.raises(Invalid):
        station_close(
            cast.actor("presidium_clerk"), station.id, reason="合并" if heir is not None else " ", successor=heir
        )
    assert open_code(cast.codes["station"].code) is not None


def test_who_serves_is_the_whole_list_of_deputies_in_office_here_or_above(cast: Cast) -> None:
    clerk, station = cast.actor("presidium_clerk"), cast.stations["township"]
    wanted = [cast.people[role].party_id for role in ("other_deputy", "county_deputy", "city_deputy")]
    station_serve(clerk, station.id, people=wanted)
    with tenant_transaction(cast.tenants, durable=False):
        assert sorted(StationDeputy.objects.filter(station=station).values_list("person_id", flat=True)) == wanted
        near = {person.user_name for person in deputies_near(station)}
    # Who was elected there, and who serves there already; not every deputy of the city.
    assert near == {"deputy", "other_deputy", "county_deputy", "city_deputy"}
    for role in ("far_deputy", "case_officer"):
        with pytest.raises(Invalid):
            station_serve(clerk, station.id, people=[cast.people[role].party_id])


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
