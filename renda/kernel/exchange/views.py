"""What could not be registered, with its reason: to try again, or to destroy."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from renda.kernel import policy
from renda.kernel.errors import Forbidden
from renda.kernel.exchange.actions import exchange_drop, exchange_retry
from renda.kernel.exchange.forms import DropForm
from renda.kernel.exchange.policy import MEND
from renda.kernel.exchange.selectors import quarantined_for
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.ui.http import ActorRequest, SeeOther, page

_SHOWN = 100


@login_required
@require_safe
def quarantine(request: ActorRequest) -> HttpResponse:
    """The oldest first."""
    if not policy.may(request.actor, MEND, None):
        raise Forbidden(MEND)
    rows = quarantined_for(request.actor).defer("body").order_by("received_at")[:_SHOWN]
    return page(request, "exchange/list.html", {"found": [(row, DropForm(auto_id=f"id_%s_{row.pk}")) for row in rows]})


@login_required
@require_POST
def retry(request: ActorRequest, pk: int) -> HttpResponse:
    """It is handled once more, within a second."""
    exchange_retry(request.actor, pk)
    return SeeOther(reverse("exchange:exchange.list"))


@login_required
@require_POST
def drop(request: ActorRequest, pk: int) -> HttpResponse:
    """Its content is destroyed."""
    form = DropForm(request.POST)
    if form.is_valid():
        with form.catching():
            exchange_drop(request.actor, pk, **form.cleaned_data)
            return SeeOther(reverse("exchange:exchange.list"))
    with tenant_transaction(request.actor.tenants):
        package = get_object_or_404(quarantined_for(request.actor), pk=pk)
        return page(request, "exchange/drop.html", {"package": package}, form=form)
