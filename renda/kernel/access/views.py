"""The page of emergency access: what I have open, and the form that opens more."""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from renda.kernel import clock, policy
from renda.kernel.access import api
from renda.kernel.access.actions import access_close, access_open
from renda.kernel.access.models import EmergencyAccess
from renda.kernel.errors import Forbidden
from renda.kernel.policy.registry import PERMISSIONS
from renda.kernel.tenancy.models import Tenant
from renda.kernel.ui.forms import HouseForm
from renda.kernel.ui.http import ActorRequest, SeeOther, page


class OpenForm(HouseForm):
    """Which right, where, and why."""

    permission = forms.ChoiceField(label="权限")
    tenant_id = forms.TypedChoiceField(label="在哪一级人大", coerce=int)
    reason = forms.CharField(
        label="理由", max_length=300, widget=forms.Textarea({"rows": 3}), help_text="审计管理员会查阅。"
    )

    def set_choices(self, tenants: dict[int, str]) -> None:
        """Offer what can be opened, where the actor may open it."""
        named = [(name, f"{PERMISSIONS[name]}（{minutes} 分钟）") for name, minutes in api.openable().items()]
        for field, choices in (("permission", named), ("tenant_id", list(tenants.items()))):
            found = self.fields[field]
            assert isinstance(found, forms.ChoiceField)
            found.choices = choices


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
    mine = EmergencyAccess.objects.filter(person_id=actor.party_id).order_by("-opened_at")[:20]
    all_of_them = EmergencyAccess.objects.filter(tenant_id__in=reviewed).select_related("person", "tenant")
    shown = {
        "mine": [(row, PERMISSIONS.get(row.permission, ""), row.ends_at > clock.now()) for row in mine],
        "reviewed": [(row, PERMISSIONS.get(row.permission, "")) for row in all_of_them.order_by("-opened_at")[:100]],
        "may_review": bool(reviewed),
    }
    if form is None:
        return page(request, "access/access.html", shown)
    return page(request, "access/access.html", shown, form=form)


@login_required
@require_POST
def close(request: ActorRequest, pk: int) -> HttpResponse:
    """End one before its time."""
    access_close(request.actor, pk)
    return SeeOther(reverse("access:access.open"))
