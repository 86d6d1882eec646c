"""What the public sees of deputies and stations, read from published copies (``renda.congress.publishing`` makes them)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from unicodedata import combining, normalize

from django.utils import timezone

from renda.kernel import clock
from renda.kernel.deadlines.ical import Event
from renda.kernel.public_zone import api as public_zone
from renda.kernel.public_zone.api import Copy

MOST_FOUND = 200  # deputies that a search shows
# So many of one level are shown unfolded; of more only their number, until one asks for them.
UNFOLDED = 24
NEXT_DAYS = 6
PLACES = 500  # villages of a township at most
MOST_STATIONS = 500  # of a county
_TITLES = {
    "township": "乡镇人大代表",
    "county": "县（市、区）人大代表",
    "city": "市人大代表",
    "province": "省人大代表",
    "national": "全国人大代表",
}


@dataclass(frozen=True)
class Place:
    """An administrative division and the codes of those above, itself first."""

    code: str
    name: str
    level: str
    chain: tuple[str, ...]


@dataclass(frozen=True)
class Mandate:
    """One seat of a deputy."""

    level: str
    body_name: str
    district: str


@dataclass(frozen=True)
class Fact:
    """One thing a deputy did."""

    title: str
    occurred_at: datetime


@dataclass(frozen=True)
class Day:
    """A reception day of a deputy at a station."""

    id: int
    day: date
    starts_at: time
    ends_at: time
    person: str
    station: str
    address: str
    # Another place than the station's own; why the day is off.
    venue: str
    cancelled: str


@dataclass(frozen=True)
class StationName:
    """A station at which a deputy serves."""

    id: int
    tenant_id: int
    name: str


@dataclass(frozen=True)
class Deputy:
    """A deputy as the public finds her: no contact, no marks; her seats, nearest level first."""

    person_id: int
    name: str
    occupation: str
    is_demo: bool
    code: str
    mandates: tuple[Mandate, ...]
    stations: tuple[StationName, ...]
    facts: tuple[Fact, ...]
    days: tuple[Day, ...]


@dataclass(frozen=True)
class Station:
    """A station: where it is, when it is open."""

    id: int
    tenant_id: int
    name: str
    kind: str
    place: str
    # The township's name, where the place is a village.
    township: str
    address: str
    opening: str
    is_demo: bool
    code: str
    days: tuple[Day, ...]


@dataclass(frozen=True)
class Named:
    """A station or a district, by name."""

    id: int
    name: str


@dataclass(frozen=True)
class WallCode:
    """What a scanned code names, and who stands behind it today: ``is_as_printed`` False, and they are other ``deputies``.

    ``leads_to``: the code of the station that took over from a closed one.
    """

    code: str
    tenant_id: int
    names_a_deputy: bool
    person: int | None
    station: Named | None
    district: Named | None
    is_as_printed: bool
    deputies: list[int] | None
    leads_to: str


@dataclass(frozen=True)
class Group:
    """Deputies whose nearest seat is on one level."""

    title: str
    deputies: tuple[Deputy, ...]
    is_open: bool
    is_demo: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_demo", all(deputy.is_demo for deputy in self.deputies))


# --- places -----------------------------------------------------------------------------------------------------------------


def counties() -> list[Place]:
    """The counties of the city."""
    return [_place(copy) for copy in public_zone.found("place", all_of=["has_congress", "level:county"])]


def places_under(code: str, level: str) -> list[Place]:
    """The places of a level right below one."""
    if not code:
        return []
    found = public_zone.found("place", all_of=[f"under:{code}", f"level:{level}"], most=PLACES)
    return [_place(copy) for copy in found]


def places_of(tenant_id: int) -> list[tuple[str, str]]:
    """What a message to a congress can be about, as (code, name)."""
    found = public_zone.found("place", all_of=[f"congress:{tenant_id}"], most=PLACES)
    return [(copy.key, copy.body["name"]) for copy in found]


def _chain(code: str) -> tuple[str, ...]:
    copy = public_zone.one("place", code.ljust(12, "0"))
    return _place(copy).chain if copy else ()


def _place(copy: Copy) -> Place:
    said = copy.body
    return Place(said["code"], said["name"], said["level"], tuple(said["chain"]))


# --- deputies ---------------------------------------------------------------------------------------------------------------


def deputies_for(place_code: str) -> list[Deputy]:
    """All who represent a place, from the village's district up, nearest level first; at most 200."""
    chain = _chain(place_code)
    if not chain:
        return []
    terms = [*(f"covers:{code}" for code in chain), f"covers_in:{chain[0]}"]
    return [_deputy(copy) for copy in public_zone.found("deputy", any_of=terms, most=MOST_FOUND)]


def deputies_of_county(code: str) -> list[Deputy]:
    """Who sits in a congress above for a county as a whole; its own deputies and its townships' are found by township."""
    return [_deputy(copy) for copy in public_zone.found("deputy", all_of=[f"covers:{code}"], most=MOST_FOUND)]


def deputies_named(query: str) -> list[Deputy]:
    """Part of a name, or the beginning of a reading (``zengxiaoming``) or its initials (``zxm``); at most 200."""
    text = query.strip()
    if not text:
        return []
    if (latin := _latin(text)).isascii():
        found = public_zone.found("deputy", all_of=[f"latin:{latin}"], most=MOST_FOUND)
    else:
        grams = [text[at : at + 2] for at in range(max(1, len(text) - 1))]
        terms = [f"name:{gram}" for gram in grams]
        found = public_zone.found("deputy", all_of=terms, saying=text, most=MOST_FOUND)
    return [_deputy(copy) for copy in found]


def _latin(typed: str) -> str:
    """Small letters without blanks and tone marks, of full width or not; ü is ``v``, as the terms are written."""
    apart = normalize("NFKD", typed.lower()).replace("u\u0308", "v")
    return "".join(letter for letter in apart if not (combining(letter) or letter in " '’"))


def deputies_behind(code: WallCode) -> list[Deputy]:
    """The deputies one can choose behind a code."""
    if code.deputies is not None:
        return [_deputy(copy) for copy in public_zone.several("deputy", map(str, code.deputies))]
    if code.person is not None:
        found = deputy(code.person)
        return [found] if found else []
    term = f"station:{code.station.id}" if code.station else f"district:{code.district.id if code.district else 0}"
    return [_deputy(copy) for copy in public_zone.found("deputy", all_of=[term], most=MOST_FOUND)]


def deputies_at(station: Station) -> list[Deputy]:
    """Who serves at a station."""
    return [_deputy(copy) for copy in public_zone.found("deputy", all_of=[f"station:{station.id}"], most=MOST_FOUND)]


def deputy(person_id: int) -> Deputy | None:
    """A deputy in office whom the public may contact."""
    copy = public_zone.one("deputy", str(person_id))
    return _deputy(copy) if copy else None


def _deputy(copy: Copy) -> Deputy:
    said = copy.body
    return Deputy(
        person_id=said["id"],
        name=said["name"],
        occupation=said["occupation"],
        is_demo=said["is_demo"],
        code=said["code"],
        mandates=tuple(Mandate(**mandate) for mandate in said["mandates"]),
        stations=tuple(StationName(**station) for station in said["stations"]),
        facts=tuple(Fact(fact["title"], datetime.fromisoformat(fact["at"])) for fact in said["facts"]),
        days=_days(said["days"]),
    )


def grouped(found: Sequence[Deputy]) -> list[Group]:
    """By the level of the nearest seat, nearest first; open while few: all together, or those of the nearest level."""
    by_level: dict[str, list[Deputy]] = {}
    for one in found:
        by_level.setdefault(one.mandates[0].level, []).append(one)
    few = len(found) <= UNFOLDED
    return [
        Group(_TITLES[level], tuple(deputies), few or (number == 0 and len(deputies) <= UNFOLDED))
        for number, (level, deputies) in enumerate(by_level.items())
    ]


# --- stations and codes -----------------------------------------------------------------------------------------------------


def stations_at(place_code: str, *, most: int = MOST_FOUND) -> list[Station]:
    """Open stations at a place, anywhere in it and (for a village) in its township, in the order of the places."""
    chain = _chain(place_code)
    if not chain:
        return []
    terms = [f"at:{chain[0]}", f"within:{chain[0]}"]
    if len(chain) > 1 and not chain[0].endswith("000"):
        terms.append(f"at:{chain[1]}")
    return [_station(copy) for copy in public_zone.found("station", any_of=terms, most=most)]


def station(station_id: int) -> Station | None:
    """An open station."""
    copy = public_zone.one("station", str(station_id))
    return _station(copy) if copy and "leads_to" not in copy.body else None


def successor_of(tenant_id: int, station_id: int) -> int | None:
    """The station that took over from a closed one of this congress."""
    copy = public_zone.one("station", str(station_id))
    if copy is None or "leads_to" not in copy.body or copy.body["tenant_id"] != tenant_id:
        return None
    return int(copy.body["leads_to"])


def _station(copy: Copy) -> Station:
    names = ("id", "tenant_id", "name", "kind", "place", "township", "address", "opening", "is_demo", "code")
    return Station(**{name: copy.body[name] for name in names}, days=_days(copy.body["days"]))


def wall_code(code: str) -> WallCode | None:
    """What a code names; a closed station's gives that of the station that took over."""
    found = _wall_code(code)
    return _wall_code(found.leads_to) if found is not None and found.leads_to else found


def _wall_code(code: str) -> WallCode | None:
    copy = public_zone.one("code", code)
    if copy is None:
        return None
    said = dict(copy.body)
    for name in ("station", "district"):
        said[name] = Named(**said[name]) if said[name] else None
    return WallCode(**said)


# --- reception days ---------------------------------------------------------------------------------------------------------


def _days(said: Iterable[dict[str, Any]]) -> tuple[Day, ...]:
    """Those that are not past, the next first."""
    days = [
        Day(
            id=one["id"],
            day=date.fromisoformat(one["day"]),
            starts_at=time.fromisoformat(one["starts_at"]),
            ends_at=time.fromisoformat(one["ends_at"]),
            person=one["person"],
            station=one["station"],
            address=one["address"],
            venue=one["venue"],
            cancelled=one["cancelled"],
        )
        for one in said
    ]
    return tuple([one for one in days if one.day >= clock.today()][:NEXT_DAYS])


def as_events(days: Iterable[Day]) -> list[Event]:
    """Reception days as entries of a calendar."""
    return [
        Event(
            uid=f"reception-{one.id}@renda",
            starts_at=timezone.make_aware(datetime.combine(one.day, one.starts_at)),
            ends_at=timezone.make_aware(datetime.combine(one.day, one.ends_at)),
            title=f"代表接待日：{one.person}",
            updated_at=clock.now(),
            place=one.venue or f"{one.station} {one.address}".strip(),
        )
        for one in days
        if not one.cancelled
    ]
