"""What was held back, for whoever decides: name, size, source and time, never what it says."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from renda.kernel import policy
from renda.kernel.errors import Forbidden
from renda.kernel.secrecy.actions import secrecy_destroy, secrecy_release
from renda.kernel.secrecy.forms import DecisionForm
from renda.kernel.secrecy.policy import DECIDE
from renda.kernel.secrecy.selectors import holdings_for
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.ui.http import ActorRequest, SeeOther, page

_ACTIONS = {"release": secrecy_release, "destroy": secrecy_destroy}
_RECENT = 100


@login_required
@require_safe
def holding_list(request: ActorRequest) -> HttpResponse:
    """What waits for a decision, then what was decided."""
    if not policy.may(request.actor, DECIDE, None):
        raise Forbidden(DECIDE)
    return page(request, "secrecy/list.html", _shown(request))


def _shown(request: ActorRequest) -> dict[str, object]:
    rows = holdings_for(request.actor).select_related("tenant", "party", "decided_by")
    waiting = [
        (row, DecisionForm(auto_id=f"id_%s_{row.pk}"))
        for row in rows.filter(decision="").order_by("-held_at")[:_RECENT]
    ]
    return {"waiting": waiting, "decided": rows.exclude(decision="").order_by("-decided_at")[:_RECENT]}


@login_required
@require_POST
def decide(request: ActorRequest, pk: int, verb: str) -> HttpResponse:
    """Release it, or destroy it."""
    form = DecisionForm(request.POST)
    if form.is_valid():
        with form.catching():
            _ACTIONS[verb](request.actor, pk, **form.cleaned_data)
            return SeeOther(reverse("secrecy:secrecy.list"))
    with tenant_transaction(request.actor.tenants):
        holding = get_object_or_404(holdings_for(request.actor), pk=pk)
        return page(request, "secrecy/decide.html", {"holding": holding, "verb": verb}, form=form)
