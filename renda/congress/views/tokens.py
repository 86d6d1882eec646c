"""One's own access tokens: the list, a new one (shown once), revoking."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from renda.congress.actions.tokens import own_tokens, token_create, token_revoke
from renda.congress.forms import TokenForm
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.ui.http import ActorRequest, SeeOther, page


@login_required
@require_safe
def tokens(request: ActorRequest) -> HttpResponse:
    """The list and the form."""
    return page(request, "congress/tokens.html", {"tokens": own_tokens(request.actor), "form": TokenForm()})


@login_required
@never_cache
@require_POST
def create(request: ActorRequest) -> HttpResponse:
    """Make one; its text stands on this page only."""
    form = TokenForm(request.POST)
    made = None
    if form.is_valid():
        with form.catching():
            made = token_create(request.actor, **form.cleaned_data)
    with tenant_transaction(request.actor.tenants):
        shown = {"tokens": own_tokens(request.actor), "made": made, "form": TokenForm() if made else form}
        return page(request, "congress/tokens.html", shown, form=None if made else form)


@login_required
@require_POST
def revoke(request: ActorRequest, pk: int) -> HttpResponse:
    """One of mine opens nothing any more."""
    token_revoke(request.actor, pk)
    messages.success(request, "已撤销，使用它的程序从现在起不能再读取。")
    return SeeOther(reverse("congress:token.list"))
