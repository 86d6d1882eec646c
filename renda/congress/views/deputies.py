"""Deputies and their mandates, by-elections, electoral districts."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from renda.congress import actions, selectors
from renda.congress.assigning import places_of
from renda.congress.forms import (
    DistrictCreateForm,
    DistrictEditForm,
    MandateBeginForm,
    MandateEditForm,
    MandateEndForm,
    MandateRestoreForm,
    MandateSuspendForm,
)
from renda.congress.grounds import GROUNDS
from renda.congress.models import Congress, ElectoralDistrict, Mandate, Person, Place, WallCode
from renda.congress.tables import DistrictTable, MandateTable, mandate_state
from renda.congress.views.pressing import Verb, chosen_congress, filled, given_by, may_look, need, one, presses
from renda.kernel import policy
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.ui.forms import HouseForm
from renda.kernel.ui.http import ActorRequest, SeeOther, page


@login_required
@require_safe
def mandates(request: ActorRequest) -> HttpResponseBase:
    """The deputies of my congresses."""
    actor = request.actor
    may_look(actor)
    rows = selectors.mandates_for(actor).select_related("tenant", "delegation")
    table = MandateTable(request, rows)
    if table.wants_export:
        return table.download(actor, "人大代表")
    names = ("mandate.begin", "roster.import", "district.edit", "person.invite")
    may = {name.replace(".", "_"): policy.may(actor, name, None) for name in names}
    return page(request, "congress/mandates.html", {"table": table, "may": may})


def _others(mandate: Mandate) -> QuerySet[Person]:
    """Deputies who may go on with what is open."""
    running = Mandate.objects.filter(
        tenant_id=mandate.tenant_id, status=Mandate.Status.ACTIVE, ends_on__isnull=True
    ).exclude(person_id=mandate.person_id)
    return Person.objects.filter(party_id__in=running.values("person_id"))


def _districts(mandate: Mandate) -> QuerySet[ElectoralDistrict]:
    return ElectoralDistrict.objects.filter(tenant_id=mandate.tenant_id, level=mandate.level).order_by("number")


def _initial(mandate: Mandate) -> dict[str, object]:
    return {
        "district": mandate.district_id,
        "delegation": mandate.delegation.name if mandate.delegation else "",
        "group": mandate.group.name if mandate.group else "",
        "reference_number": mandate.reference_number,
        "is_public": mandate.is_public,
    }


def _verbs(mandate: Mandate) -> list[Verb]:
    """What may be done to a mandate in its state."""
    if mandate.ends_on is not None:
        return []
    others = _others(mandate)
    ending = "登记后，代表岗位和由代表担任的职务、已公布的接待日同时结束。"
    edit = partial(MandateEditForm, initial=_initial(mandate), districts=_districts(mandate))
    verbs = [Verb(actions.mandate_edit, edit, "edit")]
    if mandate.status == Mandate.Status.FROZEN:
        verbs.append(Verb(actions.mandate_restore, MandateRestoreForm, "rotate-clockwise"))
    elif mandate.managed_by_id is not None:
        suspend = partial(MandateSuspendForm, deputies=others)
        verbs.append(Verb(actions.mandate_suspend, suspend, "player-pause"))
    end = partial(MandateEndForm, mandate=mandate, deputies=others)
    verbs.append(Verb(actions.mandate_end, end, "ban", warning=ending))
    return verbs


def _mandate(actor: Actor, pk: int) -> Mandate:
    return one(selectors.mandates_for(actor).select_related("delegation", "group", "tenant"), pk)


def _context(request: ActorRequest, pk: int, sent: dict[str, HouseForm] | None = None) -> dict[str, object]:
    actor = request.actor
    mandate = _mandate(actor, pk)
    changes = mandate.changes.select_related("recorded_by").order_by("-day", "-recorded_at")
    return {
        "mandate": mandate,
        "state": mandate_state(mandate),
        "changes": [(change, GROUNDS.get(change.ground)) for change in changes],
        "code": WallCode.objects.filter(person_id=mandate.person_id, is_active=True).first(),
        "stations": mandate.person.stations.filter(station__is_active=True).select_related("station").order_by("id"),
        "presses": presses(actor, mandate.tenant_id, _verbs(mandate), pk, sent),
    }


@login_required
@require_safe
def mandate_page(request: ActorRequest, pk: int) -> HttpResponse:
    """One mandate: where it is from, how it went on, and what I may do."""
    may_look(request.actor)
    return page(request, "congress/mandate.html", _context(request, pk))


@login_required
@require_POST
def mandate_act(request: ActorRequest, pk: int, name: str) -> HttpResponse:
    """One press on a mandate's page."""
    actor = request.actor
    with tenant_transaction(actor.tenants):
        mandate = _mandate(actor, pk)
    sent = request.POST
    make: dict[str, tuple[Any, Any]] = {
        "mandate.edit": (actions.mandate_edit, lambda: MandateEditForm(sent, districts=_districts(mandate))),
        "mandate.suspend": (actions.mandate_suspend, lambda: MandateSuspendForm(sent, deputies=_others(mandate))),
        "mandate.restore": (actions.mandate_restore, lambda: MandateRestoreForm(sent)),
        "mandate.end": (
            actions.mandate_end,
            lambda: MandateEndForm(sent, mandate=mandate, deputies=_others(mandate)),
        ),
    }
    action, build = make[name]
    form = filled(actor, build)
    if form.is_valid():
        with form.catching():
            action(actor, pk, **given_by(form))
            messages.success(request, f"{action.title}：已登记。")
            return SeeOther(reverse("congress:mandate.page", args=[pk]))
    need(actor, action, mandate.tenant_id)
    with tenant_transaction(actor.tenants):
        return page(request, "congress/mandate.html", _context(request, pk, {name: form}), form=form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def mandate_begin(request: ActorRequest) -> HttpResponse:
    """One deputy more, in a congress that is chosen first."""
    actor = request.actor
    with tenant_transaction(actor.tenants, durable=False):
        congress = chosen_congress(request, "mandate.begin")
        if not isinstance(congress, Congress):
            return congress
        districts = selectors.districts_for(actor).filter(tenant_id=congress.tenant_id, level=congress.level)
        form = MandateBeginForm(
            request.POST or None,
            congress=congress,
            districts=districts.filter(is_active=True).order_by("number"),
            people=selectors.people_for(actor),
        )
        valid = form.is_valid()
    if valid:
        with form.catching():
            action = actions.mandate_begin.once(request.POST.get("idempotency_key"))
            made = action(actor, congress=congress, **form.given())
            messages.success(request, "已登记。新账号请到人员页面发放登录码。")
            return SeeOther(reverse("congress:mandate.page", args=[made.pk]))
    return page(request, "congress/mandate_begin.html", {"congress": congress}, form=form)


# --- districts ------------------------------------------------------------------------------------------------------------


@login_required
@require_safe
def districts(request: ActorRequest) -> HttpResponse:
    """The districts of my congresses, with how many deputies sit for each and how many places it covers."""
    may_look(request.actor)
    rows = selectors.districts_for(request.actor).select_related("tenant")
    running = Q(mandates__ends_on__isnull=True)
    rows = rows.annotate(
        seated=Count("mandates", filter=running, distinct=True), covered=Count("coverage", distinct=True)
    )
    may_edit = policy.may(request.actor, "district.edit", None)
    return page(request, "congress/districts.html", {"table": DistrictTable(request, rows), "may_edit": may_edit})


def _places(tenant_id: int) -> QuerySet[Place]:
    return places_of(tenant_id).select_related("parent")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def district_create(request: ActorRequest) -> HttpResponse:
    """A new district, in a congress that is chosen first."""
    actor = request.actor
    with tenant_transaction(actor.tenants, durable=False):
        congress = chosen_congress(request, "district.edit")
        if not isinstance(congress, Congress):
            return congress
        form = DistrictCreateForm(request.POST or None, places=_places(congress.tenant_id))
        valid = form.is_valid()
    if valid:
        with form.catching():
            action = actions.district_create.once(request.POST.get("idempotency_key"))
            made = action(actor, congress=congress, **_with_places(form))
            messages.success(request, "选区已建立。")
            return SeeOther(reverse("congress:district.page", args=[made.pk]))
    return page(request, "congress/district_create.html", {"congress": congress}, form=form)


def _with_places(form: HouseForm) -> dict[str, Any]:
    return {**form.cleaned_data, "places": list(form.cleaned_data["places"])}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def district_page(request: ActorRequest, pk: int) -> HttpResponse:
    """One district: who sits for it, what it covers, its code, and (for the office) its data to edit."""
    actor = request.actor
    may_look(actor)
    with tenant_transaction(actor.tenants, durable=False):
        district = one(selectors.districts_for(actor).select_related("tenant"), pk)
        covered = list(district.coverage.values_list("place_id", flat=True))
        may_edit = policy.may(actor, "district.edit", district.tenant_id)
        form = DistrictEditForm(
            request.POST or None,
            initial={"name": district.name, "is_active": district.is_active, "places": covered},
            places=_places(district.tenant_id),
        )
        valid = form.is_valid()
        shown = {
            "district": district,
            "mandates": district.mandates.filter(ends_on__isnull=True).select_related("person__party").order_by("id"),
            "places": _places(district.tenant_id).filter(pk__in=covered),
            "code": WallCode.objects.filter(district=district, is_active=True).first(),
            "may_edit": may_edit,
        }
        shown = {name: list(value) if isinstance(value, QuerySet) else value for name, value in shown.items()}
    if valid:
        with form.catching():
            actions.district_edit(actor, pk, **_with_places(form))
            messages.success(request, "已保存。")
            return SeeOther(reverse("congress:district.page", args=[pk]))
    return page(request, "congress/district.html", shown, form=form)
