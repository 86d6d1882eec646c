"""What the public zone is given of congress: places, deputies, stations with their days, wall codes; the sketch map is
made in ``mapping``.

The terms by which a copy is found stand at each builder; ``renda.voice.finding`` asks for them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber

from renda.congress.models import (
    Congress,
    DeputyLevel,
    DistrictPlace,
    DutyFact,
    ElectoralDistrict,
    Mandate,
    Person,
    Place,
    PlaceLevel,
    PlaceShape,
    ReceptionDay,
    Station,
    StationDeputy,
    WallCode,
)
from renda.congress.pinyin import latin_terms
from renda.congress.selectors import behind, open_code
from renda.congress.selectors.published import LEVEL_ORDER
from renda.kernel import clock
from renda.kernel.actions.api import Context, watch
from renda.kernel.exchange.api import Draft, publish
from renda.kernel.parties.models import Party

PLACE, DEPUTY, STATION, CODE, MAP = "place", "deputy", "station", "code", "map"
FACTS = 5  # the last things a deputy did
DAYS = 12  # the next reception days of a deputy or a station


# --- places -----------------------------------------------------------------------------------------------------------------


def place_keys() -> Iterable[str]:
    """All places in force, by code."""
    return Place.objects.filter(valid_to=None).values_list("code", flat=True)


def build_places(wanted: Sequence[str]) -> Iterator[Draft]:
    """``under:CODE`` (the place above), ``level:LEVEL``, ``congress:TENANT`` (those a message to that congress can be
    about), ``has_congress``.
    """
    rows = Place.objects.filter(code__in=wanted, valid_to=None).select_related("parent__parent__parent__parent")
    places = list(rows)
    ids = {place.id for place in places} | {place.parent_id for place in places if place.parent_id}
    tenants = dict(
        Congress.objects.filter(place_id__in=ids, tenant__is_active=True).values_list("place_id", "tenant_id")
    )
    for place in places:
        terms = [f"under:{place.parent.code}"] if place.parent else []
        terms += [f"congress:{tenants[one]}" for one in (place.id, place.parent_id) if one in tenants]
        terms.append(f"level:{place.level}")
        if place.id in tenants:
            terms.append("has_congress")
        body = {
            "code": place.code,
            "name": place.name,
            "level": place.level,
            "chain": [one.code for one in chain_of(place)],
        }
        yield Draft(place.code, body, terms, sort=place.code)


def chain_of(place: Place | None) -> Iterator[Place]:
    """A place and those above it."""
    while place is not None:
        yield place
        place = place.parent


# --- deputies ---------------------------------------------------------------------------------------------------------------


def _public_mandates() -> Any:
    return Mandate.objects.filter(
        status=Mandate.Status.ACTIVE, ends_on__isnull=True, is_public=True, person__party__is_active=True
    )


def deputy_keys() -> Iterable[str]:
    """Deputies in office whom the public may contact."""
    return map(str, _public_mandates().order_by("person_id").values_list("person_id", flat=True).distinct())


def build_deputies(wanted: Sequence[str]) -> Iterator[Draft]:
    """``covers:CODE`` and ``covers_in:CODE`` (places of her districts, and the places above those), ``station:ID``,
    ``district:ID``, ``name:…`` (one and two characters), ``latin:…`` (beginnings of its readings and initials).
    """
    people: dict[int, list[Mandate]] = {}
    ids = [int(key) for key in wanted if key.isdigit()]
    for mandate in _public_mandates().filter(person_id__in=ids).select_related("person__party", "district"):
        people.setdefault(mandate.person_id, []).append(mandate)
    codes = _codes(person_id__in=people, kind=WallCode.Kind.DEPUTY)
    covered: defaultdict[int, set[str]] = defaultdict(set)
    districts = {mandate.district_id for mandates in people.values() for mandate in mandates}
    for part in DistrictPlace.objects.filter(district_id__in=districts).select_related("place__parent"):
        covered[part.district_id].add(f"covers:{part.place.code}")
        if part.place.parent:
            covered[part.district_id].add(f"covers_in:{part.place.parent.code}")
    serving: defaultdict[int, list[Station]] = defaultdict(list)
    rows = StationDeputy.objects.filter(person_id__in=people, station__is_active=True).select_related("station")
    for row in rows.order_by("station__kind", "station_id"):
        serving[row.person_id].append(row.station)
    facts, days = _facts(people), _days(person_id__in=people)
    for person_id, mandates in people.items():
        mandates.sort(key=lambda mandate: (LEVEL_ORDER[DeputyLevel(mandate.level)], mandate.id))
        person = mandates[0].person
        terms = [*_name_terms(person), *(f"station:{station.id}" for station in serving[person_id])]
        for mandate in mandates:
            if mandate.district_id is not None:
                terms += [f"district:{mandate.district_id}", *covered[mandate.district_id]]
        body = {
            "id": person_id,
            "name": person.name,
            "occupation": person.occupation,
            "is_demo": person.is_demo,
            "code": codes.get(person_id, ""),
            "mandates": [
                {
                    "level": mandate.level,
                    "body_name": mandate.body_name,
                    "district": mandate.district.name if mandate.district else "",
                }
                for mandate in mandates
            ],
            "stations": [
                {"id": station.id, "tenant_id": station.tenant_id, "name": station.name}
                for station in serving[person_id]
            ],
            "facts": facts.get(person_id, []),
            "days": days.get(person_id, []),
        }
        nearest = LEVEL_ORDER[DeputyLevel(mandates[0].level)]
        yield Draft(str(person_id), body, terms, person.name, f"{nearest} {mandates[0].id:020d}")


def _name_terms(person: Person) -> list[str]:
    name = person.name
    grams = {*name, *(name[at : at + 2] for at in range(len(name) - 1))}
    words = {person.pinyin, person.initials, *latin_terms(name)}
    beginnings = {word[:end] for word in words for end in range(1, len(word) + 1)}
    return [*(f"name:{gram}" for gram in grams), *(f"latin:{beginning}" for beginning in beginnings)]


def _facts(people: Iterable[int]) -> dict[int, list[dict[str, str]]]:
    """The last things each did; their titles name no constituent."""
    order = Window(RowNumber(), partition_by="person_id", order_by=[F("occurred_at").desc(), F("id").desc()])
    rows = DutyFact.objects.filter(person_id__in=people).annotate(place=order).filter(place__lte=FACTS)
    found: defaultdict[int, list[dict[str, str]]] = defaultdict(list)
    for fact in rows.order_by("place"):
        found[fact.person_id].append({"title": fact.title, "at": fact.occurred_at.isoformat()})
    return found


# --- stations ---------------------------------------------------------------------------------------------------------------


def station_keys() -> Iterable[str]:
    """Open stations, and closed ones whose page leads on."""
    rows = Station.objects.filter(Q(is_active=True) | Q(merged_into__isnull=False))
    return map(str, rows.values_list("id", flat=True))


def build_stations(wanted: Sequence[str]) -> Iterator[Draft]:
    """``at:CODE`` (its place), ``within:CODE`` (the places above); a closed one has no terms and leads to its successor."""
    ids = [int(key) for key in wanted if key.isdigit()]
    rows = Station.objects.filter(id__in=ids, is_active=True)
    stations = list(rows.select_related("place__parent__parent__parent__parent"))
    closed = Station.objects.filter(id__in=ids, is_active=False, merged_into__isnull=False)
    for key, tenant_id, heir in closed.values_list("id", "tenant_id", "merged_into_id"):
        yield Draft(str(key), {"id": key, "tenant_id": tenant_id, "leads_to": heir})
    codes, days = _codes(station_id__in=ids, kind=WallCode.Kind.STATION), _days(station_id__in=ids)
    for station in stations:
        own, *above = chain_of(station.place)
        terms = [f"at:{own.code}", *(f"within:{place.code}" for place in above)]
        body = {
            "id": station.id,
            "tenant_id": station.tenant_id,
            "name": station.name,
            "kind": station.get_kind_display(),
            "place": station.place.name,
            "township": next((place.name for place in (own, *above) if place.level == PlaceLevel.TOWNSHIP), own.name),
            "address": station.address,
            "opening": station.opening,
            "latitude": str(station.latitude or ""),
            "longitude": str(station.longitude or ""),
            "is_demo": station.is_demo,
            "code": codes.get(station.id, ""),
            "days": days.get(station.id, []),
        }
        yield Draft(str(station.id), body, terms, station.name, f"{own.code} {station.id:020d}")


def _days(**of: Any) -> dict[int, list[dict[str, Any]]]:
    """The next reception days by whom or where they are."""
    by = next(iter(of)).removesuffix("__in")
    order = Window(RowNumber(), partition_by=by, order_by=[F("day").asc(), F("starts_at").asc(), F("id").asc()])
    rows = ReceptionDay.objects.filter(day__gte=clock.today(), station__is_active=True, **of)
    rows = rows.annotate(place=order).filter(place__lte=DAYS).select_related("station", "person__party")
    found: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for day in rows.order_by("place"):
        found[getattr(day, by)].append(
            {
                "id": day.id,
                "day": day.day.isoformat(),
                "starts_at": day.starts_at.isoformat("minutes"),
                "ends_at": day.ends_at.isoformat("minutes"),
                "person": day.person.name,
                "station": day.station.name,
                "address": day.station.address,
                "venue": day.venue,
                # What was announced and is off stays, with the reason.
                "cancelled": (day.cancel_reason or "已取消") if day.cancelled_at else "",
            }
        )
    return found


# --- wall codes -------------------------------------------------------------------------------------------------------------


def code_keys() -> Iterable[str]:
    """Codes in use, and those of closed stations that lead on."""
    rows = WallCode.objects.filter(Q(is_active=True) | Q(station__merged_into__isnull=False), tenant__is_active=True)
    return rows.values_list("code", flat=True)


def expand_codes(words: Sequence[str]) -> Iterable[str]:
    """The codes of ``station:ID``, ``district:ID`` and ``person:ID``."""
    named = _ids(words)
    where = Q(station_id__in=named["station"]) | Q(station__merged_into_id__in=named["station"])
    where |= Q(district_id__in=named["district"]) | Q(person_id__in=named["person"])
    return WallCode.objects.filter(where).values_list("code", flat=True)


def build_codes(wanted: Sequence[str]) -> Iterator[Draft]:
    """Found by the code alone. Where it is as printed the public zone asks for who stands behind it; else they are named.

    Codes whose deputy has left, whose district has nobody or whose station is closed are asked for one by one
    (``selectors.behind``); there are few of them.
    """
    rows = WallCode.objects.filter(code__in=wanted, tenant__is_active=True).select_related("station", "district")
    codes = list(rows)
    there = set(
        _public_mandates()
        .filter(
            Q(person_id__in=[code.person_id for code in codes])
            | Q(district_id__in=[code.district_id for code in codes])
        )
        .values_list("person_id", "district_id")
    )
    people, districts = {person for person, _ in there}, {district for _, district in there}
    for code in codes:
        as_printed = code.is_active and (
            (code.station is not None and code.station.is_active)
            or code.person_id in people
            or (code.district_id is not None and code.district_id in districts)
        )
        if as_printed:
            yield Draft(code.code, _code_body(code, code.station, code.district))
        elif (leads_to := open_code(code.code)) is not None and leads_to.code != code.code:
            yield Draft(code.code, {**_code_body(code, None, None), "leads_to": leads_to.code})
        elif leads_to is not None:
            found = behind(leads_to)
            body = _code_body(code, found.station, found.district)
            deputies = [deputy.person_id for deputy in found.deputies]
            yield Draft(code.code, {**body, "is_as_printed": found.is_as_printed, "deputies": deputies})


def _code_body(code: WallCode, station: Station | None, district: ElectoralDistrict | None) -> dict[str, Any]:
    return {
        "code": code.code,
        "tenant_id": code.tenant_id,
        "names_a_deputy": code.person_id is not None,
        "person": code.person_id,
        "station": {"id": station.id, "name": station.name} if station else None,
        "district": {"id": district.id, "name": district.name} if district else None,
        "is_as_printed": True,
        "deputies": None,
        "leads_to": "",
    }


def _codes(**of: Any) -> dict[int, str]:
    by = next(name for name in of if name.endswith("__in")).removesuffix("__in")
    return dict(WallCode.objects.filter(is_active=True, **of).values_list(by, "code"))


# --- what marks what --------------------------------------------------------------------------------------------------------


def _ids(words: Sequence[str]) -> defaultdict[str, list[int]]:
    named: defaultdict[str, list[int]] = defaultdict(list)
    for word in words:
        what, _, key = word.partition(":")
        if key.isdigit():
            named[what].append(int(key))
    return named


def expand_deputies(words: Sequence[str]) -> Iterable[str]:
    """The deputies of ``station:ID`` (who serve there) and ``district:ID`` (who sit for it)."""
    named = _ids(words)
    serving = StationDeputy.objects.filter(station_id__in=named["station"]).values_list("person_id", flat=True)
    sitting = Mandate.objects.filter(district_id__in=named["district"]).values_list("person_id", flat=True)
    return map(str, {*serving, *sitting})


def follow_rows() -> None:
    """Whatever is written of these models makes the copies that show it anew."""
    watch(Place, _follow_place)
    watch(PlaceShape, lambda ctx, shape: publish(ctx, MAP))
    watch(Party, _follow_party)
    watch(Person, lambda ctx, person: publish(ctx, DEPUTY, person.party_id))
    watch(DutyFact, lambda ctx, fact: publish(ctx, DEPUTY, fact.person_id))
    watch(Mandate, _follow_mandate)
    watch(ElectoralDistrict, lambda ctx, district: publish_district(ctx, district.id))
    watch(DistrictPlace, lambda ctx, row: publish_district(ctx, row.district_id))
    watch(Station, lambda ctx, station: publish_station(ctx, station.id))
    watch(StationDeputy, lambda ctx, row: publish(ctx, DEPUTY, row.person_id))
    watch(ReceptionDay, _follow_day)
    watch(WallCode, _follow_code)


def publish_station(ctx: Context, station_id: int) -> None:
    """A station, its codes, the deputies who serve there, and its county's map."""
    publish(ctx, STATION, station_id)
    publish(ctx, CODE, f"station:{station_id}")
    publish(ctx, DEPUTY, f"station:{station_id}")
    publish(ctx, MAP, f"station:{station_id}")


def publish_district(ctx: Context, district_id: int) -> None:
    """A district's code, and the deputies who sit for it."""
    publish(ctx, CODE, f"district:{district_id}")
    publish(ctx, DEPUTY, f"district:{district_id}")


def _follow_place(ctx: Context, place: Place) -> None:
    publish(ctx, PLACE, place.code)
    if place.level == PlaceLevel.COUNTY:
        publish(ctx, MAP, place.code)


def _follow_party(ctx: Context, party: Party) -> None:
    if party.kind == Party.Kind.PERSON:
        publish(ctx, DEPUTY, party.pk)
        publish(ctx, CODE, f"person:{party.pk}")


def _follow_mandate(ctx: Context, mandate: Mandate) -> None:
    publish(ctx, DEPUTY, mandate.person_id)
    publish(ctx, CODE, f"person:{mandate.person_id}")
    if mandate.district_id is not None:
        publish(ctx, CODE, f"district:{mandate.district_id}")


def _follow_day(ctx: Context, day: ReceptionDay) -> None:
    publish(ctx, STATION, day.station_id)
    publish(ctx, DEPUTY, day.person_id)


def _follow_code(ctx: Context, code: WallCode) -> None:
    publish(ctx, CODE, code.code)
    for kind, key in ((STATION, code.station_id), (DEPUTY, code.person_id)):
        if key is not None:
            publish(ctx, kind, key)
