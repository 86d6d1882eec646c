"""How the channels fare, for who keeps the system: what is set up, what waits, and the dead letters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from renda.kernel import clock, policy
from renda.kernel.errors import Forbidden
from renda.kernel.notices.actions import delivery_retry, delivery_test
from renda.kernel.notices.addresses import masked
from renda.kernel.notices.channels import CHANNELS, PROVIDERS, provider
from renda.kernel.notices.kinds import KINDS
from renda.kernel.notices.models import Delivery
from renda.kernel.notices.policy import RETRY
from renda.kernel.notices.selectors import deliveries_for, failed_deliveries
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.ui.http import SeeOther, actor_of, page
from renda.kernel.ui.tables import Page

PAGE = 20
AT_ONCE = 500
MOST_PAGES = 5  # digits of a page number


@dataclass(frozen=True)
class ChannelLine:
    """A channel: its providers with whether they are set up, and what became of its deliveries."""

    title: str
    providers: list[tuple[str, bool]]
    waiting: int = 0
    sent: int = 0
    failed: int = 0


@dataclass(frozen=True)
class Letter:
    """A dead letter as the page shows it: what kind, never what about."""

    row: Delivery
    kind: str
    channel: str
    address: str


@login_required
@require_safe
def delivery_list(request: HttpRequest) -> HttpResponse:
    """The channels, and what failed, newest first."""
    actor = actor_of(request)
    if not policy.may(actor, RETRY, None):
        raise Forbidden(RETRY)
    given = request.GET.get("page", "")
    number = max(1, int(given)) if given.isascii() and given.isdecimal() and len(given) <= MOST_PAGES else 1
    rows = failed_deliveries(actor).select_related("notice", "person", "tenant").order_by("-id")
    found = list(rows[(number - 1) * PAGE : number * PAGE + 1])
    pages = Page(
        number,
        has_next=len(found) > PAGE,
        previous_url=f"{request.path}?page={number - 1}" if number > 1 else "",
        next_url=f"{request.path}?page={number + 1}" if len(found) > PAGE else "",
    )
    letters = [
        Letter(
            row,
            KINDS[row.notice.kind].title if row.notice.kind in KINDS else row.notice.kind,
            CHANNELS[row.channel].title if row.channel in CHANNELS else row.channel,
            masked(row.channel, row.address),
        )
        for row in found[:PAGE]
    ]
    return page(
        request, "notices/deliveries.html", {"channels": list(_channels(actor)), "letters": letters, "page": pages}
    )


def _channels(actor: Actor) -> Iterator[ChannelLine]:
    state = Delivery.State
    since = clock.now() - timedelta(days=1)
    counted: dict[str, Mapping[str, Any]] = {
        row["channel"]: row
        for row in deliveries_for(actor)
        .values("channel")
        .annotate(
            waiting=Count("id", filter=Q(state__in=[state.WAITING, state.SENDING])),
            sent=Count("id", filter=Q(state=state.SENT, sent_at__gt=since)),
            failed=Count("id", filter=Q(state=state.FAILED)),
        )
    }
    for name, channel in CHANNELS.items():
        providers = [(each.TITLE, each.is_on()) for each in map(provider, PROVIDERS) if name == each.CHANNEL]
        row = counted.get(name, {})
        yield ChannelLine(channel.title, providers, row.get("waiting", 0), row.get("sent", 0), row.get("failed", 0))


@login_required
@require_POST
def retry(request: HttpRequest, key: int) -> HttpResponse:
    """Try one again."""
    delivery_retry(actor_of(request), key)
    messages.success(request, "已放回待发送，一分钟内重新发送。")
    return SeeOther(reverse("delivery.list"))


@login_required
@require_POST
def retry_all(request: HttpRequest) -> HttpResponse:
    """Try all again, 500 at once."""
    actor = actor_of(request)
    if not policy.may(actor, RETRY, None):
        raise Forbidden(RETRY)
    with tenant_transaction(actor.tenants):
        keys = list(failed_deliveries(actor).order_by("id").values_list("pk", flat=True)[:AT_ONCE])
    done = delivery_retry.many(actor, [(key, {}) for key in keys], skip_refused=True)
    messages.success(request, f"已放回待发送 {sum(isinstance(each, Delivery) for each in done)} 条。")
    return SeeOther(reverse("delivery.list"))


@login_required
@require_POST
def test(request: HttpRequest) -> HttpResponse:
    """Send the administrator herself a notice by every channel that reaches her."""
    delivery_test(actor_of(request))
    messages.success(request, "测试通知已发出，一分钟内应在您绑定的各渠道收到。")
    return SeeOther(reverse("delivery.list"))
