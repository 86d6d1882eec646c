"""The inbox, today's digest and what one has subscribed to."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from renda.kernel import clock
from renda.kernel.notices import digests, subscriptions
from renda.kernel.notices.actions import notice_read, subscription_add, subscription_remove
from renda.kernel.notices.models import Timing
from renda.kernel.notices.selectors import inbox, own_subscriptions, unread_count
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
@require_safe
def notice_digest(request: HttpRequest) -> HttpResponse:
    """What waits today, as the daily digest counts it, each with its page."""
    actor = actor_of(request)
    parts = digests.collect(actor)
    news, _ = subscriptions.news(actor, clock.now())
    if news.total:
        parts.append((subscriptions.SECTION, news))
    timing = Timing.objects.filter(party_id=actor.party_id).first()
    return page(request, "notices/digest.html", {"parts": parts, "hour": timing and timing.digest_hour})


@login_required
@require_safe
def subscription_list(request: HttpRequest) -> HttpResponse:
    """What one has subscribed to."""
    rows = [
        (row, subscriptions.SUBSCRIPTION_KINDS[row.kind].title if row.kind in subscriptions.SUBSCRIPTION_KINDS else "")
        for row in own_subscriptions(actor_of(request))
    ]
    return page(request, "notices/subscriptions.html", {"rows": rows})


@login_required
@require_POST
def subscribe(request: HttpRequest) -> HttpResponse:
    """Subscribe to what a page offers (``{% subscribe_button %}``), and back to it."""
    added = subscription_add(
        actor_of(request), kind=request.POST.get("kind", ""), target=request.POST.get("target", "")
    )
    messages.success(request, f"已订阅“{added.title}”，新内容随每日摘要告诉您。")
    return SeeOther(_back(request))


@login_required
@require_POST
def unsubscribe(request: HttpRequest, key: int) -> HttpResponse:
    """Do not hear of it any more."""
    subscription_remove(actor_of(request), key)
    messages.success(request, "已取消订阅。")
    return SeeOther(_back(request))


def _back(request: HttpRequest) -> str:
    """The page that was pressed on, when it is one of this house."""
    back = request.POST.get("back", "")
    if back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return back
    return reverse("subscription.list")
