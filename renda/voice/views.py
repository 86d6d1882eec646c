"""The inner pages: work bench, list, one case page, and one press for each button."""

from __future__ import annotations

from typing import Any

from django.contrib import messages as flashes
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from renda.kernel import clock, policy
from renda.kernel.errors import Forbidden
from renda.kernel.exports.api import Column, export_response
from renda.kernel.saved_filters.actions import conditions
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.ui.http import ActorRequest, SeeOther, actor_of, page
from renda.kernel.ui.tables import Picks
from renda.voice import actions, bulk, selectors
from renda.voice.bench import bench_context
from renda.voice.case_page import case_context
from renda.voice.forms import FORMS, ActForm, form_for
from renda.voice.models import Message
from renda.voice.printing import message_as_pdf
from renda.voice.tables import MessageTable
from renda.voice.verbs import VERBS

_ACTIONS: dict[str, Any] = {verb: getattr(actions, f"message_{verb}") for verb in FORMS}
# What a look at something kept back shows: its name on the page. The page goes away by itself.
_LOOKS = {"reveal": "contact", "read_sealed": "text", "reveal_joiners": "joiners"}
LOOK_MINUTES = 5


@login_required
@require_safe
def bench(request: ActorRequest, tab: str = "bench") -> HttpResponse:
    """What waits for me, what I am to read, what I have done."""
    return page(request, "voice/bench.html", bench_context(request, tab))


@login_required
@require_safe
def message_list(request: ActorRequest) -> HttpResponseBase:
    """The messages that exist for me, with filters; the same rows as xlsx or csv."""
    table = MessageTable(request, selectors.for_lists(selectors.messages_for(request.actor, listed=True)))
    if kind := table.wants_export:
        if not policy.may(request.actor, "message.export", None):
            raise Forbidden("message.export")
        columns = [Column(column.title, column.read_for_export) for column in table.columns if column.in_export]
        return export_response(request.actor, columns, lambda: table.narrowed, "群众留言", kind)
    table.picks = Picks(
        reverse("voice:message.bulk"),
        [(verb, bulk.title(verb)) for verb in bulk.BULK],
        reverse("voice:message.bulk_moves"),
    )
    # What is narrowed can be subscribed to.
    narrowed = conditions(table.query.urlencode()) if table.is_narrowed and not table.misfits else ""
    return page(request, "voice/message_list.html", {"table": table, "subscribable": narrowed})


def _message(request: HttpRequest, pk: int) -> Message:
    return get_object_or_404(selectors.for_page(selectors.messages_for(actor_of(request))), pk=pk)


@login_required
@require_safe
def message_page(request: ActorRequest, pk: int) -> HttpResponse:
    """One message: head, steps, deadline, trail, and the buttons that the flow allows."""
    return page(request, "voice/message.html", case_context(request, _message(request, pk)))


@login_required
@require_safe
def message_pdf(request: ActorRequest, pk: int) -> HttpResponse:
    """The case as a PDF to print or file."""
    message = _message(request, pk)
    return HttpResponse(
        message_as_pdf(request.actor, message),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{message.receipt_number}.pdf"'},
    )


@login_required
@require_POST
def act(request: ActorRequest, pk: int, verb: str) -> HttpResponse:
    """One press. What was typed stays when the action refuses."""
    actor, action = request.actor, _ACTIONS[verb]
    with tenant_transaction(actor.tenants):
        message = _message(request, pk)
        form = form_for(verb, message, actor, data=request.POST)
        valid = form.is_valid()
    if valid:
        with form.catching():
            if verb in _LOOKS:
                # Each look is an act of its own; every other press counts once.
                return _shown(request, message, verb, action(actor, pk, **form.given()), form)
            action.once(request.POST.get("idempotency_key"))(actor, pk, **form.given())
            flashes.success(request, VERBS[verb].said)
            return SeeOther(_after(request, pk))
    with tenant_transaction(actor.tenants):
        return page(
            request, "voice/message.html", case_context(request, _message(request, pk), {verb: form}), form=form
        )


def _shown(request: ActorRequest, message: Message, verb: str, found: object, form: ActForm) -> HttpResponse:
    """What was kept back, on a page that no browser or proxy keeps and that leaves by itself."""
    shown = {"title": _ACTIONS[verb].title, "message": message, _LOOKS[verb]: found, "at": clock.now()}
    shown |= {"reason": form.cleaned_data["reason"], "minutes": LOOK_MINUTES}
    response = page(request, "voice/look.html", shown)
    response["Cache-Control"] = "no-store"
    response["Refresh"] = f"{LOOK_MINUTES * 60}; url={_after(request, message.pk)}"
    return response


def _after(request: ActorRequest, pk: int) -> str:
    """The message's page, if it still exists for this actor; else the bench."""
    with tenant_transaction(request.actor.tenants):
        seen = selectors.messages_for(request.actor).filter(pk=pk).exists()
    return reverse("voice:message.page", args=[pk]) if seen else reverse("voice:bench")
