"""People: the list, one person and what may be done, new accounts, sign-in slips."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from renda.congress import actions, identity, selectors
from renda.congress.actions import Issued, Revealed
from renda.congress.actions.identity import identity_assign
from renda.congress.forms import (
    DisableForm,
    EmailForm,
    IdentityForm,
    InviteForm,
    PersonCreateForm,
    PersonEditForm,
    ReasonForm,
)
from renda.congress.models import SEPARATED_ADMINISTRATORS, Mandate, Person
from renda.congress.tables import PersonTable, state_of
from renda.congress.views.pressing import Verb, filled, given_by, may_look, need, one, presses
from renda.kernel import policy
from renda.kernel.errors import Forbidden
from renda.kernel.parties import Actor
from renda.kernel.parties.models import Holding
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.ui.forms import HouseForm
from renda.kernel.ui.http import ActorRequest, SeeOther, page


@login_required
@require_safe
def people(request: ActorRequest) -> HttpResponse:
    """The accounts that exist for me."""
    may_look(request.actor)
    rows = selectors.people_for(request.actor).select_related("party__tenant")
    shown = {
        "table": PersonTable(request, rows),
        "may_create": policy.may(request.actor, "person.create", None),
        "may_invite": policy.may(request.actor, "person.invite", None),
    }
    return page(request, "congress/people.html", shown)


def _verbs(actor: Actor, person: Person) -> list[Verb]:
    """What may be done to an account in its state; each verb's permission is asked besides."""
    administers = Holding.objects.filter(
        person_id=person.party_id, post__post__kind__in=SEPARATED_ADMINISTRATORS, ends_on__isnull=True
    ).exists()
    people = selectors.people_for(actor)
    known = {"name": person.name, "occupation": person.occupation, "expires_on": person.expires_on}
    verbs = []
    if not administers:
        verbs += [
            Verb(actions.person_edit, partial(PersonEditForm, initial=known), "edit"),
            Verb(actions.person_invite, InviteForm, "key"),
            Verb(actions.person_reveal, ReasonForm, "eye"),
        ]
    else:
        verbs.append(Verb(actions.administrator_invite, InviteForm, "key"))
    if selectors.addressees_for(actor).filter(party_id=person.party_id).exists():
        verbs.append(Verb(actions.person_set_email, partial(EmailForm, initial=_own_email(actor, person)), "mail"))
    if person.party.is_active:
        verbs.append(Verb(actions.person_disable, partial(DisableForm, people=people), "ban"))
    else:
        verbs.append(Verb(actions.person_enable, ReasonForm, "circle-check"))
    verbs.append(Verb(actions.second_factor_reset, ReasonForm, "refresh"))
    if identity.is_on():
        verbs.append(Verb(identity_assign, IdentityForm, "link"))
    return verbs


def _own_email(actor: Actor, person: Person) -> dict[str, str]:
    """One's own address is shown to be changed; another's is only written over."""
    return {"email": person.email} if actor.party_id == person.party_id else {}


def _context(request: ActorRequest, pk: int, sent: dict[str, HouseForm] | None = None) -> dict[str, object]:
    actor = request.actor
    person = one(selectors.people_for(actor).select_related("party__tenant").defer(None), pk)
    mandates = Mandate.objects.filter(person_id=pk).select_related("term", "district").order_by("-starts_on")
    return {
        "person": person,
        "state": state_of(person),
        "holdings": Holding.objects.filter(person_id=pk).select_related("post").order_by("-starts_on", "-id"),
        "mandates": mandates,
        "presses": presses(actor, person.tenant_id, _verbs(actor, person), pk, sent),
        "may_look": policy.may(actor, "person.view", person.tenant_id),
    }


@login_required
@require_safe
def person_page(request: ActorRequest, pk: int) -> HttpResponse:
    """One person: account, posts, mandates, and what I may do."""
    return page(request, "congress/person.html", _context(request, pk))


# Forms of presses as they are sent, by the action's name.
_SENT: dict[str, tuple[Any, Any]] = {
    action.name: (action, form)
    for action, form in (
        (actions.person_edit, PersonEditForm),
        (actions.person_disable, DisableForm),
        (actions.person_enable, ReasonForm),
        (actions.person_reveal, ReasonForm),
        (actions.person_set_email, EmailForm),
        (actions.second_factor_reset, ReasonForm),
        (identity_assign, IdentityForm),
        (actions.person_invite, InviteForm),
        (actions.administrator_invite, InviteForm),
    )
}


@never_cache
@login_required
@require_POST
def person_act(request: ActorRequest, pk: int, name: str) -> HttpResponse:
    """One press on a person's page; printed codes are shown on the answer and nowhere else."""
    action, kind = _SENT[name]
    actor = request.actor
    more = {"people": selectors.people_for(actor)} if kind is DisableForm else {}
    form = filled(actor, lambda: kind(request.POST, **more))
    if form.is_valid():
        with form.catching():
            result = action(actor, pk, **given_by(form))
            if isinstance(result, Issued):
                return _code_sheet(request, result)
            messages.success(request, _said(result, action.title))
            own = "account" in request.POST
            return SeeOther(reverse("congress:account") if own else reverse("congress:person.page", args=[pk]))
    with tenant_transaction(actor.tenants):
        need(actor, action, one(selectors.people_for(actor), pk).tenant_id)
        return page(request, "congress/person.html", _context(request, pk, {name: form}), form=form)


def _said(result: object, title: str) -> str:
    if isinstance(result, Revealed):
        return f"手机号码：{result.phone or '未登记'}；电子邮件：{result.email or '未登记'}（本次查看已记录）"
    return f"{title}：已完成。"


def _code_sheet(request: ActorRequest, issued: Issued) -> HttpResponse:
    shown = {
        "person": issued.person,
        "codes": ["-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in issued.codes],
        "address": request.build_absolute_uri(reverse("account_login")),
        "until": issued.expires_at,
    }
    with tenant_transaction(request.actor.tenants):
        return render(request, "congress/code_sheet.html", shown)


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
            person = actions.person_create.once(request.POST.get("idempotency_key"))(actor, **form.cleaned_data)
            messages.success(request, "账号已建立。下一步：在“机构和岗位”中安排岗位，再发放登录码单。")
            return SeeOther(reverse("congress:person.page", args=[person.pk]))
    return page(request, "congress/person_create.html", form=form, context={"form": form})
