"""What the public zone is given for the sketch map (示意图): a copy for each county. ``renda.voice.sketch`` draws it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Q

from renda.congress.models import Congress, Place, PlaceLevel, PlaceShape, Station
from renda.congress.publishing import chain_of
from renda.kernel.exchange.api import Draft


def map_keys() -> Iterable[str]:
    """Counties with a congress, by code."""
    rows = Congress.objects.filter(place__level=PlaceLevel.COUNTY, place__valid_to=None, tenant__is_active=True)
    return rows.values_list("place__code", flat=True)


def expand_maps(words: Sequence[str]) -> Iterable[str]:
    """The counties of ``station:ID``."""
    ids = [int(key) for what, _, key in (word.partition(":") for word in words) if what == "station" and key.isdigit()]
    rows = Station.objects.filter(id__in=ids).select_related("place__parent__parent__parent")
    return {county.code for station in rows if (county := _county(station.place))}


def _county(place: Place) -> Place | None:
    return next((one for one in chain_of(place) if one.level == PlaceLevel.COUNTY), None)


def build_maps(wanted: Sequence[str]) -> Iterator[Draft]:
    """A county's outline, its stations' points, and how many stations have none. No terms: a map shows all of them.

    A station without coordinates is never given a point: a made-up one would send people to the wrong place.
    """
    counties = Place.objects.filter(code__in=set(wanted) & set(map_keys())).order_by("code")
    shapes = {shape.place_id: shape for shape in PlaceShape.objects.filter(place__in=counties)}
    points: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    unplaced: defaultdict[int, int] = defaultdict(int)
    inside = Q(place__in=counties) | Q(place__parent__in=counties) | Q(place__parent__parent__in=counties)
    stations = Station.objects.filter(inside, is_active=True)
    for station in stations.select_related("place__parent__parent__parent").order_by("id"):
        county = _county(station.place)
        if county is None:
            continue
        if station.latitude is None or station.longitude is None:
            unplaced[county.id] += 1
            continue
        at = [float(station.longitude), float(station.latitude)]
        points[county.id].append({"id": station.id, "tenant_id": station.tenant_id, "name": station.name, "at": at})
    for place in counties:
        shape = shapes.get(place.id)
        body = {
            "code": place.code,
            "name": place.name,
            "rings": shape.rings if shape else [],
            "label": shape.label if shape else [],
            "source": shape.source if shape else "",
            "licence": shape.licence if shape else "",
            "approval": shape.approval if shape else "",
            "points": points[place.id],
            "unplaced": unplaced[place.id],
        }
        yield Draft(place.code, body, sort=place.code)
