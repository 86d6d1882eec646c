"""Wall codes on paper: a station's code, its deputies' codes, a deputy's own."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from renda.congress.api import (
    FoundDeputy,
    PostKind,
    Station,
    WallCode,
    deputies_serving,
    deputy_by_person,
    stations_for,
)
from renda.kernel import policy
from renda.kernel.codes import api as codes
from renda.kernel.documents.api import CodeCard
from renda.kernel.errors import Forbidden
from renda.kernel.parties import Actor
from renda.kernel.public_zone.api import public_address
from renda.kernel.ui.filters import Search
from renda.kernel.ui.http import ActorRequest, page
from renda.kernel.ui.tables import Column, Table
from renda.voice.printing import codes_as_pdf

PERMISSION = "station.edit"
LAYOUTS = ("code_sheet", "code_poster")


class StationCodeTable(Table[Station]):
    """The stations whose codes an actor may print."""

    caption = "联络站二维码"
    columns = (
        Column("联络站", "name", link=lambda station: reverse("voice:codes.station", args=[station.pk])),
        Column("类别", "get_kind_display"),
        Column("所在地", "place.name"),
        Column("地址", "address"),
    )
    filters = (Search("联络站名称、地址", ("name", "address")),)
    order = "pk"
    files = ()


def prints_codes(actor: Actor) -> bool:
    """Whether there is anything to print for this actor: the menu's question."""
    kinds = {post.kind for post in actor.posts}
    return bool(kinds & {PostKind.DEPUTY, PostKind.STATION_MANAGER}) or policy.may(actor, PERMISSION, None)


def stations_to_print(actor: Actor) -> QuerySet[Station]:
    """Stations that the actor keeps, or whose office she works in."""
    mine = Q(manager_id__in=actor.party_ids) | Q(tenant_id__in=policy.tenants_where(actor, PERMISSION))
    return stations_for(actor).filter(mine, is_active=True).select_related("place")


def _station(actor: Actor, pk: int, tenant_id: int | None = None) -> Station:
    found = get_object_or_404(stations_for(actor).filter(is_active=True).select_related("place"), pk=pk)
    if tenant_id not in (None, found.tenant_id):
        raise Http404
    if found.manager_id not in actor.party_ids and not policy.may(actor, PERMISSION, found.tenant_id):
        raise Forbidden(PERMISSION)
    return found


def _address(code: str) -> str:
    return public_address("voice:code", code)


def _shown(code: str, name: str) -> dict[str, Any]:
    return {"number": codes.in_groups(code), "svg": codes.svg(_address(code), f"{name}的二维码")}


def _card(code: str, name: str, subtitle: str) -> CodeCard:
    return {"name": name, "subtitle": subtitle, "url": _address(code), "number": codes.in_groups(code)}


def _deputy_card(deputy: FoundDeputy) -> CodeCard:
    return _card(deputy.code, f"{deputy.name}代表", f"{deputy.mandates[0].body_name}代表")


def _of_deputies(station: Station) -> list[FoundDeputy]:
    return [deputy for deputy in deputies_serving(station.pk, station.tenant_id) if deputy.code]


def _own(actor: Actor) -> FoundDeputy | None:
    found = deputy_by_person(actor.party_id) if actor.party_id is not None else None
    return found if found is not None and found.code else None


def _layout(request: ActorRequest) -> str:
    asked = request.GET.get("layout", LAYOUTS[0])
    if asked not in LAYOUTS:
        raise Http404
    return asked


def _paper(layout: str, cards: list[CodeCard], *, is_demo: bool) -> HttpResponse:
    return HttpResponse(
        codes_as_pdf(layout, cards, is_demo=is_demo),
        content_type="application/pdf",
        headers={"Content-Disposition": 'inline; filename="codes.pdf"'},
    )


@login_required
@require_safe
def code_list(request: ActorRequest) -> HttpResponse:
    """My own code as a deputy, and the stations whose codes I may print."""
    if not prints_codes(request.actor):
        raise Forbidden(PERMISSION)
    own, rows = _own(request.actor), stations_to_print(request.actor)
    shown: dict[str, Any] = {"table": StationCodeTable(request, rows) if rows.exists() else None, "deputy": own}
    if own is not None:
        shown |= _shown(own.code, f"{own.name}代表")
        shown["public_page"] = public_address("voice:message.submit", own.code)
    return page(request, "voice/codes.html", shown)


@login_required
@require_safe
def own_code_pdf(request: ActorRequest) -> HttpResponse:
    """The signed-in deputy's own code on paper."""
    own = _own(request.actor)
    if own is None:
        raise Http404
    return _paper(_layout(request), [_deputy_card(own)], is_demo=own.is_demo)


@login_required
@require_safe
def station_codes(request: ActorRequest, pk: int) -> HttpResponse:
    """One station's code on the screen, and its papers."""
    station = _station(request.actor, pk)
    code = WallCode.objects.filter(station=station, is_active=True).first()
    shown: dict[str, Any] = {"station": station, "code": code, "deputies": _of_deputies(station)}
    if code is not None:
        shown |= _shown(code.code, station.name)
    return page(request, "voice/station_codes.html", shown)


@login_required
@require_safe
def station_code_pdf(request: ActorRequest, tenant_id: int, station_id: int) -> HttpResponse:
    """A station's code as a poster for the wall or a card to cut."""
    station = _station(request.actor, station_id, tenant_id)
    code = get_object_or_404(WallCode, station=station, is_active=True)
    card = _card(code.code, station.name, station.address or station.place.name)
    return _paper(_layout(request), [card], is_demo=station.is_demo)


@login_required
@require_safe
def station_deputies_pdf(request: ActorRequest, tenant_id: int, station_id: int) -> HttpResponse:
    """The codes of all deputies who serve at a station, six a page or a poster each."""
    station = _station(request.actor, station_id, tenant_id)
    deputies = _of_deputies(station)
    if not deputies:
        raise Http404
    return _paper(_layout(request), [_deputy_card(deputy) for deputy in deputies], is_demo=station.is_demo)
