"""The work bench: what waits for me, what I am to read, what I have done, and requests that wait for my word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, cast

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from renda.congress.api import PostKind
from renda.kernel import clock, policy
from renda.kernel.flow import todo
from renda.kernel.flow.models import PendingRequest, Task
from renda.kernel.parties import Actor
from renda.kernel.ui import wording
from renda.kernel.ui.filters import Choice, Filter, Search
from renda.kernel.ui.http import ActorRequest
from renda.kernel.ui.shapes import State, Tile
from renda.kernel.ui.tables import Column, Table
from renda.voice import selectors
from renda.voice.models import Message, Stage
from renda.voice.registrations import ACTIONS
from renda.voice.tables import address, soon
from renda.voice.telling import STATES
from renda.voice.watching import waiting

MESSAGE = "voice.Message"


def running_out(tasks: Any, word: str) -> Any:
    """Tasks that are overdue or due soon, by the marks that the tiles count."""
    return tasks.filter(overdue=True) if word == "overdue" else tasks.filter(due_soon=True, overdue=False)


@dataclass(frozen=True, slots=True)
class Row:
    """A task and the message that it is about."""

    task: Any
    message: Message

    @property
    def url(self) -> str:
        return address(self.message)

    @property
    def step(self) -> str:
        if waiting(self.message) is not None:
            return STATES["message.held"].word
        return Stage(self.task.node).label if self.task.node in Stage.values else ""

    @property
    def time_left(self) -> State | None:
        return wording.time_left(self.task.due_at) if self.task.due_at else None

    @property
    def arrived(self) -> str:
        return wording.short_day(self.task.opened_at)

    @property
    def did(self) -> str:
        if self.task.state == Task.State.SENT_BACK:
            return "退回"
        return ACTIONS.get(self.task.action, "已阅")

    @property
    def state(self) -> State:
        return STATES[self.message.state_key]


class TaskTable(Table[Row]):
    """Tasks on messages; the messages of a page come by one query more."""

    key = "tasks"
    files = ()
    filters: ClassVar[Sequence[Filter]] = (Search("搜索标题", ("case__title",)),)

    def __init__(self, request: ActorRequest, rows: QuerySet[Any]) -> None:
        super().__init__(request, rows)
        self.actor = request.actor

    @cached_property
    def objects(self) -> list[Row]:
        """The rows of this page with their messages; a message that does not exist for her (it is about her) is left out."""
        tasks = cast("list[Any]", self._fetched[: self.page_size])
        ids = [task.case.subject_id for task in tasks]
        rows = selectors.messages_for(self.actor).filter(pk__in=ids).select_related("place", "lead_unit", "hold")
        messages = {row.pk: row for row in rows}
        return [Row(task, found) for task in tasks if (found := messages.get(task.case.subject_id)) is not None]


_TITLE: Column[Row] = Column("事项", "message.subject", link=lambda row: row.url)
_PLACE: Column[Row] = Column("地点", "message.place.name", css="nowrap")
_UNIT: Column[Row] = Column("承办", "message.lead_unit.name")
_ARRIVED: Column[Row] = Column("到达", "arrived", css="nowrap", sort="opened_at")


class ToDoTable(TaskTable):
    """What waits for me, the most pressing first."""

    caption = "待办"
    order = "due_at"
    columns = (
        _TITLE,
        Column("环节", "step", css="nowrap"),
        _PLACE,
        _UNIT,
        Column("时限", "time_left", kind="state", sort="due_at"),
        _ARRIVED,
    )
    filters = (
        *TaskTable.filters,
        Choice("step", "环节", Stage.choices, lookup="node"),
        Choice("due", "时限", (("overdue", "已超期"), ("soon", "即将到期")), by=running_out),
    )


class ReadTable(TaskTable):
    """What was sent to me to read."""

    caption = "待阅"
    order = "opened_at"
    columns = (_TITLE, _PLACE, _UNIT, _ARRIVED)


class DoneTable(TaskTable):
    """What I have done, the latest first."""

    caption = "已办"
    order = "-closed_at"
    columns = (
        _TITLE,
        Column("我的办理", "did", css="nowrap"),
        Column("现在状态", "state", kind="state"),
        _PLACE,
        Column("办理时间", "task.closed_at", kind="moment", css="nowrap", sort="closed_at"),
    )


# The tabs: the address's name → title, table, whose rows, what is said when there are none.
TABS = {
    "bench": ("待办", ToDoTable, todo.to_do, "现在没有待办"),
    "bench.read": ("待阅", ReadTable, todo.to_read, "没有待阅"),
    "bench.done": ("已办", DoneTable, todo.done, "您还没有办过事项"),
}


def asked_of(actor: Actor) -> list[dict[str, Any]]:
    """Extensions that wait for this actor's word: asked for in congresses where she assigns."""
    if not actor.party_ids:
        return []
    waiting = PendingRequest.objects.filter(
        kind="extend", state="pending", case__subject_type=MESSAGE, case__state="running"
    ).filter(case_id__in=selectors.messages_for(actor).filter(stage=Stage.UNIT).values("case_id"))
    found = waiting.filter(approvers__overlap=list(actor.party_ids)).select_related("case", "asked_by")
    return [
        {
            "title": request.case.title,  # a running case: nothing of it is sealed
            "url": reverse("voice:message.page", args=[request.case.subject_id]),
            "by": request.asked_by.name,
            "until": request.wanted_at,
            "reason": request.reason,
        }
        for request in found.order_by("asked_at")
    ]


def _late(actor: Actor) -> tuple[int, int]:
    """How many of the messages that staff sees are overdue, and due soon, whoever has them."""
    rows = selectors.messages_for(actor).filter(concluded_at=None, due_at__lte=soon())
    found = rows.aggregate(overdue=Count("id", filter=Q(due_at__lt=clock.now())), all=Count("id"))
    return found["overdue"], found["all"] - found["overdue"]


def _vets(actor: Actor) -> bool:
    return any(post.kind in (PostKind.VETTER, PostKind.STATION_MANAGER) for post in actor.posts)


def _concluded(actor: Actor) -> Tile:
    """What was concluded this month: of a unit what it leads, of anybody else what she sees."""
    month = timezone.localtime(clock.now()).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    listed = f"{reverse('voice:message.list')}?concluded_at_from={month:%Y-%m-%d}"
    units = selectors.units_of(actor)
    if units and not policy.tenants_where(actor, "message.view"):
        rows, hint = selectors.led_messages(actor), "您单位主办的留言"
        listed = f"{listed}&unit={','.join(map(str, units))}"
    else:
        rows, hint = selectors.messages_for(actor, listed=True), "您能看到的留言"
    return Tile("本月办结", rows.filter(concluded_at__gte=month).count(), listed, hint, tone="ok")


def _tiles(actor: Actor, counts: todo.Counts) -> list[Tile]:
    here = reverse("voice:bench")
    return [
        Tile("待我办理", counts.mine, here, "需要您处理"),
        Tile(
            "即将到期", counts.due_soon, f"{here}?due=soon", "一个工作日内", tone="warn" if counts.due_soon else "quiet"
        ),
        Tile("已超期", counts.overdue, f"{here}?due=overdue", "请优先办理", tone="late" if counts.overdue else "quiet"),
        _concluded(actor),
    ]


def bench_context(request: ActorRequest, chosen: str) -> dict[str, Any]:
    """What the bench shows: figures that open their rows, and the rows of the chosen tab (``TABS``)."""
    actor = request.actor
    counts = todo.counts(actor)
    _title, table, rows, nothing = TABS[chosen]
    tasks: QuerySet[Any] = todo.listed(rows(actor)).filter(case__subject_type=MESSAGE)
    return {
        "posts": [post.title for post in actor.posts],
        "tiles": _tiles(actor, counts),
        "held": selectors.held_for(actor).count() if _vets(actor) else 0,
        "late": _late(actor) if policy.tenants_where(actor, "message.view") else None,
        "tabs": [
            (f"voice:{name}", title, {"bench": counts.mine, "bench.read": counts.read}.get(name))
            for name, (title, *_rest) in TABS.items()
        ],
        "chosen": f"voice:{chosen}",
        "nothing": nothing,
        "table": table(request, tasks),
        "requests": asked_of(actor),
        "may_register": policy.may(actor, "message.register", None),
        "may_export": policy.may(actor, "message.export", None),
    }
