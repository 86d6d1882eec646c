"""The page of emergency access: what I have open, and the form that opens more."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from renda.kernel import clock, policy
from renda.kernel.access import api
from renda.kernel.access.actions import access_close, access_open
from renda.kernel.access.models import EmergencyAccess
from renda.kernel.actions.api import ACTIONS
from renda.kernel.audit.models import AuditEntry
from renda.kernel.errors import Forbidden
from renda.kernel.policy.registry import PERMISSIONS
from renda.kernel.tenancy.models import Tenant
from renda.kernel.ui.forms import HouseForm
from renda.kernel.ui.http import ActorRequest, SeeOther, page, scope_of

# So many openings are listed of one's own and for review, and so many acts of theirs.
MINE, REVIEWED, ACTS = 20, 100, 1000


class OpenForm(HouseForm):
    """Which right, where, and why."""

    permission = forms.ChoiceField(label="权限")
    tenant_id = forms.TypedChoiceField(label="在哪一级人大", coerce=int)
    reason = forms.CharField(
        label="理由", max_length=300, widget=forms.Textarea({"rows": 3}), help_text="审计管理员会查阅。"
    )

    def set_choices(self, tenants: dict[int, str]) -> None:
        """Offer what can be opened, where the actor may open it."""
        named = [(name, f"{PERMISSIONS[name]}（{one.minutes} 分钟）") for name, one in api.openable().items()]
        for field, choices in (("permission", named), ("tenant_id", list(tenants.items()))):
            found = self.fields[field]
            assert isinstance(found, forms.ChoiceField)
            found.choices = choices


def _latest(rows: QuerySet[EmergencyAccess], most: int) -> list[EmergencyAccess]:
    return list(rows.select_related("person", "tenant").order_by("-opened_at")[:most])


def _row(one: EmergencyAccess) -> dict[str, Any]:
    """An opening with the right's title; while it is open, where it is used."""
    right, is_open = api.openable().get(one.permission), one.ends_at > clock.now()
    url = right.url if right is not None and is_open else ""
    return {"access": one, "title": PERMISSIONS.get(one.permission, ""), "is_open": is_open, "url": url}


def _reviewed(tenants: frozenset[int]) -> list[dict[str, Any]]:
    """The openings in these tenants, each with what was done by it: the acts that ask for the right, while it was open."""
    rows = _latest(EmergencyAccess.objects.filter(tenant_id__in=tenants), REVIEWED)
    asking = {name: action for name, action in ACTIONS.items() if action.permission in api.openable()}
    entries = AuditEntry.objects.filter(
        action__in=asking,
        outcome=AuditEntry.Outcome.DONE,
        actor_id__in={one.person_id for one in rows},
        tenant_id__in={one.tenant_id for one in rows},
        occurred_at__gte=min((one.opened_at for one in rows), default=clock.now()),
    ).order_by("occurred_at")
    done = [
        (entry, asking[entry.action].title, json.loads(entry.payload).get("reason", "")) for entry in entries[:ACTS]
    ]
    return [
        {
            **_row(one),
            "acts": [
                (entry.occurred_at, title, why)
                for entry, title, why in done
                if (entry.actor_id, entry.tenant_id) == (one.person_id, one.tenant_id)
                and asking[entry.action].permission == one.permission
                and one.opened_at <= entry.occurred_at <= one.ends_at
            ],
        }
        for one in rows
    ]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def access(request: ActorRequest) -> HttpResponse:
    """What is open, what was, and the form."""
    actor = request.actor
    where = policy.tenants_where(actor, api.OPEN)
    reviewed = policy.tenants_where(actor, api.REVIEW)
    if not where and not reviewed:
        raise Forbidden(api.OPEN)
    form = None
    if where:
        form = OpenForm(request.POST or None)
        form.set_choices(dict(Tenant.objects.filter(id__in=where).values_list("id", "name")))
        if request.method == "POST" and form.is_valid():
            with form.catching():
                access_open.once(request.POST.get("idempotency_key"))(actor, **form.cleaned_data)
                return SeeOther(reverse("access:access.open"))
    with scope_of(request):
        shown = {
            "mine": [_row(one) for one in _latest(EmergencyAccess.objects.filter(person_id=actor.party_id), MINE)],
            "reviewed": _reviewed(reviewed),
            "may_review": bool(reviewed),
        }
        return page(request, "access/access.html", shown, form=form)


@login_required
@require_POST
def close(request: ActorRequest, pk: int) -> HttpResponse:
    """End one before its time."""
    access_close(request.actor, pk)
    return SeeOther(reverse("access:access.open"))
