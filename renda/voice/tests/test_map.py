"""The sketch map: counties as links, stations only where their place is known, the same as a list; and the calendars."""

from __future__ import annotations

import re
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from renda.congress.api import Station
from renda.kernel import clock
from renda.kernel.tenancy import tenant_transaction
from renda.voice.sketch import MARGIN, WIDTH, sketch
from tests import congress
from tests.people import Cast
from tests.zones import address, public_zone, publish, settle

COUNTY = "421102000000"


def read(name: str, *args: Any) -> str:
    with public_zone() as client:
        return client.get(address(name, *args)).content.decode()


def test_without_outlines_the_map_is_a_list(cast: Cast) -> None:
    publish()
    page = read("voice:map")
    assert "<svg viewBox" not in page
    assert address("voice:map.county", COUNTY) in page
    page = read("voice:map.county", COUNTY)
    assert "<svg viewBox" not in page
    assert cast.stations["township"].name in page
    with public_zone() as client:
        for code in ("421100000000", "999999999999", "x"):
            assert client.get(address("voice:map.county", code)).status_code == 404
            assert client.get(address("voice:map.calendar", code)).status_code == 404


def test_every_county_is_a_link_and_the_page_needs_nothing_else(cast: Cast) -> None:
    congress.outline(cast, "county", "other_county")
    settle()
    page = read("voice:map")
    drawing = page[page.index("<svg viewBox") : page.index("</svg>", page.index("<svg viewBox"))]
    for county in ("county", "other_county"):
        assert f'href="{address("voice:map.county", cast.places[county].code)}"' in drawing
        assert page.count(address("voice:map.county", cast.places[county].code)) == 2  # once in the table
    assert "示意图" in page
    assert "图形来源：测试" in page
    assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', page)
    assert "style=" not in drawing


def test_a_station_is_drawn_where_it_is_and_nowhere_else(cast: Cast) -> None:
    congress.outline(cast, "county")
    publish()
    station = cast.stations["township"]
    before = sketch(COUNTY)
    assert before.here is not None
    assert (before.here.dots, before.is_close) == ((), False)
    assert before.here.unplaced == before.here.stations > 0
    assert "还没有登记位置" in read("voice:map.county", COUNTY)
    congress.place_station(cast, station, longitude=Decimal("114.9"), latitude=Decimal("30.6"))
    settle()
    after = sketch(COUNTY)
    assert after.here is not None
    (dot,) = after.here.dots
    assert (dot.id, dot.number) == (station.id, 1)
    # The outline is 114.8 to 115.0 by 30.4 to 30.6: the middle of its upper edge.
    assert (dot.x, dot.y) == (WIDTH / 2, MARGIN)
    assert (after.here.stations, after.here.unplaced) == (before.here.stations, before.here.unplaced - 1)
    page = read("voice:map.county", COUNTY)
    assert page.count(f'href="{address("voice:station", station.tenant_id, station.id)}"') == 2
    assert f'<span class="dot-number">1</span>{station.name}' in page


def test_the_number_of_queries_does_not_grow_with_the_stations(cast: Cast) -> None:
    congress.outline(cast, "county")

    def asked() -> list[int]:
        counts = []
        for name, args in (("voice:map", ()), ("voice:map.county", (COUNTY,)), ("voice:map.calendar", (COUNTY,))):
            with CaptureQueriesContext(connection) as captured:
                read(name, *args)
            counts.append(len(captured))
        return counts

    publish()
    few = asked()
    assert few[0] == 1
    with tenant_transaction(cast.tenants, durable=False):
        one = Station.objects.get(id=cast.stations["township"].id)
        for number in range(30):
            Station.objects.create(
                tenant_id=one.tenant_id,
                kind=one.kind,
                name=f"第{number}联络站",
                place=one.place,
                latitude=30.5,
                longitude=114.9,
            )
    publish()
    assert asked() == few
    assert read("voice:map.county", COUNTY).count('class="station"') == 30


# --- calendars --------------------------------------------------------------------------------------------------------------


def events(client: Client, name: str, *args: Any) -> list[dict[str, str]]:
    """The entries of a calendar that keeps RFC 5545: 3.1 (lines), 3.4 and 3.6 (what must be there, once), 3.8.2.2."""
    answer = client.get(address(name, *args))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.content.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    assert b"\n" not in answer.content.replace(b"\r\n", b"")
    lines = answer.content.decode().replace("\r\n ", "").split("\r\n")[:-1]
    assert all(re.fullmatch(r"[A-Z-]+(;[A-Z-]+=[^:;]+)*:[^\x00-\x08\x0a-\x1f\x7f]*", line) for line in lines), lines
    open_parts: list[str] = []
    found: list[dict[str, str]] = []
    head: list[str] = []
    for line in lines:
        name, _, value = line.partition(":")
        if name == "BEGIN":
            open_parts.append(value)
            if value == "VEVENT":
                found.append({})
        elif name == "END":
            assert open_parts.pop() == value
        elif open_parts == ["VCALENDAR"]:
            head.append(name)
        elif open_parts[-1] == "VEVENT":
            key = name.partition(";")[0]
            assert key not in found[-1]
            found[-1][key] = value
    assert open_parts == []
    assert {"VERSION", "PRODID"} <= set(head)
    for event in found:
        assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY"} <= event.keys()
        assert re.fullmatch(r"\d{8}T\d{6}Z", event["DTSTAMP"])
        assert event["DTSTART"] < event["DTEND"]
    assert len({event["UID"] for event in found}) == len(found)
    return found


@pytest.mark.usefixtures("story")
def test_reception_days_are_one_entry_in_the_calendars_of_deputy_station_and_county(cast: Cast) -> None:
    station = cast.stations["township"]
    day = clock.today() + timedelta(days=7)
    publish()
    congress.receive(
        cast, day, time(9), venue="花园社区居委会二楼；党群服务中心（路口镇人民路 1 号，公交 3 路到“花园”站）"
    )
    settle()
    with public_zone() as client:
        calendars = [
            events(client, "voice:station.calendar", station.tenant_id, station.id),
            events(client, "voice:deputy.calendar", cast.people["deputy"].pk),
            events(client, "voice:map.calendar", COUNTY),
        ]
        assert events(client, "voice:map.calendar", cast.places["other_county"].code) == []
    (entry,) = calendars[0]
    assert all(calendar == [entry] for calendar in calendars)
    assert entry["DTSTART"] == f"{day:%Y%m%d}T090000"
    assert "党群服务中心" in entry["LOCATION"]
