"""The public's pages of the sketch map: the counties of the city, and one county with its stations and deputies."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from renda.voice import finding
from renda.voice.public_views import calendar
from renda.voice.sketch import County, sketch


@require_safe
def whole(request: HttpRequest) -> HttpResponse:
    """All counties: a drawing whose counties are links, and the same as a table."""
    return render(request, "voice/map.html", {"sketch": sketch()})


@require_safe
def county(request: HttpRequest, code: str) -> HttpResponse:
    """One county: its stations as points (those whose place is known) and as a list, and the ways to its deputies."""
    drawn = sketch(code)
    if (here := drawn.here) is None:
        raise Http404
    stations = finding.stations_at(code, most=finding.MOST_STATIONS)
    shown = {
        "sketch": drawn,
        "here": here,
        "groups_of_stations": _by_place(stations, here),
        "has_days": any(station.days for station in stations),
        "townships": finding.places_under(code, "township"),
        "deputies": finding.deputies_of_county(code),
    }
    return render(request, "voice/map_county.html", shown)


def _by_place(stations: list[finding.Station], here: County) -> list[tuple[str, list[tuple[finding.Station, int]]]]:
    """The stations under their townships' names, each with its number on the map (0: its place is not known)."""
    numbers = {dot.id: dot.number for dot in here.dots}
    by_place: dict[str, list[tuple[finding.Station, int]]] = {}
    for station in stations:
        by_place.setdefault(station.township, []).append((station, numbers.get(station.id, 0)))
    return list(by_place.items())


@require_safe
def county_calendar(request: HttpRequest, code: str) -> HttpResponse:
    """The reception days at all stations of a county, for one's calendar: an address that a calendar may ask again."""
    here = next((place for place in finding.counties() if place.code == code), None)
    if here is None:
        raise Http404
    stations = finding.stations_at(code, most=finding.MOST_STATIONS)
    days = [day for station in stations for day in station.days]
    return calendar(sorted(days, key=lambda day: (day.day, day.starts_at, day.id)), f"{here.name}代表接待日")
