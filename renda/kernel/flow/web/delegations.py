"""The page of delegations: what I have lent, what is lent to me, and the form; the person is found by name first."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from renda.kernel import clock
from renda.kernel.errors import Forbidden
from renda.kernel.flow import delegating
from renda.kernel.flow.models import Delegation
from renda.kernel.flow.policy import DELEGATE
from renda.kernel.parties import Actor
from renda.kernel.parties.models import Holding, Party
from renda.kernel.privacy.api import clean_text
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.ui.forms import DayInput, HouseForm
from renda.kernel.ui.http import ActorRequest, SeeOther, page
from renda.kernel.ui.shapes import State

MOST = 20  # people shown for a name
LATEST = 50  # delegations shown


class DelegationForm(HouseForm):
    """To whom, which work, from when until when."""

    from_party = forms.TypedChoiceField(coerce=int, widget=forms.HiddenInput)
    to_person = forms.TypedChoiceField(
        label="受托人", coerce=int, widget=forms.RadioSelect, error_messages={"required": "请选择受托人。"}
    )
    flow_key = forms.ChoiceField(label="哪类事项", required=False)
    starts_on = forms.DateField(label="开始日期", widget=DayInput)
    ends_on = forms.DateField(label="结束日期", widget=DayInput, help_text="当天仍然有效。")

    def offer(self, *, lendable: list[int], people: dict[int, str], flows: dict[str, str]) -> None:
        """Set what can be chosen."""
        choices: tuple[tuple[str, list[tuple[Any, str]]], ...] = (
            ("from_party", [(party, "") for party in lendable]),
            ("to_person", list(people.items())),
            ("flow_key", [("", "全部事项"), *flows.items()]),
        )
        for name, found in choices:
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = found


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _people(actor: Actor, party_id: int, name: str) -> dict[int, str]:
    """Those whose name has these characters, each with the posts held today."""
    if not name:
        return {}
    found = list(delegating.delegates_for(actor, party_id).filter(name__icontains=name)[:MOST])
    held = Holding.on(clock.today()).filter(person__in=found, post__is_active=True)
    posts: defaultdict[int, list[str]] = defaultdict(list)
    for person, post in held.order_by("id").values_list("person_id", "post__name"):
        posts[person].append(post)
    return {person.id: f"{person.name}（{'、'.join(posts[person.id])}）" for person in found}


def _state(row: Delegation) -> State:
    today = clock.today()
    if row.ends_on < today:
        return State("已结束", "quiet")
    return State("未开始", "quiet") if row.starts_on > today else State("有效", "ok")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delegations(request: ActorRequest) -> HttpResponse:
    """Both lists and the form."""
    actor, given = request.actor, request.POST or request.GET
    with tenant_transaction(actor.tenants, durable=False):
        form, shown = _shown(actor, given, bound=request.method == "POST")
    if form is None and request.method == "POST":
        raise Forbidden(DELEGATE)
    if form is not None and form.is_bound and form.is_valid():
        with form.catching():
            press = delegating.flow_delegate.once(request.POST.get("idempotency_key"))
            press(actor, **form.cleaned_data)
            messages.success(request, "委托已登记，对方会收到通知。")
            return SeeOther(reverse("flow:flow.delegate"))
    if form is None:
        return page(request, "flow/delegations.html", shown)
    return page(request, "flow/delegations.html", shown, form=form)


def _shown(actor: Actor, given: Any, *, bound: bool) -> tuple[DelegationForm | None, dict[str, Any]]:
    lendable = list(delegating.lendable(actor))
    lists = {}
    for name, rows in (("given", delegating.given_by(actor)), ("received", delegating.received_by(actor))):
        latest = rows.select_related("from_party", "to_party").order_by("-ends_on", "-id")[:LATEST]
        lists[name] = list(latest)
    flows, today = delegating.flows_for(actor), clock.today()
    shown: dict[str, Any] = {
        name: [
            (row, _state(row), flows.get(row.flow_key, row.flow_key) or "全部事项", row.ends_on >= today)
            for row in rows
        ]
        for name, rows in lists.items()
    }
    if not lendable:
        return None, shown
    chosen = _whole(given.get("from_party", ""))
    party = chosen if chosen in lendable else lendable[0]
    name = clean_text(given.get("name", ""), one_line=True)[:30]
    people = _people(actor, party, name)
    form = DelegationForm(
        given if bound else None, initial={"from_party": party, "starts_on": clock.today(), "ends_on": clock.today()}
    )
    form.offer(lendable=lendable, people=people, flows=flows)
    names = dict(Party.objects.filter(id__in=lendable).values_list("id", "name"))
    mine = [(one, f"本人（{names[one]}）" if one == actor.party_id else names[one]) for one in lendable]
    return form, shown | {"mine": mine, "party": party, "name": name, "people": people}


@login_required
@require_POST
def revoke(request: ActorRequest, pk: int) -> HttpResponse:
    """Take one back."""
    delegating.flow_revoke_delegation(request.actor, pk)
    messages.success(request, "委托已收回。")
    return SeeOther(reverse("flow:flow.delegate"))
