"""The demo city: Huanggang's real places with invented people, built in one transaction."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from datetime import time as clock_time
from itertools import count
from random import Random

from renda.congress.actions import demo_build, place_import, place_shapes
from renda.congress.building import Builder, host_of
from renda.congress.demo import composition as c
from renda.congress.demo.deputies import seat_deputies
from renda.congress.demo.ground import Ground
from renda.congress.demo.names import names
from renda.congress.demo.sign_ins import ensure_sign_ins
from renda.congress.models import (
    Congress,
    CongressLevel,
    Organisation,
    Person,
    Place,
    PlaceShape,
    PostKind,
    ReceptionDay,
    Station,
    Term,
)
from renda.congress.place_files import DEMO_PLACES, DEMO_VILLAGES, match_villages, published, read_places, read_villages
from renda.congress.shapes import DEMO_SHAPES, read_shapes, said_of
from renda.kernel import clock
from renda.kernel.codes.api import ALPHABET, LENGTH, check_character
from renda.kernel.errors import Refused
from renda.kernel.parties import Actor

CITY = "421100000000"
SEED = 421100


class Demo:
    """What the steps of the building share."""

    def __init__(self) -> None:
        self.random = Random(SEED)
        self.names = names(self.random)
        self.builder = Builder(since=date(2022, 1, 8), is_demo=True)
        self.number = count(1)
        self.codes: set[str] = set()
        self.coded: set[int] = set()  # people with a code
        self.congresses: dict[str, Congress] = {}  # by the place's code
        self.terms: dict[int, Term] = {}
        self.places: dict[str, Place] = {}
        self.children: defaultdict[int, list[Place]] = defaultdict(list)
        # Deputies who serve at the stations of a township or sub-district.
        self.serving: defaultdict[int, list[Person]] = defaultdict(list)
        self.people = 0

    def person(self, home: Congress, occupation: str = "", prefix: str = "u") -> Person:
        """The next invented person, asleep until invited."""
        self.people += 1
        number = next(self.number)
        # 101… is no subscriber's number: nobody can be rung up by mistake.
        return self.builder.person(
            next(self.names), f"{prefix}{number:05d}", home, occupation=occupation, phone=f"101{number:08d}"
        )

    def code(self) -> str:
        """A new short code, the same in each building of the city."""
        while True:
            body = "".join(self.random.choices(ALPHABET, k=LENGTH - 1))
            code = body + check_character(body)
            if code not in self.codes:
                self.codes.add(code)
                return code

    def below(self, place: Place) -> list[Place]:
        return self.children[place.id]


def build(say: Callable[[str], None]) -> None:
    """Build the demo city unless it is there; then make sure that the printed sign-ins exist.

    ``say`` gets one line a step. All or nothing: an interrupted run leaves no half city.

    Raises:
        Refused: another site's congresses are in this database.
    """
    there = Congress.objects.filter(tenant__parent__isnull=True).first()
    if there is not None and not there.is_demo:
        raise Refused("demo.real_site", f"数据库中已有{there.name}，不能在其中建立演示城市。")
    if there is None:
        started = time.monotonic()
        _import_places(say)
        demo = Demo()
        _plan(demo)
        say("正在生成机构、岗位和人员……")
        _staff(demo)
        seat_deputies(demo)
        _stations(demo)
        if demo.people != c.ACCOUNTS:
            raise AssertionError(f"{demo.people} accounts instead of {c.ACCOUNTS}")
        say("正在写入数据库……")
        stored = demo_build(Actor.machine("demo", demo.builder.tenants), builder=demo.builder)
        say(
            f"演示城市已建成：{demo.people:,} 个账号，{sum(stored.values()):,} 行，{time.monotonic() - started:.0f} 秒。"
        )
    if not PlaceShape.objects.exists():
        place_shapes(Actor.machine("demo", [0]), rows=read_shapes(DEMO_SHAPES), said=said_of(DEMO_SHAPES))
    ensure_sign_ins(say)


def _import_places(say: Callable[[str], None]) -> None:
    machine = Actor.machine("demo", [0])
    say("正在导入行政区划……")
    said = published(DEMO_PLACES)
    if Place.objects.filter(code=CITY).exists():
        return
    place_import(machine, rows=read_places(DEMO_PLACES), as_of=said.as_of, source=said.source)
    matched, rest = match_villages(read_villages(DEMO_VILLAGES))
    said = published(DEMO_VILLAGES)
    place_import(machine, rows=matched, as_of=said.as_of, source=said.source, abolish=False)
    say(f"村和社区：{len(matched)} 个已对应乡镇，{len(rest)} 个未对应（renda places unmatched）。")


def _plan(demo: Demo) -> None:
    """Congresses, terms, organisations and posts for the city, its counties and townships."""
    for place in Place.objects.filter(code__startswith=CITY[:4], valid_to__isnull=True).order_by("code"):
        demo.places[place.code] = place
        if place.parent_id:
            demo.children[place.parent_id].append(place)
    city = demo.places[CITY]
    top = _congress(demo, city, CongressLevel.CITY, None, c.CITY_TERM, date(2022, 1, 8))
    for county in demo.below(city):
        middle = _congress(demo, county, CongressLevel.COUNTY, top, c.COUNTY_TERM, date(2021, 12, 20))
        for township in demo.below(county):
            if township.is_subdistrict:
                demo.builder.subdistrict(middle, township)
                demo.congresses[township.code] = middle
            else:
                _congress(demo, township, CongressLevel.TOWNSHIP, middle, c.TOWNSHIP_TERM, date(2021, 12, 10))


def _congress(
    demo: Demo, place: Place, level: CongressLevel, parent: Congress | None, number: int, starts_on: date
) -> Congress:
    congress = demo.builder.congress(place, f"{place.name}人民代表大会", level, parent)
    term = Term(tenant_id=congress.tenant_id, number=number, starts_on=starts_on)
    demo.builder.add(term)
    demo.congresses[place.code] = congress
    demo.terms[congress.tenant_id] = term
    return congress


def _staff(demo: Demo) -> None:
    """Staff of the congresses, heads and case officers of the handling units."""
    by_level = {
        CongressLevel.CITY: (c.CITY_STAFF, c.CITY_OFFICERS),
        CongressLevel.COUNTY: (c.COUNTY_STAFF, c.COUNTY_OFFICERS),
        CongressLevel.TOWNSHIP: (c.TOWNSHIP_STAFF, c.TOWNSHIP_OFFICERS),
    }
    organisations = [row for row in demo.builder.rows[Organisation] if isinstance(row, Organisation)]
    congresses = {congress.tenant_id: congress for congress in demo.congresses.values()}
    for organisation in organisations:
        congress = congresses[organisation.tenant_id]
        staff, officers = by_level[CongressLevel(congress.level)]
        if organisation.is_handler:
            if organisation.kind == "township_government":
                officers = c.TOWNSHIP_OFFICERS
            busy = (
                organisation.department in c.BUSY_DEPARTMENTS
                if congress.level == CongressLevel.COUNTY
                else congress.level == CongressLevel.CITY and organisation.kind == "government_office"
            )
            wanted = {PostKind.HANDLER_HEAD: 1, PostKind.CASE_OFFICER: officers + busy}
        else:
            wanted = {
                PostKind(kind): number
                for kind, number in (staff | c.SUBDISTRICT_STAFF).get(organisation.kind, {}).items()
            }
        for kind, number in wanted.items():
            post = demo.builder.post_in(organisation, kind)
            for _ in range(number):
                demo.builder.hold(demo.person(congress, f"{organisation.name}", "s"), post)


def _stations(demo: Demo) -> None:
    """A home in each township and sub-district, stations and points in its villages, each with a manager."""
    townships = [place for county in demo.below(demo.places[CITY]) for place in demo.below(county)]
    extra = c.share(c.STATIONS - len(townships), [3 + len(demo.below(place)) for place in townships])
    today = clock.today()
    ground = Ground()
    for place, number in zip(townships, extra, strict=True):
        congress = demo.congresses[place.code]
        host = host_of(demo.builder, congress, place)
        deputies = demo.serving[place.id]
        middle = ground.middle(place)
        sites = [(place, f"{place.name}人大代表之家", Station.Kind.HOME)]
        villages = demo.below(place)
        for index in range(number):
            site = villages[index * len(villages) // number] if villages else place
            stem = (
                site.name.removesuffix("村民委员会").removesuffix("居民委员会")
                if villages
                else f"{place.name}第{index + 1}网格"
            )
            kind = Station.Kind.POINT if index % 4 == 3 else Station.Kind.STATION
            sites.append((site, f"{stem}{kind.label}", kind))
        for index, (site, name, kind) in enumerate(sites):
            manager = demo.person(congress, f"{place.name}", "z")
            longitude, latitude = ground.near(middle, place)
            station = demo.builder.station(
                congress,
                site,
                name,
                kind,
                host,
                manager,
                opening="工作日 8:30–17:30",
                longitude=longitude,
                latitude=latitude,
                address=f"{place.name}{site.name if site != place else ''}",
            )
            demo.builder.wall_code(demo.code(), station, station.tenant_id)
            serving = deputies[index :: len(sites)] if index else deputies[:12]
            demo.builder.serve(station, serving)
            _reception(demo, station, serving, today)


def _reception(demo: Demo, station: Station, people: list[Person], today: date) -> None:
    """The 15th of the next three months is reception day (代表接待日) at homes and stations."""
    if station.kind == Station.Kind.POINT or not people:
        return
    month = today.replace(day=1)
    for turn in range(3):
        month = (month + timedelta(days=32)).replace(day=1)
        demo.builder.add(
            ReceptionDay(
                tenant_id=station.tenant_id,
                station=station,
                person_id=people[turn % len(people)].party_id,
                day=month.replace(day=15),
                starts_at=clock_time(9),
                ends_at=clock_time(11, 30),
            )
        )
