"""The inner zone's API: my to-dos, the messages that exist for me, the figures. It reads; nothing inside is done by it.

Asked with the session of a browser or with an access token. Rights are those of the asker today: what a page would not
show, this does not either.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from datetime import date, datetime
from typing import Annotated, Any, cast

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.shortcuts import get_object_or_404
from ninja import Path, Query, Schema
from ninja.security import APIKeyCookie, HttpBearer
from pydantic import StringConstraints

from renda.kernel.errors import Invalid, TooMany
from renda.kernel.flow import todo
from renda.kernel.parties import Actor
from renda.kernel.ui.http import ActorRequest
from renda.openapi.house import HouseAPI
from renda.voice import selectors
from renda.voice.bench import MESSAGE
from renda.voice.issues_views import congresses_where
from renda.voice.models import Answer, Message, Stage
from renda.voice.statistics.areas import Area
from renda.voice.statistics.forms import FiguresForm
from renda.voice.statistics.measures import MEASURES
from renda.voice.statistics.reading import GROUPS, Line, read
from renda.voice.statistics_views import PERMISSION

PAGE = 50
# Requests of one person that a web process answers within a minute.
A_MINUTE = 300
_PEOPLE = 10_000
BIGGEST = 2**63 - 1


class _Pace:
    """How often each person has asked within the running minute. Forgotten with the process: it spares, it does not guard."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: OrderedDict[int, tuple[int, int]] = OrderedDict()

    def count(self, person: int) -> None:
        """One request more.

        Raises:
            TooMany: that was one too many.
        """
        now = int(time.time())
        with self._lock:
            minute, asked = self._asked.pop(person, (0, 0))
            asked = asked + 1 if minute == now // 60 else 1
            self._asked[person] = (now // 60, asked)
            if len(self._asked) > _PEOPLE:
                self._asked.popitem(last=False)
        if asked > A_MINUTE:
            raise TooMany("api.too_many", "读取太频繁，请稍候再试。", seconds=60 - now % 60)


pace = _Pace()


def _actor(request: HttpRequest) -> Actor | None:
    """Who asks, as the middleware has found out; None when nobody does."""
    actor = cast(ActorRequest, request).actor
    if actor.party_id is None:
        return None
    pace.count(actor.party_id)
    return actor


class Token(HttpBearer):
    """An access token (账号与安全 → 访问令牌)."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """The middleware has looked at it."""
        return _actor(request)


class Session(APIKeyCookie):
    """The session of a browser that is signed in."""

    param_name = "sessionid"

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        """The middleware has looked at it."""
        return _actor(request) if key else None


api = HouseAPI(
    title="内部区接口",
    description="读取本人的待办、能看到的留言和统计数字。凭登录会话或访问令牌；只读。",
    urls_namespace="inner_api",
    auth=[Token(), Session()],
    refusals=(401, 403),
)


class PostOut(Schema):
    """A post of mine."""

    kind: str
    title: str


class MeOut(Schema):
    """Whose rights the answers have."""

    name: str
    posts: list[PostOut]


class ToDoOut(Schema):
    """A task that waits for me; ``message``: the id of the message it is about."""

    id: int
    message: int
    title: str
    step: str
    opened_at: datetime
    due_at: datetime | None


class MessageOut(Schema):
    """A message as lists show it: never a contact."""

    id: int
    receipt_number: str
    number: str
    subject: str
    stage: Stage
    state: str
    channel: str
    category: str
    place: str
    deputy: str
    station: str
    lead_unit: str
    submitted_at: datetime
    accepted_at: datetime | None
    assigned_at: datetime | None
    answered_at: datetime | None
    concluded_at: datetime | None
    due_at: datetime | None
    is_sealed: bool
    is_demo: bool


class AnswerOut(Schema):
    """An answer."""

    body: str
    by: str
    solved: str
    promised_on: date | None
    answered_at: datetime


class MessagePageOut(MessageOut):
    """One message with its text (empty where it is sealed) and its answers."""

    body: str
    place_text: str
    may_publish: bool
    answers: list[AnswerOut]


class ToDosOut(Schema):
    """A page of to-dos, the most pressing first."""

    count: int
    items: list[ToDoOut]


class MessagesOut(Schema):
    """A page of messages, the newest first; ``has_next``: there is another page."""

    has_next: bool
    items: list[MessageOut]


class LineOut(Schema):
    """A line of the figures; days are working days from assignment to answer."""

    name: str
    counts: dict[str, int]
    median_days: float | None
    p90_days: float | None


class FiguresOut(Schema):
    """``measures``: what each count means, by its name."""

    area: str
    first: date
    last: date
    by: str
    measures: dict[str, str]
    lines: list[LineOut]
    total: LineOut


Page = Annotated[int, Query(ge=1, le=10_000)]
Month = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}$")]


@api.get("/me", response=MeOut, url_name="me", summary="我的姓名和岗位")
def me(request: ActorRequest) -> dict[str, Any]:
    """Also a way to try a token."""
    return {
        "name": request.actor.name,
        "posts": [{"kind": post.kind, "title": post.title} for post in request.actor.posts],
    }


@api.get("/to-dos", response=ToDosOut, url_name="to_dos", summary="我的待办")
def to_dos(request: ActorRequest, page: Page = 1) -> dict[str, Any]:
    """The rows of the work bench, 50 a page."""
    tasks = todo.listed(todo.to_do(request.actor)).filter(case__subject_type=MESSAGE)
    found = list(tasks[(page - 1) * PAGE : page * PAGE])
    exist = set(_rows(request).filter(pk__in=[task.case.subject_id for task in found]).values_list("pk", flat=True))
    return {
        "count": tasks.count(),
        "items": [
            {
                "id": task.pk,
                "message": task.case.subject_id,
                "title": task.case.title,
                "step": Stage(task.node).label if task.node in Stage.values else task.node,
                "opened_at": task.opened_at,
                "due_at": task.due_at,
            }
            for task in found
            if task.case.subject_id in exist
        ],
    }


def _rows(request: ActorRequest) -> QuerySet[Message]:
    return selectors.messages_for(request.actor)


@api.get("/messages", response=MessagesOut, url_name="messages", summary="我能看到的留言")
def messages(
    request: ActorRequest,
    page: Page = 1,
    stage: Stage | None = None,
    submitted_from: date | None = None,
    submitted_to: date | None = None,
) -> dict[str, Any]:
    """The newest first, 50 a page."""
    rows = selectors.for_lists(_rows(request))
    if stage is not None:
        rows = rows.filter(stage=stage)
    if submitted_from is not None:
        rows = rows.filter(submitted_at__date__gte=submitted_from)
    if submitted_to is not None:
        rows = rows.filter(submitted_at__date__lte=submitted_to)
    found = list(rows.order_by("-submitted_at", "-id")[(page - 1) * PAGE : page * PAGE + 1])
    return {"has_next": len(found) > PAGE, "items": [_message(one) for one in found[:PAGE]]}


@api.get("/messages/{int:pk}", response=MessagePageOut, url_name="message", summary="一件留言和它的答复")
def message(request: ActorRequest, pk: Annotated[int, Path(ge=0, le=BIGGEST)]) -> dict[str, Any]:
    """404 where the page would be 404."""
    one = get_object_or_404(selectors.for_page(_rows(request)), pk=pk)
    answers = Answer.objects.filter(message=one).select_related("organisation").order_by("answered_at", "id")
    return {
        **_message(one),
        "body": "" if one.is_sealed else one.body,
        "place_text": one.place_text,
        "may_publish": one.may_publish,
        "answers": [] if one.is_sealed else [_answer(answer) for answer in answers],
    }


def _message(one: Message) -> dict[str, Any]:
    names = [
        field for field in MessageOut.model_fields if field not in {"state", "place", "deputy", "station", "lead_unit"}
    ]
    return {
        **{name: getattr(one, name) for name in names},
        "state": one.get_stage_display(),
        "place": one.place.name if one.place else "",
        "deputy": one.deputy.name if one.deputy else "",
        "station": one.station.name if one.station else "",
        "lead_unit": one.lead_unit.name if one.lead_unit else "",
    }


@api.get("/statistics", response=FiguresOut, url_name="statistics", summary="留言统计数字")
def statistics(
    request: ActorRequest,
    area: Annotated[str, StringConstraints(max_length=40)] = "",
    first: Month | None = None,
    last: Month | None = None,
    category: Annotated[str, StringConstraints(max_length=20)] = "",
    by: Annotated[str, Query(pattern=f"^({'|'.join(GROUPS)})$")] = "place",
) -> dict[str, Any]:
    """As the page 统计: the last twelve months of the widest congress where nothing is asked."""
    congresses = congresses_where(request, PERMISSION)
    asked = QueryDict(mutable=True)
    asked.update({"area": area, "first": first or "", "last": last or "", "category": category, "by": by})
    form = FiguresForm(asked, areas=[(str(one.tenant_id), one.name) for one in congresses])
    if not form.is_valid():
        raise Invalid("statistics", fields={name: str(errors[0]) for name, errors in form.errors.items()})
    question = form.question(Area(congresses[0].tenant_id))
    lines, total = read(question)
    return {
        "area": str(question.area),
        "first": question.first,
        "last": question.last,
        "by": question.by,
        "measures": {key: measure.title for key, measure in MEASURES.items()},
        "lines": [_line(line) for line in lines],
        "total": _line(total),
    }


def _line(line: Line) -> dict[str, Any]:
    return {"name": line.name, "counts": line.counts, "median_days": line.median, "p90_days": line.p90}


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "body": answer.body,
        "by": answer.organisation.name if answer.organisation else answer.get_by_display(),
        "solved": answer.solved,
        "promised_on": answer.promised_on,
        "answered_at": answer.answered_at,
    }
