"""The form for everybody, the list for those who read."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from renda.kernel import policy
from renda.kernel.errors import Forbidden
from renda.kernel.feedback.actions import feedback_handle, feedback_send
from renda.kernel.feedback.forms import HandleForm
from renda.kernel.feedback.policy import READ
from renda.kernel.feedback.public_forms import FeedbackForm
from renda.kernel.feedback.selectors import feedback_for
from renda.kernel.ui.http import ActorRequest, SeeOther, page
from renda.kernel.ui.tables import Page

PAGE = 20
MOST_PAGES = 5  # digits of a page number


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: ActorRequest) -> HttpResponse:
    """The form, and after it the thanks."""
    actor = request.actor
    form = FeedbackForm(request.POST or None, initial={"page": request.GET.get("page", "")[:120]})
    if request.method == "POST" and form.is_valid():
        with form.catching():
            feedback_send.once(request.POST.get("idempotency_key"))(actor, **form.cleaned_data)
            return SeeOther(f"{reverse('feedback:feedback.send')}?sent=1")
    return page(
        request, "feedback/send.html", {"base": "ui/base.html", "sent": request.GET.get("sent") == "1"}, form=form
    )


@login_required
@require_safe
def feedback_list(request: ActorRequest) -> HttpResponse:
    """What is open, or with ``?handled=1`` what is dealt with, newest first."""
    if not policy.may(request.actor, READ, None):
        raise Forbidden(READ)
    given = request.GET.get("page", "")
    number = max(1, int(given)) if given.isascii() and given.isdecimal() and len(given) <= MOST_PAGES else 1
    handled = request.GET.get("handled") == "1"
    rows = feedback_for(request.actor).filter(handled_at__isnull=not handled).order_by("-created_at", "-id")
    found = list(rows.select_related("tenant", "party", "handled_by")[(number - 1) * PAGE : number * PAGE + 1])
    here = f"{request.path}?{'handled=1&' if handled else ''}page="
    pages = Page(
        number,
        has_next=len(found) > PAGE,
        previous_url=f"{here}{number - 1}" if number > 1 else "",
        next_url=f"{here}{number + 1}" if len(found) > PAGE else "",
    )
    shown = {"found": [(row, HandleForm(auto_id=f"id_%s_{row.pk}")) for row in found[:PAGE]]}
    return page(request, "feedback/list.html", {**shown, "page": pages, "handled": handled})


@login_required
@require_POST
def handle(request: ActorRequest, pk: int) -> HttpResponse:
    """It is dealt with."""
    form = HandleForm(request.POST)
    if form.is_valid():
        with form.catching():
            feedback_handle(request.actor, pk, **form.cleaned_data)
            return SeeOther(reverse("feedback:feedback.list"))
    return page(request, "feedback/handle.html", form=form)
