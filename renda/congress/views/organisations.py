"""Organisations with their posts, and who holds them."""

from __future__ import annotations

from functools import partial
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
    EndHoldingForm,
    HoldForm,
    OrganisationCloseForm,
    OrganisationCreateForm,
    OrganisationForm,
    PostCloseForm,
    PostCreateForm,
    PostForm,
)
from renda.congress.models import SEPARATED_ADMINISTRATORS, Congress, Organisation, Post, PostKind
from renda.congress.structure import ESSENTIAL
from renda.congress.tables import OrganisationTable
from renda.congress.views.pressing import Verb, chosen_congress, filled, given_by, may_look, need, one, presses
from renda.kernel import clock, policy
from renda.kernel.parties import Actor
from renda.kernel.parties.models import Holding
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.ui.forms import HouseForm
from renda.kernel.ui.http import ActorRequest, SeeOther, page


@login_required
@require_safe
def organisations(request: ActorRequest) -> HttpResponse:
    """The organisations of my congresses."""
    may_look(request.actor)
    rows = selectors.organisations_for(request.actor).select_related("tenant")
    may_create = policy.may(request.actor, "organisation.edit", None)
    return page(
        request, "congress/organisations.html", {"table": OrganisationTable(request, rows), "may_create": may_create}
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def organisation_create(request: ActorRequest) -> HttpResponse:
    """A new organisation, in a congress that is chosen first."""
    actor = request.actor
    with tenant_transaction(actor.tenants, durable=False):
        congress = chosen_congress(request, "organisation.edit")
        if not isinstance(congress, Congress):
            return congress
        parents = _open(actor, congress.tenant_id)
        form = OrganisationCreateForm(
            request.POST or None, congress=congress, parents=parents, places=places_of(congress.tenant_id)
        )
        valid = form.is_valid()
    if valid:
        with form.catching():
            action = actions.organisation_create.once(request.POST.get("idempotency_key"))
            made = action(actor, congress=congress, **form.cleaned_data)
            messages.success(request, "机构已建立，按类别设好了岗位。下一步：给岗位安排人员。")
            return SeeOther(reverse("congress:organisation.page", args=[made.pk]))
    return page(request, "congress/organisation_create.html", {"congress": congress}, form=form)


def _open(actor: Actor, tenant_id: int) -> QuerySet[Organisation]:
    return selectors.organisations_for(actor).filter(tenant_id=tenant_id, is_active=True).order_by("id")


_SAME = ("name", "short_name", "department", "parent", "is_vertical")


def _organisation_verbs(actor: Actor, organisation: Organisation) -> list[Verb]:
    if not organisation.is_active:
        return []
    others = _open(actor, organisation.tenant_id).exclude(pk=organisation.pk)
    known = {name: getattr(organisation, name) for name in _SAME}
    verbs = [
        Verb(actions.post_create, PostCreateForm, "plus"),
        Verb(actions.organisation_edit, partial(OrganisationForm, initial=known, parents=others), "edit"),
    ]
    if organisation.kind not in ESSENTIAL:
        heirs = others.filter(is_handler=True) if organisation.is_handler else others
        closing = "撤销后岗位和任职一并结束，没有办结的事项移交承接机构。"
        verbs.append(
            Verb(actions.organisation_close, partial(OrganisationCloseForm, successors=heirs), "ban", warning=closing)
        )
    return verbs


def _organisation_context(
    request: ActorRequest, pk: int, sent: dict[str, HouseForm] | None = None
) -> dict[str, object]:
    actor = request.actor
    rows = selectors.organisations_for(actor).select_related("tenant", "parent", "place", "merged_into")
    organisation = one(rows, pk)
    posts = list(selectors.posts_for(actor).filter(organisation=organisation).order_by("-party__is_active", "pk"))
    holders: dict[int, list[Holding]] = {}
    shown = [post.pk for post in posts if post.kind != PostKind.DEPUTY]
    for holding in _running(Holding.objects.filter(post_id__in=shown)).select_related("person").order_by("id"):
        holders.setdefault(holding.post_id, []).append(holding)
    return {
        "organisation": organisation,
        "lines": [(post, holders.get(post.pk, [])) for post in posts],
        "children": _open(actor, organisation.tenant_id).filter(parent=organisation),
        "presses": presses(actor, organisation.tenant_id, _organisation_verbs(actor, organisation), pk, sent),
    }


def _running(rows: QuerySet[Holding]) -> QuerySet[Holding]:
    """Those that are not over today, also those that begin later."""
    return rows.exclude(ends_on__lt=clock.today())


@login_required
@require_safe
def organisation_page(request: ActorRequest, pk: int) -> HttpResponse:
    """One organisation: its posts and who holds them."""
    may_look(request.actor)
    return page(request, "congress/organisation.html", _organisation_context(request, pk))


@login_required
@require_POST
def organisation_act(request: ActorRequest, pk: int, name: str) -> HttpResponse:
    """One press on an organisation's page."""
    actor = request.actor
    with tenant_transaction(actor.tenants):
        organisation = one(selectors.organisations_for(actor), pk)
        others = _open(actor, organisation.tenant_id).exclude(pk=pk)
    make: dict[str, tuple[Any, Any]] = {
        "organisation.edit": (actions.organisation_edit, lambda: OrganisationForm(request.POST, parents=others)),
        "organisation.close": (
            actions.organisation_close,
            lambda: OrganisationCloseForm(request.POST, successors=others),
        ),
        "post.create": (actions.post_create, lambda: PostCreateForm(request.POST)),
    }
    action, build = make[name]
    form = filled(actor, build)
    if form.is_valid():
        with form.catching():
            action(actor, pk, **form.cleaned_data)
            messages.success(request, f"{action.title}：已完成。")
            return SeeOther(reverse("congress:organisation.page", args=[pk]))
    need(actor, action, organisation.tenant_id)
    with tenant_transaction(actor.tenants):
        return page(request, "congress/organisation.html", _organisation_context(request, pk, {name: form}), form=form)


# --- one post -----------------------------------------------------------------------------------------------------------


def _assign(post: Post) -> Any:
    """The action that fills a post; deputies are elected, not appointed."""
    if post.kind in SEPARATED_ADMINISTRATORS:
        return actions.administrator_assign
    return None if post.kind == PostKind.DEPUTY else actions.holding_assign


def _post_verbs(actor: Actor, post: Post) -> list[Verb]:
    if not post.party.is_active or not post.organisation.is_active:
        return []
    verbs = []
    if (action := _assign(post)) is not None:
        form = partial(HoldForm, people=selectors.people_for(actor))
        verbs.append(Verb(action, form, "user-plus", primary=True))
    if post.kind not in (PostKind.DEPUTY, PostKind.STATION_MANAGER, *SEPARATED_ADMINISTRATORS):
        verbs += [
            Verb(actions.post_edit, partial(PostForm, initial={"title": post.title}), "edit"),
            Verb(actions.post_close, partial(PostCloseForm, successors=_other_posts(actor, post)), "ban"),
        ]
    return verbs


def _other_posts(actor: Actor, post: Post) -> QuerySet[Post]:
    rows = selectors.posts_for(actor).filter(organisation_id=post.organisation_id, party__is_active=True)
    return rows.exclude(pk=post.pk).exclude(kind__in=(PostKind.DEPUTY, PostKind.STATION_MANAGER)).order_by("pk")


def _post_context(request: ActorRequest, pk: int, sent: dict[str, HouseForm] | None = None) -> dict[str, object]:
    actor = request.actor
    post = one(selectors.posts_for(actor).select_related("organisation__tenant"), pk)
    rows = Holding.objects.filter(post_id=pk).select_related("person").order_by("-starts_on", "-id")
    action = _assign(post)
    may_end = action is not None and policy.may(actor, action.permission, post.tenant_id)
    return {
        "post": post,
        "holders": [] if post.kind == PostKind.DEPUTY else list(_running(rows)),
        "former": [] if post.kind == PostKind.DEPUTY else list(rows.filter(ends_on__lt=clock.today())[:20]),
        "end_form": EndHoldingForm() if may_end else None,
        "presses": presses(actor, post.tenant_id, _post_verbs(actor, post), pk, sent),
    }


@login_required
@require_safe
def post_page(request: ActorRequest, pk: int) -> HttpResponse:
    """One post: who holds it, who held it, and what I may do."""
    may_look(request.actor)
    return page(request, "congress/post.html", _post_context(request, pk))


@login_required
@require_POST
def post_act(request: ActorRequest, pk: int, name: str) -> HttpResponse:
    """One press on a post's page. Whether a post is the office's or the platform's to fill is the post's own affair."""
    actor = request.actor
    with tenant_transaction(actor.tenants):
        post = one(selectors.posts_for(actor), pk)
        hold = (
            _assign(post) or actions.holding_assign,
            lambda: HoldForm(request.POST, people=selectors.people_for(actor)),
        )
        make: dict[str, tuple[Any, Any]] = {
            "holding.assign": hold,
            "administrator.assign": hold,
            "post.edit": (actions.post_edit, lambda: PostForm(request.POST)),
            "post.close": (
                actions.post_close,
                lambda: PostCloseForm(request.POST, successors=_other_posts(actor, post)),
            ),
        }
    action, build = make[name]
    form = filled(actor, build)
    if form.is_valid():
        given = given_by(form)
        if "person" in given:
            given["person_id"] = given.pop("person").party_id
        if action is actions.administrator_assign:
            given.pop("starts_on")
        with form.catching():
            action(actor, pk, **given)
            messages.success(request, f"{action.title}：已完成。")
            return SeeOther(reverse("congress:post.page", args=[pk]))
    need(actor, action, post.tenant_id)
    with tenant_transaction(actor.tenants):
        sent = {action.name: form}
        return page(request, "congress/post.html", _post_context(request, pk, sent), form=form)


@login_required
@require_POST
def holding_end(request: ActorRequest, pk: int) -> HttpResponse:
    """Somebody leaves a post."""
    actor = request.actor
    with tenant_transaction(actor.tenants):
        holding = one(selectors.holdings_for(actor), pk)
        post = Post.objects.get(pk=holding.post_id)
    form = EndHoldingForm(request.POST)
    if form.is_valid():
        with form.catching():
            if post.kind in SEPARATED_ADMINISTRATORS:
                actions.administrator_end(actor, pk)
            else:
                actions.holding_end(actor, pk, on=form.cleaned_data["on"])
            messages.success(request, "已登记免去岗位，岗位上的待办不变。")
            return SeeOther(reverse("congress:post.page", args=[post.pk]))
    need(actor, _assign(post) or actions.holding_assign, post.tenant_id)
    with tenant_transaction(actor.tenants):
        shown = _post_context(request, post.pk) | {"end_form": form, "ending": pk}
        return page(request, "congress/post.html", shown, form=form)
