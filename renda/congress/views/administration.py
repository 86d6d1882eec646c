"""Pages of the three separated administrators."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Max
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from renda.congress import selectors
from renda.congress.models import SEPARATED_ADMINISTRATORS, Place, PlaceVersion, Post
from renda.kernel import policy
from renda.kernel.audit.models import NO_TENANT, AuditEntry
from renda.kernel.errors import Forbidden
from renda.kernel.parties.models import Holding, Party
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.ui.filters import Choice, Dates, Search
from renda.kernel.ui.http import ActorRequest, page
from renda.kernel.ui.tables import Column, Table


def _need(request: ActorRequest, name: str) -> None:
    if not policy.may(request.actor, name, None):
        raise Forbidden(name)


class SessionTable(Table[UserSession]):
    """Who is signed in where."""

    caption = "登录会话"
    columns = (
        Column("姓名", "user.name"),
        Column("用户名", "user.user_name"),
        Column("地址", "ip"),
        Column("登录时间", "created_at", kind="moment"),
        Column("浏览器", lambda s: s.user_agent[:60], phone=False),
    )
    filters = (Search("姓名或用户名", ("user__party__name", "user__user_name")),)
    exports = ()


@login_required
@require_safe
def sessions(request: ActorRequest) -> HttpResponse:
    """Security administrator: sessions of the people of her congresses, each with a button that ends it."""
    _need(request, "security.sessions")
    rows = selectors.sessions_for(request.actor).select_related("user__party")
    return page(request, "congress/sessions.html", {"table": SessionTable(request, rows)})


@login_required
@require_safe
def administrators(request: ActorRequest) -> HttpResponse:
    """Who holds the three posts; the organisation's page appoints and removes."""
    _need(request, "holding.assign_administrator")
    posts = Post.objects.filter(kind__in=SEPARATED_ADMINISTRATORS, tenant_id__in=request.actor.tenants)
    holdings = Holding.objects.filter(post_id__in=posts.values("pk"), ends_on__isnull=True).select_related(
        "person", "post"
    )
    return page(
        request,
        "congress/administrators.html",
        {"posts": posts.select_related("organisation"), "holdings": holdings.order_by("id")},
    )


@login_required
@require_safe
def system(request: ActorRequest) -> HttpResponse:
    """System administrator: divisions and accounts in numbers; no business inside."""
    _need(request, "system.view")
    places = Place.objects.filter(valid_to__isnull=True).values("level").annotate(number=Count("id")).order_by("level")
    return page(
        request,
        "congress/system.html",
        {
            "places": places,
            "newest": PlaceVersion.objects.aggregate(newest=Max("valid_from"))["newest"],
            "sources": PlaceVersion.objects.values("source", "valid_from").distinct().order_by("-valid_from")[:10],
            "parties": Party.objects.values("kind", "is_active").annotate(number=Count("id")),
        },
    )


class AuditTable(Table[AuditEntry]):
    """The trail: newest first. What was typed is not in it, only which act on which row."""

    caption = "审计记录"
    columns = (
        Column("时间", "recorded_at", kind="moment", sort="recorded_at"),
        Column("操作", "action"),
        Column("结果", "get_outcome_display"),
        Column("原因", "code"),
        Column("人员", "actor_id"),
        Column("对象", lambda e: f"{e.subject_type} {e.subject_id or ''}", phone=False),
    )
    filters = (
        Search("操作名称", ("action",)),
        Choice("outcome", "结果", AuditEntry.Outcome.choices),
        Dates("recorded_at", "时间"),
    )
    order = "-recorded_at"
    exports = ()


@login_required
@require_safe
def audit(request: ActorRequest) -> HttpResponse:
    """Audit administrator: the trail of her congresses and of signing in."""
    _need(request, "audit.read")
    with tenant_transaction({*request.actor.tenants, NO_TENANT}, durable=False):
        return page(request, "congress/audit.html", {"table": AuditTable(request, AuditEntry.objects.all())})
