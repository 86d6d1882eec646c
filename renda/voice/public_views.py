"""The public's pages: find a deputy, leave a message, look it up, rate the answer. No account, no script needed.

They read published copies and leave letters; nothing of the inner zone is reached from here.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from renda.kernel.codes.api import read_short_code
from renda.kernel.deadlines.ical import ics
from renda.voice import finding
from renda.voice.finding import Day


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Find my deputies in one step: by place, by name, or by scanning."""
    typed = request.GET.get("code", "").strip()
    code = read_short_code(typed) if typed else None
    if code and finding.wall_code(code):
        return redirect("voice:code", code=code)
    query = request.GET.get("q", "").strip()[:30]
    county, township, village = (request.GET.get(name, "")[:12] for name in ("county", "township", "village"))
    place_code = village or township
    found = finding.deputies_named(query) if query else finding.deputies_for(place_code) if place_code else []
    shown = {
        "typed": typed,
        "query": query,
        "count": len(found),
        "is_cut": len(found) >= finding.MOST_FOUND,
        "groups": finding.grouped(found),
        "searched": bool(query or place_code),
        "stations": finding.stations_at(place_code) if place_code and not query else [],
        "counties": finding.counties(),
        "townships": finding.places_under(county, "township"),
        "villages": finding.places_under(township, "village"),
        "county": county,
        "township": township,
        "village": village,
    }
    return render(request, "voice/home.html", shown, status=422 if typed else 200)


@require_safe
def deputies(request: HttpRequest) -> HttpResponse:
    """An old address of the search."""
    return redirect("voice:home")


def _found(one: finding.Deputy | None) -> finding.Deputy:
    if one is None:
        raise Http404
    return one


@require_safe
def deputy(request: HttpRequest, person_id: int) -> HttpResponse:
    """A deputy's page: who she is and how to leave a message; no contact, no marks."""
    found = _found(finding.deputy(person_id))
    return render(request, "voice/deputy.html", {"deputy": found, "days": found.days, "stations": found.stations})


@require_safe
def deputy_calendar(request: HttpRequest, person_id: int) -> HttpResponse:
    """A deputy's next reception days for one's calendar."""
    found = _found(finding.deputy(person_id))
    return calendar(found.days, f"{found.name}代表接待日")


@require_safe
def stations(request: HttpRequest) -> HttpResponse:
    """Stations by county and township."""
    county, township = (request.GET.get(name, "")[:12] for name in ("county", "township"))
    shown = {
        "counties": finding.counties(),
        "townships": finding.places_under(county, "township"),
        "county": county,
        "township": township,
        "stations": finding.stations_at(township or county) if (township or county) else [],
    }
    return render(request, "voice/stations.html", shown)


def _station(tenant_id: int, station_id: int) -> finding.Station:
    found = finding.station(station_id)
    if found is None or found.tenant_id != tenant_id:
        raise Http404
    return found


@require_safe
def station(request: HttpRequest, tenant_id: int, station_id: int) -> HttpResponse:
    """A station's page: where, when, and who receives there. A closed station's leads to the one that took over."""
    if (heir := finding.successor_of(tenant_id, station_id)) is not None:
        return redirect("voice:station", tenant_id=tenant_id, station_id=heir)
    found = _station(tenant_id, station_id)
    shown = {"station": found, "deputies": finding.deputies_at(found), "days": found.days}
    return render(request, "voice/station.html", shown)


@require_safe
def station_calendar(request: HttpRequest, tenant_id: int, station_id: int) -> HttpResponse:
    """A station's next reception days for one's calendar."""
    found = _station(tenant_id, station_id)
    return calendar(found.days, f"{found.name}代表接待日")


def calendar(days: Iterable[Day], name: str) -> HttpResponse:
    """The answer that a calendar opens."""
    return HttpResponse(
        ics(finding.as_events(days), name=name),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="reception.ics"'},
    )
