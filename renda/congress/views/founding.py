"""The congresses of this site: what there is, new ones below, the term that is running."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import OuterRef, Subquery
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from renda.congress import actions, selectors
from renda.congress.actors import actor_for
from renda.congress.forms import FoundForm, TermForm
from renda.congress.models import Congress, Person, Term
from renda.congress.tables import CongressTable
from renda.congress.views.pressing import may_look, one
from renda.kernel import policy
from renda.kernel.errors import Forbidden
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.ui.http import ActorRequest, SeeOther, page


@login_required
@require_safe
def congresses(request: ActorRequest) -> HttpResponse:
    """My congresses with their running terms."""
    actor = request.actor
    may_look(actor)
    running = Term.objects.filter(tenant_id=OuterRef("tenant_id"), ends_on__isnull=True)
    rows = selectors.congresses_for(actor).annotate(
        term_number=Subquery(running.values("number")[:1]), term_since=Subquery(running.values("starts_on")[:1])
    )
    return page(request, "congress/congresses.html", {"table": CongressTable(request, rows)})


@login_required
@require_safe
def congress_page(request: ActorRequest, pk: int) -> HttpResponse:
    """One congress: its terms, those below, and (for the office) founding and entering."""
    actor = request.actor
    may_look(actor)
    congress = one(selectors.congresses_for(actor).select_related("tenant__parent"), pk)
    shown = {
        "congress": congress,
        "terms": Term.objects.filter(tenant_id=pk).order_by("-number"),
        "below": Congress.objects.filter(tenant__parent_id=pk).order_by("place__code"),
        "may_found": policy.may(actor, "congress.found", pk) and selectors.places_to_found(congress).exists(),
        "may_begin": policy.may(actor, "term.roll_over", pk),
    }
    return page(request, "congress/congress.html", shown)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def congress_found(request: ActorRequest, pk: int) -> HttpResponse:
    """Tick where congresses are founded; with a term it is entered for all of them."""
    actor = request.actor
    with tenant_transaction(actor.tenants, durable=False):
        parent = one(selectors.congresses_for(actor), pk)
        if not policy.may(actor, "congress.found", pk):
            raise Forbidden("congress.found")
        form = FoundForm(request.POST or None, places=selectors.places_to_found(parent).select_related("parent"))
        valid = form.is_valid()
    if valid:
        with form.catching():
            said = form.cleaned_data
            made = actions.congress_found(actor, pk, places=list(said["places"]))
            if said["number"]:
                given = {"number": said["number"], "starts_on": said["starts_on"]}
                actions.term_begin.many(_anew(request), [(congress.tenant_id, given) for congress in made])
            messages.success(
                request, f"已设立 {len(made)} 个人大，机构和岗位已按层级设好。下一步：建账号、安排岗位、导入名册。"
            )
            return SeeOther(reverse("congress:congress.page", args=[pk]))
    return page(request, "congress/congress_found.html", {"congress": parent}, form=form)


def _anew(request: ActorRequest) -> Actor:
    """Who acts, with the congresses that are hers since a moment ago."""
    assert isinstance(request.user, Person)
    return actor_for(request.user, address=request.actor.address)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def term_begin(request: ActorRequest, pk: int) -> HttpResponse:
    """Enter the running term of a congress that has none here."""
    actor = request.actor
    with tenant_transaction(actor.tenants, durable=False):
        congress = one(selectors.congresses_for(actor), pk)
        if not policy.may(actor, "term.roll_over", pk):
            raise Forbidden("term.roll_over")
    form = TermForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.catching():
            actions.term_begin(actor, pk, **form.cleaned_data)
            messages.success(request, "届次已登记。下一步：导入代表名册。")
            return SeeOther(reverse("congress:congress.page", args=[pk]))
    return page(request, "congress/term_begin.html", {"congress": congress}, form=form)
