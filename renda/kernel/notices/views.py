"""The inbox, and what one wants to be told."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from renda.kernel.notices.actions import notice_prefer, notice_read
from renda.kernel.notices.forms import PreferenceForm
from renda.kernel.notices.models import Preference
from renda.kernel.notices.selectors import inbox, unread_count
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.ui.http import SeeOther, actor_of, page
from renda.kernel.ui.tables import Page

PAGE = 20
AT_ONCE = 500


@login_required
@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    """The inbox, newest first; ``?unread=1`` only what is new, ``?page=2`` further back."""
    actor = actor_of(request)
    given = request.GET.get("page", "")
    number = int(given) if given.isascii() and given.isdecimal() and 0 < len(given) < 5 else 1
    number = max(1, number)
    rows = inbox(actor)
    only_unread = request.GET.get("unread") == "1"
    if only_unread:
        rows = rows.filter(read_at__isnull=True)
    found = list(rows[(number - 1) * PAGE : number * PAGE + 1])
    here = f"{request.path}?{'unread=1&' if only_unread else ''}page="
    pages = Page(
        number,
        has_next=len(found) > PAGE,
        previous_url=f"{here}{number - 1}" if number > 1 else "",
        next_url=f"{here}{number + 1}" if len(found) > PAGE else "",
    )
    shown: dict[str, Any] = {
        "notices": found[:PAGE],
        "page": pages,
        "only_unread": only_unread,
        "unread": unread_count(actor),
    }
    return page(request, "notices/list.html", shown)


@login_required
@require_POST
def notice_open(request: HttpRequest, key: int) -> HttpResponse:
    """Mark as read and go where the notice leads."""
    notice = notice_read(actor_of(request), key)
    return SeeOther(notice.url or reverse("notice.list"))


@login_required
@require_POST
def notice_read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read, 500 at once; what comes in meanwhile stays new."""
    actor = actor_of(request)
    with tenant_transaction(actor.tenants):
        keys = list(inbox(actor).filter(read_at__isnull=True).values_list("pk", flat=True)[:AT_ONCE])
    notice_read.many(actor, [(key, {}) for key in keys], skip_refused=True)
    return SeeOther(reverse("notice.list"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def notice_preferences(request: HttpRequest) -> HttpResponse:
    """Which kinds one wants, and by which way."""
    actor = actor_of(request)
    if request.method == "POST":
        form = PreferenceForm(request.POST)
        if form.is_valid():
            with form.catching():
                notice_prefer(actor, wanted=form.wanted())
            if not form.errors:
                messages.success(request, "通知方式已保存。")
                return SeeOther(reverse("notice.list"))
    else:
        form = PreferenceForm.of(Preference.objects.filter(party_id=actor.party_id))
    return page(request, "notices/preferences.html", form=form)
