"""The directory inside: people, organisations with their posts, stations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from renda.congress import actions, selectors
from renda.congress.forms import (
    HoldForm,
    InviteForm,
    PersonCreateForm,
    PersonEditForm,
    ReasonForm,
    StationForm,
)
from renda.congress.models import (
    SEPARATED_ADMINISTRATORS,
    Mandate,
    Person,
    Post,
    PostKind,
    WallCode,
)
from renda.congress.tables import OrganisationTable, PersonTable, StationTable, state_of
from renda.kernel import policy
from renda.kernel.errors import Forbidden, Invalid, NotFound
from renda.kernel.parties import Actor
from renda.kernel.parties.models import Holding
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.ui.forms import HouseForm
from renda.kernel.ui.http import ActorRequest, SeeOther, page


def one(rows: QuerySet[Any], pk: int) -> Any:
    """A row through its selector.

    Raises:
        NotFound: not for this actor.
    """
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def _look(actor: Actor) -> None:
    """The directory is for those who may look at people.

    Raises:
        Forbidden: nobody else.
    """
    if not any(policy.may(actor, name, None) for name in ("person.view", "holding.assign_administrator")):
        raise Forbidden("person.view")


@login_required
@require_safe
def people(request: ActorRequest) -> HttpResponse:
    """The accounts that exist for me."""
    _look(request.actor)
    rows = selectors.people_for(request.actor).select_related("party__tenant")
    may_create = policy.may(request.actor, "person.create", None)
    return page(request, "congress/people.html", {"table": PersonTable(request, rows), "may_create": may_create})


# Verb → the form that the press carries and the action it does.
_PERSON: dict[str, tuple[type[HouseForm], Any]] = {
    "edit": (PersonEditForm, actions.person_edit),
    "disable": (ReasonForm, actions.person_disable),
    "enable": (ReasonForm, actions.person_enable),
    "reveal": (ReasonForm, actions.person_reveal),
    "reset": (ReasonForm, actions.second_factor_reset),
    "invite": (InviteForm, actions.person_invite),
    "invite_administrator": (InviteForm, actions.administrator_invite),
}


def _person_context(request: ActorRequest, pk: int, forms: dict[str, HouseForm] | None = None) -> dict[str, object]:
    actor = request.actor
    person: Person = one(selectors.people_for(actor).select_related("party__tenant").defer(None), pk)
    administers = Holding.objects.filter(
        person_id=pk, post__post__kind__in=SEPARATED_ADMINISTRATORS, ends_on__isnull=True
    ).exists()
    shown = {
        verb: (forms or {}).get(verb) or form(initial=_initial(person) if verb == "edit" else None)
        for verb, (form, action) in _PERSON.items()
        if policy.may(actor, action.permission, person.tenant_id) and _fits(verb, person, administers=administers)
    }
    return {
        "person": person,
        "state": state_of(person),
        "holdings": Holding.objects.filter(person_id=pk).select_related("post").order_by("-starts_on", "-id"),
        "mandates": Mandate.objects.filter(person_id=pk).select_related("term", "district").order_by("-starts_on"),
        "presses": [(verb, _PERSON[verb][1].title, shown_form) for verb, shown_form in shown.items()],
    }


def _fits(verb: str, person: Person, *, administers: bool) -> bool:
    match verb:
        case "invite_administrator" | "reset":
            return administers or verb == "reset"
        case "disable":
            return person.party.is_active
        case "enable":
            return not person.party.is_active
        case _:
            return not administers


def _initial(person: Person) -> dict[str, object]:
    return {"name": person.name, "occupation": person.occupation, "expires_on": person.expires_on}


@login_required
@require_safe
def person_page(request: ActorRequest, pk: int) -> HttpResponse:
    """One person: account, posts, mandates, and what I may do."""
    return page(request, "congress/person.html", _person_context(request, pk))


@never_cache
@login_required
@require_POST
def person_act(request: ActorRequest, pk: int, verb: str) -> HttpResponse:
    """One press on a person's page; printed codes are shown on the answer and nowhere else."""
    kind, action = _PERSON[verb]
    form = kind(request.POST)
    if form.is_valid():
        given = form.given() if isinstance(form, PersonEditForm) else form.cleaned_data
        with form.catching():
            result = action(request.actor, pk, **given)
            if verb.startswith("invite"):
                return _code_sheet(request, pk, result)
            said = (
                f"手机号码：{result or '未登记'}（本次查看已记录）" if verb == "reveal" else f"{action.title}：已完成。"
            )
            messages.success(request, said)
            return SeeOther(reverse("congress:person.page", args=[pk]))
    with tenant_transaction(request.actor.tenants):
        return page(request, "congress/person.html", _person_context(request, pk, {verb: form}), form=form)


def _code_sheet(request: ActorRequest, pk: int, codes: list[str]) -> HttpResponse:
    with tenant_transaction(request.actor.tenants):
        person = one(selectors.people_for(request.actor), pk)
        shown = ["-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in codes]
        address = request.build_absolute_uri(reverse("account_login"))
        days = actions.sign_in.CODE_DAYS
        return render(
            request, "congress/code_sheet.html", {"person": person, "codes": shown, "address": address, "days": days}
        )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def person_create(request: ActorRequest) -> HttpResponse:
    """A new account, asleep."""
    actor = request.actor
    if not policy.may(actor, "person.create", None):
        raise Forbidden("person.create")
    form = PersonCreateForm(request.POST or None, congresses=selectors.congresses_for(actor).order_by("tenant_id"))
    if request.method == "POST" and form.is_valid():
        with form.catching():
            person = actions.person_create(actor, **form.cleaned_data)
            return SeeOther(reverse("congress:person.page", args=[person.pk]))
    return page(request, "congress/person_create.html", form=form, context={"form": form})


@login_required
@require_safe
def organisations(request: ActorRequest) -> HttpResponse:
    """The organisations of my congresses."""
    _look(request.actor)
    rows = selectors.organisations_for(request.actor).select_related("tenant")
    return page(request, "congress/organisations.html", {"table": OrganisationTable(request, rows)})


def _assigning(actor: Actor, post: Post) -> Any:
    """The action that fills a post, if this actor may; deputies are elected, not appointed."""
    if post.kind in SEPARATED_ADMINISTRATORS:
        action: Any = actions.administrator_assign
    elif post.kind == PostKind.DEPUTY:
        return None
    else:
        action = actions.holding_assign
    return action if policy.may(actor, action.permission, post.tenant_id) else None


def _organisation_context(
    request: ActorRequest, pk: int, forms: dict[int, HoldForm] | None = None
) -> dict[str, object]:
    organisation = one(selectors.organisations_for(request.actor).select_related("tenant", "parent"), pk)
    posts = list(selectors.posts_for(request.actor).filter(organisation=organisation).order_by("pk"))
    holders: dict[int, list[Holding]] = {}
    rows = Holding.objects.filter(post_id__in=[post.pk for post in posts if post.kind != PostKind.DEPUTY])
    for holding in rows.filter(ends_on__isnull=True).select_related("person").order_by("id"):
        holders.setdefault(holding.post_id, []).append(holding)
    lines = [
        {
            "post": post,
            "holders": holders.get(post.pk, []),
            "form": ((forms or {}).get(post.pk) or HoldForm(auto_id=f"id_{post.pk}_%s"))
            if (action := _assigning(request.actor, post))
            else None,
            "may_end": action is not None,
        }
        for post in posts
    ]
    return {"organisation": organisation, "lines": lines}


@login_required
@require_safe
def organisation_page(request: ActorRequest, pk: int) -> HttpResponse:
    """One organisation: its posts and who holds them."""
    _look(request.actor)
    return page(request, "congress/organisation.html", _organisation_context(request, pk))


@login_required
@require_POST
def post_assign(request: ActorRequest, pk: int) -> HttpResponse:
    """Somebody takes a post."""
    actor = request.actor
    with tenant_transaction(actor.tenants):
        post: Post = one(selectors.posts_for(actor), pk)
    action = actions.administrator_assign if post.kind in SEPARATED_ADMINISTRATORS else actions.holding_assign
    form = HoldForm(request.POST, auto_id=f"id_{pk}_%s")
    if form.is_valid():
        person = Person.objects.filter(user_name=form.cleaned_data["user_name"].strip()).first()
        with form.catching():
            if person is None:
                raise Invalid("holding.person", fields={"user_name": "没有这个用户名。"})
            action(actor, pk, person_id=person.party_id)
            messages.success(request, f"{person.name}已在“{post.title}”岗位。")
            return SeeOther(reverse("congress:organisation.page", args=[post.organisation_id]))
    with tenant_transaction(actor.tenants):
        shown = _organisation_context(request, post.organisation_id, {pk: form})
        return page(request, "congress/organisation.html", shown, form=form)


@login_required
@require_POST
def post_end(request: ActorRequest, pk: int) -> HttpResponse:
    """Somebody leaves a post."""
    actor = request.actor
    with tenant_transaction(actor.tenants):
        holding: Holding = one(selectors.holdings_for(actor), pk)
        post = Post.objects.get(pk=holding.post_id)
    action: Callable[..., Any] = (
        actions.administrator_end if post.kind in SEPARATED_ADMINISTRATORS else actions.holding_end
    )
    action(actor, pk)
    messages.success(request, "已免去岗位，岗位上的待办不变。")
    return SeeOther(reverse("congress:organisation.page", args=[post.organisation_id]))


@login_required
@require_safe
def stations(request: ActorRequest) -> HttpResponse:
    """The stations that exist for me."""
    rows = selectors.stations_for(request.actor).select_related("place")
    return page(request, "congress/stations.html", {"table": StationTable(request, rows)})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def station_page(request: ActorRequest, pk: int) -> HttpResponse:
    """One station: who serves, its code, and (for its office) its data to edit."""
    actor = request.actor
    with tenant_transaction(actor.tenants, durable=False):
        station = one(selectors.stations_for(actor).select_related("place", "manager__party"), pk)
        initial = {name: getattr(station, name) for name in StationForm.base_fields}
        shown = {
            "station": station,
            "deputies": [row.person for row in station.deputies.select_related("person__party").order_by("id")],
            "days": station.reception_days.select_related("person__party").order_by("day")[:12],
            "code": WallCode.objects.filter(station=station, is_active=True).first(),
            "may_edit": policy.may(actor, "station.edit", station.tenant_id),
        }
    form = StationForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with form.catching():
            actions.station_edit(actor, pk, **form.cleaned_data)
            messages.success(request, "已保存。")
            return SeeOther(reverse("congress:station.page", args=[pk]))
    return page(request, "congress/station.html", {**shown, "form": form}, form=form)
