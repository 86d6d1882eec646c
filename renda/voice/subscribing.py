"""What somebody may subscribe to (订阅): new messages of a narrowed list, a case's progress, common issues, monthly figures.

Each kind finds what is new with the rights of the day that it is told, by the selectors of the pages themselves: what
has become invisible since is not told, and what a subscription is called says no more than its page's address.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone

from renda.congress.api import Congress
from renda.kernel import policy
from renda.kernel.errors import Invalid, NotFound
from renda.kernel.flow.api import CaseEvent
from renda.kernel.notices.api import Found, Line, SubscriptionKind, register_subscription
from renda.kernel.parties import Actor
from renda.kernel.ui.filters import Choice, Search
from renda.voice import selectors
from renda.voice.issues.reading import issues_of
from renda.voice.models import IssueVoice, Message
from renda.voice.statistics.areas import Area
from renda.voice.statistics.reading import Question, read
from renda.voice.tables import MessageTable, address

LINES = 5
# How far back a common issue is looked for, as its page does.
ISSUE_DAYS = 365
# A month's figures are told on its successor's second day: the nightly count has then read the month's last acts.
FIGURES_ON = 2


# New messages of a list, as it was narrowed


def _list(actor: Actor, target: str) -> MessageTable:
    request = HttpRequest()
    request.GET, request.path = QueryDict(target), reverse("voice:message.list")
    return MessageTable(request, selectors.for_lists(selectors.messages_for(actor)))


def _chosen(table: MessageTable) -> Iterator[str]:
    """What the list was narrowed by, in words."""
    for part in table.filters:
        if isinstance(part, Search) and table.query.get(part.name):
            yield f"“{table.query[part.name]}”"
        elif isinstance(part, Choice) and table.query.get(part.name):
            field: Any = table.form.fields[part.name]
            yield str(dict(field.choices).get(table.query[part.name], ""))
    yield from (word for *_, word, _ in table.carried)


def describe_list(actor: Actor, target: str) -> str:
    """The list's conditions in words.

    Raises:
        Invalid: nothing is chosen, or something that the list does not know.
    """
    table = _list(actor, target)
    words = list(_chosen(table))
    if table.misfits or not words:
        raise Invalid("subscription.list", "请先在列表中选好条件，再订阅。")
    return f"新留言：{'、'.join(words)}"


def fresh_list(actor: Actor, target: str, since: datetime, until: datetime) -> Found:
    """Messages that were accepted meanwhile: then category and place are a person's word, and a deputy sees hers."""
    table = _list(actor, target)
    if table.misfits:
        return Found()
    rows = table.narrowed.filter(accepted_at__gt=since, accepted_at__lte=until).order_by("accepted_at", "pk")
    found = list(rows[: LINES + 1])
    total = len(found) if len(found) <= LINES else rows.count()
    return Found(total, [Line(one.subject, address(one)) for one in found[:LINES]], f"{table.path}?{target}")


# A case that one is no party of


def _message(actor: Actor, target: str) -> Message | None:
    known = target.isascii() and target.isdigit() and len(target) < 19
    return selectors.messages_for(actor).filter(pk=int(target)).first() if known else None


def describe_case(actor: Actor, target: str) -> str:
    """Its number; what it is about is told only to whoever sees it on the day.

    Raises:
        NotFound: no such message for this actor.
    """
    message = _message(actor, target)
    if message is None:
        raise NotFound
    return f"留言 {message.number or message.receipt_number} 的进展"


def fresh_case(actor: Actor, target: str, since: datetime, until: datetime) -> Found:
    """Where it stands, when something was done on it meanwhile."""
    message = _message(actor, target)
    if message is None:
        return Found()
    steps = CaseEvent.objects.filter(case_id=message.case_id, at__gt=since, at__lte=until)
    if not steps.exclude(move__in=("read", "due_soon", "overdue")).exists():
        return Found()
    return Found(1, [Line(f"{message.subject}：{message.get_stage_display()}", address(message))])


# What several places speak of, and the figures of a month: of a congress and those below


def _area(actor: Actor, target: str) -> Congress | None:
    seen = policy.tenants_where(actor, "statistics.view")
    known = target.isascii() and target.isdigit() and len(target) < 19 and int(target) in seen
    return Congress.objects.filter(tenant_id=int(target)).first() if known else None


def _described(actor: Actor, target: str, what: str) -> str:
    congress = _area(actor, target)
    if congress is None:
        raise NotFound
    return f"{congress.name}{what}"


def describe_issues(actor: Actor, target: str) -> str:
    """Whose common issues.

    Raises:
        NotFound: not a congress whose figures the actor sees.
    """
    return _described(actor, target, "的共性问题")


def fresh_issues(actor: Actor, target: str, since: datetime, until: datetime) -> Found:
    """Common issues with new voices."""
    if _area(actor, target) is None:
        return Found()
    area = Area(int(target))
    common = {one.id: one for one in issues_of(area)}
    voices = IssueVoice.objects.filter(
        issue_id__in=common,
        tenant__path__contains=[area.tenant_id],
        taken_out=False,
        message__is_sealed=False,
        added_at__gt=since,
        added_at__lte=until,
    )
    new = dict(voices.order_by().values_list("issue_id").annotate(Count("pk")))
    lines = [
        Line(f"{one.title}：新增 {new[key]} 件，共 {one.voices} 件", reverse("voice:issue.page", args=[key]))
        for key, one in common.items()
        if key in new
    ]
    return Found(len(lines), lines, reverse("voice:issues"))


def describe_figures(actor: Actor, target: str) -> str:
    """Whose figures.

    Raises:
        NotFound: not a congress whose figures the actor sees.
    """
    return _described(actor, target, "的每月留言数据")


def fresh_figures(actor: Actor, target: str, since: datetime, until: datetime) -> Found:
    """The figures of the last month, once they are there."""
    told_on = timezone.localtime(until).replace(day=FIGURES_ON, hour=0, minute=0, second=0, microsecond=0)
    if _area(actor, target) is None or not since < told_on <= until:
        return Found()
    last_day = told_on.date().replace(day=1) - timedelta(days=1)
    month = date(last_day.year, last_day.month, 1)
    _, total = read(Question(Area(int(target)), month, month))
    if not total.counts["received"]:
        return Found()
    query = urlencode({"area": target, "first": f"{month:%Y-%m}", "last": f"{month:%Y-%m}"})
    said = "，".join(
        f"{word} {total.counts[key]} 件"
        for key, word in (("received", "收到"), ("answered", "答复"), ("solved", "解决"))
    )
    return Found(1, [Line(f"{month.year}年{month.month}月{said}", f"{reverse('voice:statistics')}?{query}")])


LIST = register_subscription(SubscriptionKind("message.list", "新留言", describe_list, fresh_list))
CASE = register_subscription(SubscriptionKind("message.case", "留言进展", describe_case, fresh_case))
ISSUES = register_subscription(SubscriptionKind("issue.area", "共性问题", describe_issues, fresh_issues))
FIGURES = register_subscription(SubscriptionKind("statistics.month", "每月数据", describe_figures, fresh_figures))
