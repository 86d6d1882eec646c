"""Pages of the three separated administrators."""

from __future__ import annotations

import json
from functools import cache, cached_property
from typing import Any

from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Max, QuerySet
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from renda.congress import selectors
from renda.congress.browsers import browser_in_words
from renda.congress.models import (
    SEPARATED_ADMINISTRATORS,
    Congress,
    CongressLevel,
    Place,
    PlaceLevel,
    PlaceVersion,
    Post,
)
from renda.kernel import policy
from renda.kernel.actions.api import ACTIONS
from renda.kernel.audit.models import NO_TENANT, AuditEntry
from renda.kernel.errors import Forbidden
from renda.kernel.parties.models import Holding, Party
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.ui.filters import Choice, Dates, Search
from renda.kernel.ui.http import ActorRequest, page
from renda.kernel.ui.shapes import State
from renda.kernel.ui.tables import Column, Table


def _need(request: ActorRequest, name: str) -> None:
    if not policy.may(request.actor, name, None):
        raise Forbidden(name)


class SessionTable(Table[UserSession]):
    """Who is signed in where; the page lists them itself, each with its press."""

    caption = "登录会话"
    filters = (Search("姓名或用户名", ("user__party__name", "user__user_name")),)
    files = ()


@login_required
@require_safe
def sessions(request: ActorRequest) -> HttpResponse:
    """Security administrator: sessions of the people of her congresses, each with a button that ends it."""
    _need(request, "security.sessions")
    rows = selectors.sessions_for(request.actor).select_related("user__party")
    table = SessionTable(request, rows)
    lines = [(session, browser_in_words(session.user_agent)) for session in table.objects]
    current = request.session.session_key
    return page(request, "congress/sessions.html", {"table": table, "lines": lines, "current": current})


@login_required
@require_safe
def administrators(request: ActorRequest) -> HttpResponse:
    """Who holds the three posts; the post's page appoints and removes."""
    _need(request, "holding.assign_administrator")
    posts = Post.objects.filter(kind__in=SEPARATED_ADMINISTRATORS, tenant_id__in=request.actor.tenants)
    holdings = Holding.objects.filter(post_id__in=posts.values("pk"), ends_on__isnull=True).select_related("person")
    return page(
        request,
        "congress/administrators.html",
        {"posts": posts.select_related("organisation").order_by("pk"), "holdings": holdings.order_by("id")},
    )


def _numbers(kinds: type[Any], rows: QuerySet[Any]) -> list[tuple[str, int]]:
    """Labels of a choice with how many there are, in the choice's order."""
    found = dict(rows.values("level").annotate(number=Count("pk")).values_list("level", "number"))
    return [(str(kind.label), found.get(kind.value, 0)) for kind in kinds]


@login_required
@require_safe
def system(request: ActorRequest) -> HttpResponse:
    """System administrator: divisions, congresses and accounts in numbers; no business inside."""
    _need(request, "system.view")
    parties = {
        (kind, active): number
        for kind, active, number in Party.objects.values("kind", "is_active")
        .annotate(number=Count("id"))
        .values_list("kind", "is_active", "number")
    }
    return page(
        request,
        "congress/system.html",
        {
            "places": _numbers(PlaceLevel, Place.objects.filter(valid_to__isnull=True)),
            "newest": PlaceVersion.objects.aggregate(newest=Max("valid_from"))["newest"],
            "sources": PlaceVersion.objects.values("source", "valid_from").distinct().order_by("-valid_from")[:10],
            "congresses": _numbers(CongressLevel, Congress.objects.all()),
            "parties": [
                (Party.Kind(kind).label, parties.get((kind, True), 0), parties.get((kind, False), 0))
                for kind in Party.Kind.values
            ],
        },
    )


# Why something was done, as its action calls it; names and texts are kept as digests only.
_REASONS = ("reason", "decision")
_OUTCOMES = {AuditEntry.Outcome.DONE: State("完成", "ok"), AuditEntry.Outcome.REFUSED: State("被拒绝", "late", "ban")}


def _title(entry: AuditEntry) -> str:
    action = ACTIONS.get(entry.action)
    return action.title if action is not None else entry.action


def _why(entry: AuditEntry) -> str:
    said = json.loads(entry.payload)
    reasons = (said[name] for name in _REASONS if isinstance(said.get(name), str))
    return entry.code or next(reasons, "")


def _done_by_title(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    names = [name for name, action in ACTIONS.items() if text.strip() in action.title or text.strip() == name]
    people = Party.objects.filter(name=text.strip()).values("id")
    return rows.filter(action__in=names) | rows.filter(actor_id__in=people)


class AuditTable(Table[AuditEntry]):
    """The trail: newest first. What was typed is not in it: which act, on which row, by whom, and why."""

    caption = "审计记录"
    columns = (
        Column("操作", _title),
        Column("结果", lambda e: _OUTCOMES[AuditEntry.Outcome(e.outcome)], kind="state"),
        Column("人员", "actor_name"),
        Column("对象", "subject_name"),
        Column("理由或拒绝原因", _why),
        Column("时间", "recorded_at", kind="moment", sort="recorded_at", css="nowrap"),
    )
    filters = (
        Search("操作名称，或操作人姓名", by=_done_by_title),
        Choice("outcome", "结果", AuditEntry.Outcome.choices),
        Dates("recorded_at", "时间"),
    )
    order = "-recorded_at"
    files = ()

    @cached_property
    def objects(self) -> list[AuditEntry]:
        """The rows of this page with the names of who acted and on what: one query more."""
        rows = super().objects
        people = {row.actor_id for row in rows} | {row.subject_id for row in rows if row.subject_type == _PERSON}
        names = dict(Party.objects.filter(id__in=people - {None}).values_list("id", "name"))
        for row in rows:
            vars(row).update(
                actor_name=names.get(row.actor_id) or _KINDS.get(row.actor_kind, ""),
                subject_name=names.get(row.subject_id, "") if row.subject_type == _PERSON else _subject(row),
            )
        return rows


_PERSON = "congress.Person"
_KINDS = {"public": "群众（未登录）", "machine": "系统"}


@cache
def _nouns() -> dict[str, str]:
    """What the rows of each table are called on the screen."""
    return {model._meta.label: str(model._meta.verbose_name) for model in apps.get_models()}


def _subject(entry: AuditEntry) -> str:
    noun = _nouns().get(entry.subject_type, "")
    return f"{noun} {entry.subject_id}" if noun and entry.subject_id else noun


@login_required
@require_safe
def audit(request: ActorRequest) -> HttpResponse:
    """Audit administrator: the trail of her congresses and of signing in."""
    _need(request, "audit.read")
    with tenant_transaction({*request.actor.tenants, NO_TENANT}, durable=False):
        return page(request, "congress/audit.html", {"table": AuditTable(request, AuditEntry.objects.all())})
