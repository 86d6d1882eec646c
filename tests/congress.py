"""What the office of the cast's congresses does, for tests of other capabilities."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

from renda.congress import jobs
from renda.congress.actions import (
    mandate_end,
    organisation_close,
    place_shapes,
    reception_arrange,
    reception_cancel,
    station_close,
    station_create,
    station_edit,
)
from renda.congress.models import Post, ReceptionDay, Station
from renda.congress.shapes import ShapeRow, ShapeSource
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction
from tests.people import Cast


def resign(cast: Cast, *roles: str) -> None:
    """These deputies' mandates end."""
    office = cast.actor("business_administrator")
    for role in roles:
        mandate_end(office, cast.mandates[role].id, ground="resigned", decision="第十次会议接受辞职")


def outline(cast: Cast, *counties: str) -> None:
    """Counties get outlines, a fifth of a degree square, one east of the other."""
    rows = []
    for number, county in enumerate(counties):
        west, east = 114.8 + number / 5, 115.0 + number / 5
        ring = [(west, 30.4), (east, 30.4), (east, 30.6), (west, 30.6), (west, 30.4)]
        rows.append(ShapeRow(cast.places[county].code, [ring], (west + 0.1, 30.5)))
    place_shapes(Actor.machine("places", [0]), rows=rows, said=ShapeSource("测试"))


def place_station(cast: Cast, station: Station, *, longitude: Decimal, latitude: Decimal) -> None:
    """The clerk says where a station is."""
    station_edit(
        cast.actor("presidium_clerk"),
        station.id,
        name=station.name,
        place=station.place,
        address=station.address,
        opening=station.opening,
        longitude=longitude,
        latitude=latitude,
    )


def merge_station(cast: Cast) -> Station:
    """The township's station is closed; a new one takes over."""
    clerk = cast.actor("presidium_clerk")
    heir = station_create(
        clerk,
        congress=cast.congresses["township"],
        place=cast.places["village"],
        name="花园社区代表联络站",
        kind=Station.Kind.STATION,
    )
    station_close(clerk, cast.stations["township"].id, reason="合并", successor=heir)
    return heir


def receive(cast: Cast, day: date, starts_at: time, *, venue: str = "") -> None:
    """The deputy receives at the township's station for two hours."""
    reception_arrange(
        cast.actor("station_manager"),
        cast.stations["township"].id,
        people=[cast.people["deputy"].party_id],
        days=[day],
        starts_at=starts_at,
        ends_at=starts_at.replace(hour=starts_at.hour + 2),
        venue=venue,
    )


def cancel_reception(cast: Cast, day: date, *, reason: str) -> None:
    """She does not."""
    with tenant_transaction(cast.tenants):
        announced = ReceptionDay.objects.get(day=day)
    reception_cancel(cast.actor("station_manager"), announced.id, reason=reason)


def merge_unit(cast: Cast, closed: str, successor: str) -> None:
    """The unit of a role is closed into that of another; the jobs that follow are done."""
    unit, heir = cast.organisations[closed], cast.organisations[successor]
    pairs = [
        (post.party_id, Post.objects.get(organisation=heir, kind=post.kind).party_id)
        for post in Post.objects.filter(organisation=unit)
    ]
    organisation_close(cast.actor("county_business_administrator"), unit.id, reason="机构改革", successor=heir)
    for post, to in pairs:
        jobs.hand_over_all(post, to)
    jobs.follow_unit(unit.id, heir.id)
