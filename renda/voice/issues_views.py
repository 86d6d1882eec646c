"""Common issues for the office, and what constituents say for deputies: no names, no numbers, no contacts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages as flashes
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from renda.congress.api import Congress
from renda.kernel import policy
from renda.kernel.errors import Forbidden, Invalid
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.ui.http import ActorRequest, SeeOther, page
from renda.voice import actions, selectors
from renda.voice.issues.reading import issues_of
from renda.voice.models import CommonIssue
from renda.voice.statistics.areas import Area
from renda.voice.tables import OpinionTable

MOST_VOICES = 200


def congresses_where(request: ActorRequest, permission: str) -> list[Congress]:
    """The congresses where the actor may, the widest first.

    Raises:
        Forbidden: there is none.
    """
    tenants = policy.tenants_where(request.actor, permission)
    found = Congress.objects.filter(tenant_id__in=tenants).select_related("tenant", "place")
    congresses = sorted(found, key=lambda one: (len(one.tenant.path), one.place.code))
    if not congresses:
        raise Forbidden(permission)
    return congresses


def _chosen(request: ActorRequest, congresses: list[Congress]) -> Congress:
    asked = request.GET.get("area", "")
    return next((one for one in congresses if str(one.tenant_id) == asked), congresses[0])


def _of(congress: Congress) -> list[Any]:
    return issues_of(Area(congress.tenant_id))


@login_required
@require_safe
def issues(request: ActorRequest) -> HttpResponse:
    """What several places speak of."""
    congresses = congresses_where(request, "statistics.view")
    chosen = _chosen(request, congresses)
    shown = {"congresses": congresses, "chosen": chosen, "issues": _of(chosen), "tab": "issues"}
    return page(request, "voice/issues.html", shown)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def issue(request: ActorRequest, pk: int) -> HttpResponse:
    """One matter: every voice with its way to the message; the office gives it a better name."""
    with tenant_transaction(request.actor.tenants, durable=False):
        found = get_object_or_404(selectors.issues_for(request.actor), pk=pk)
    fault = ""
    if request.method == "POST":
        try:
            actions.issue_rename(request.actor, pk, title=request.POST.get("title", ""))
        except Invalid as error:
            fault = error.fields["title"]
        else:
            flashes.success(request, "已更名。")
            return SeeOther(reverse("voice:issue.page", args=[pk]))
    return _issue_page(request, found, fault)


def _issue_page(request: ActorRequest, found: CommonIssue, fault: str) -> HttpResponse:
    with tenant_transaction(request.actor.tenants, durable=False):
        voices = selectors.voices_for(request.actor).filter(issue=found).select_related("message__place", "tenant")
        shown = {
            "issue": found,
            "voices": list(voices.order_by("-message__submitted_at")[:MOST_VOICES]),
            "may_edit": policy.may(request.actor, "issue.edit", None),
            "fault": fault,
            "typed": request.POST.get("title", found.title),
        }
        return page(request, "voice/issue.html", shown, status=422 if fault else 200)


@login_required
@require_POST
def take_out(request: ActorRequest, pk: int) -> HttpResponse:
    """A message that speaks of something else is taken out."""
    voice = actions.issue_take_out(request.actor, pk)
    flashes.success(request, "已移出，系统不会再次归入。")
    with tenant_transaction(request.actor.tenants):
        is_left = selectors.issues_for(request.actor).filter(pk=voice.issue_id).exists()
    return SeeOther(reverse("voice:issue.page", args=[voice.issue_id]) if is_left else reverse("voice:issues"))


@login_required
@require_safe
def opinions(request: ActorRequest) -> HttpResponse:
    """What constituents say, by place and topic."""
    congresses = congresses_where(request, "opinion.view")
    chosen = _chosen(request, congresses)
    rows = selectors.opinions_for(request.actor).filter(tenant__path__contains=[chosen.tenant_id])
    table = OpinionTable(request, rows.select_related("place__parent", "tenant"))
    shown = {"congresses": congresses, "chosen": chosen, "table": table, "issues": _of(chosen)[:10]}
    return page(request, "voice/opinions.html", shown)
