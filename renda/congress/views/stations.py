"""Stations: the list, one station, who serves there, reception days."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from renda.congress import actions, selectors
from renda.congress.assigning import places_of
from renda.congress.forms import (
    HoldForm,
    ReasonForm,
    ReceptionCancelForm,
    ReceptionForm,
    ServeForm,
    StationCloseForm,
    StationCreateForm,
    StationForm,
)
from renda.congress.models import Congress, Person, ReceptionDay, Station, WallCode
from renda.congress.tables import StationTable
from renda.congress.views.pressing import Verb, chosen_congress, filled, given_by, need, one, presses
from renda.kernel import clock, policy
from renda.kernel.errors import Forbidden
from renda.kernel.parties import Actor
from renda.kernel.parties.models import Holding
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.ui.forms import HouseForm
from renda.kernel.ui.http import ActorRequest, SeeOther, page


@login_required
@require_safe
def stations(request: ActorRequest) -> HttpResponse:
    """The stations that exist for me."""
    rows = selectors.stations_for(request.actor).select_related("place")
    may_create = policy.may(request.actor, "station.edit", None)
    return page(request, "congress/stations.html", {"table": StationTable(request, rows), "may_create": may_create})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def station_create(request: ActorRequest) -> HttpResponse:
    """A new station, in a congress that is chosen first."""
    actor = request.actor
    with tenant_transaction(actor.tenants, durable=False):
        congress = chosen_congress(request, "station.edit")
        if not isinstance(congress, Congress):
            return congress
        form = StationCreateForm(request.POST or None, places=places_of(congress.tenant_id).select_related("parent"))
        valid = form.is_valid()
    if valid:
        with form.catching():
            action = actions.station_create.once(request.POST.get("idempotency_key"))
            made = action(actor, congress=congress, **form.cleaned_data)
            messages.success(request, "联络站已建立，二维码已生成。下一步：安排管理员和进站代表。")
            return SeeOther(reverse("congress:station.page", args=[made.pk]))
    return page(request, "congress/station_create.html", {"congress": congress}, form=form)


def _station(actor: Actor, pk: int) -> Station:
    rows = selectors.stations_for(actor).select_related(
        "place", "merged_into", "manager__party", "manager__organisation"
    )
    return one(rows, pk)


_SAME = ("name", "place", "address", "opening", "latitude", "longitude")


def _verbs(actor: Actor, station: Station) -> list[Verb]:
    places = places_of(station.tenant_id).select_related("parent")
    if not station.is_active:
        return [Verb(actions.station_reopen, ReasonForm, "rotate-clockwise")]
    known = {name: getattr(station, name) for name in _SAME}
    closing = "关闭后群众不能再选这个站留言，已经公布的接待日同时取消。"
    return [
        Verb(actions.station_edit, partial(StationForm, initial=known, places=places), "edit"),
        Verb(
            actions.station_close,
            partial(StationCloseForm, successors=_others(actor, station)),
            "ban",
            warning=closing,
        ),
    ]


def _others(actor: Actor, station: Station) -> QuerySet[Station]:
    rows = selectors.stations_for(actor).filter(tenant_id=station.tenant_id, is_active=True)
    return rows.exclude(pk=station.pk).order_by("name")


def _context(request: ActorRequest, pk: int, sent: dict[str, HouseForm] | None = None) -> dict[str, object]:
    actor = request.actor
    station = _station(actor, pk)
    serving = Person.objects.filter(stations__station=station).order_by("pinyin", "party_id")
    in_office = set(selectors.deputies_to_serve(station).values_list("party_id", flat=True))
    days = ReceptionDay.objects.filter(station=station, day__gte=clock.today()).select_related("person__party")
    may_keep = selectors.stations_kept_for(actor).filter(pk=pk).exists()
    holders = Holding.objects.filter(post_id=station.manager_id).exclude(ends_on__lt=clock.today())
    return {
        "station": station,
        "deputies": [(person, person.party_id in in_office) for person in serving],
        "days": [
            (day, list(rows)) for day, rows in groupby(days.order_by("day", "starts_at", "id"), lambda row: row.day)
        ],
        "code": WallCode.objects.filter(station=station, is_active=True).first(),
        "managers": holders.select_related("person").order_by("id") if station.manager_id else [],
        "may_edit": policy.may(actor, "station.edit", station.tenant_id),
        "may_appoint": policy.may(actor, "holding.assign", station.tenant_id),
        "may_arrange": may_keep and station.is_active and policy.may(actor, "reception.arrange", station.tenant_id),
        "presses": presses(actor, station.tenant_id, _verbs(actor, station), pk, sent),
    }


@login_required
@require_safe
def station_page(request: ActorRequest, pk: int) -> HttpResponse:
    """One station: who serves, when, its code, its manager, and what I may do."""
    return page(request, "congress/station.html", _context(request, pk))


@login_required
@require_POST
def station_act(request: ActorRequest, pk: int, name: str) -> HttpResponse:
    """One press on a station's page."""
    actor = request.actor
    with tenant_transaction(actor.tenants):
        station = _station(actor, pk)
    places = places_of(station.tenant_id).select_related("parent")
    make: dict[str, tuple[Any, Any]] = {
        "station.edit": (actions.station_edit, lambda: StationForm(request.POST, places=places)),
        "station.close": (
            actions.station_close,
            lambda: StationCloseForm(request.POST, successors=_others(actor, station)),
        ),
        "station.reopen": (actions.station_reopen, lambda: ReasonForm(request.POST)),
    }
    action, build = make[name]
    form = filled(actor, build)
    if form.is_valid():
        with form.catching():
            action(actor, pk, **form.cleaned_data)
            messages.success(request, f"{action.title}：已完成。")
            return SeeOther(reverse("congress:station.page", args=[pk]))
    need(actor, action, station.tenant_id)
    with tenant_transaction(actor.tenants):
        return page(request, "congress/station.html", _context(request, pk, {name: form}), form=form)


# --- who serves ---------------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def station_serve(request: ActorRequest, pk: int) -> HttpResponse:
    """Tick who serves at the station."""
    actor = request.actor
    with tenant_transaction(actor.tenants, durable=False):
        station = _station(actor, pk)
        if not policy.may(actor, "station.edit", station.tenant_id):
            raise Forbidden("station.edit")
        serving = list(station.deputies.values_list("person_id", flat=True))
        form = ServeForm(
            request.POST or None,
            initial={"people": serving},
            near=selectors.deputies_near(station),
            everybody=selectors.deputies_to_serve(station),
        )
        valid = form.is_valid()
    if valid:
        with form.catching():
            actions.station_serve(actor, pk, **form.given())
            messages.success(request, "进站代表已安排。")
            return SeeOther(reverse("congress:station.page", args=[pk]))
    return page(request, "congress/station_serve.html", {"station": station}, form=form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def station_appoint(request: ActorRequest, pk: int) -> HttpResponse:
    """Who manages the station: somebody takes the manager's post."""
    actor = request.actor
    with tenant_transaction(actor.tenants, durable=False):
        station = _station(actor, pk)
        if station.manager_id is None or not policy.may(actor, "holding.assign", station.tenant_id):
            raise Forbidden("holding.assign")
        form = HoldForm(request.POST or None, people=selectors.people_for(actor))
        valid = form.is_valid()
    if valid:
        with form.catching():
            given = form.cleaned_data
            actions.holding_assign(
                actor, station.manager_id, person_id=given["person"].party_id, starts_on=given["starts_on"]
            )
            messages.success(request, f"{given['person'].name}已安排为联络站管理员。")
            return SeeOther(reverse("congress:station.page", args=[pk]))
    return page(request, "congress/station_appoint.html", {"station": station}, form=form)


# --- reception days -------------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reception_arrange(request: ActorRequest, pk: int) -> HttpResponse:
    """Who receives at the station when, once or every month."""
    actor = request.actor
    with tenant_transaction(actor.tenants, durable=False):
        station = one(selectors.stations_kept_for(actor).select_related("place"), pk)
        if not policy.may(actor, "reception.arrange", station.tenant_id):
            raise Forbidden("reception.arrange")
        serving = Person.objects.filter(stations__station=station, party__is_active=True)
        serving = serving.filter(party_id__in=selectors.deputies_to_serve(station).values("party_id"))
        form = ReceptionForm(request.POST or None, serving=serving.order_by("pinyin", "party_id"))
        valid, nobody = form.is_valid(), not serving.exists()
    if valid:
        with form.catching():
            rows = actions.reception_arrange(actor, pk, **given_by(form))
            messages.success(request, f"已安排 {len(rows)} 人次，已通知接待代表。")
            return SeeOther(reverse("congress:station.page", args=[pk]))
    return page(request, "congress/reception_arrange.html", {"station": station, "nobody": nobody}, form=form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reception_cancel(request: ActorRequest, pk: int) -> HttpResponse:
    """A deputy does not receive on an announced day, and why."""
    actor = request.actor
    with tenant_transaction(actor.tenants, durable=False):
        day = one(selectors.reception_days_for(actor), pk)
        if not policy.may(actor, "reception.arrange", day.tenant_id):
            raise Forbidden("reception.arrange")
    form = ReceptionCancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.catching():
            actions.reception_cancel(actor, pk, **form.cleaned_data)
            messages.success(request, "已取消，群众在网页上能看到原因，代表已收到通知。")
            return SeeOther(reverse("congress:station.page", args=[day.station_id]))
    return page(request, "congress/reception_cancel.html", {"day": day}, form=form)
