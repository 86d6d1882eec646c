"""The list of messages and the work bench."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from renda.kernel import clock, policy
from renda.kernel.flow import todo
from renda.kernel.search import api as search
from renda.kernel.ui import wording
from renda.kernel.ui.filters import Choice, Dates, Search
from renda.kernel.ui.http import ActorRequest
from renda.kernel.ui.shapes import State, Tile
from renda.kernel.ui.tables import Column, Table
from renda.voice import selectors
from renda.voice.models import Message, Solved, Stage
from renda.voice.sorter.categories import first_level
from renda.voice.telling import STATES

# The bench shows the most pressing; the list shows all.
MOST_TASKS = 50


def _address(message: Message) -> str:
    return reverse("voice:message.page", args=[message.pk])


def time_left(message: Message) -> State | None:
    """How long the present handler has; None where no clock runs."""
    if message.concluded_at is not None or message.due_at is None:
        return None
    return wording.time_left(message.due_at)


def due_within(rows: Any, word: str) -> Any:
    """Running messages that are overdue, or due within two days."""
    now = clock.now()
    running = rows.filter(concluded_at=None)
    if word == "overdue":
        return running.filter(due_at__lt=now)
    return running.filter(due_at__gte=now, due_at__lt=now + timedelta(days=2))


class MessageTable(Table[Message]):
    """The messages that exist for an actor."""

    caption = "群众留言"
    columns = (
        Column("事项", "subject", link=_address),
        Column("编号", lambda m: m.number or m.receipt_number, css="nowrap"),
        Column("状态", lambda m: STATES[m.state_key], kind="state"),
        Column("地点", "place.name"),
        Column("类别", "category"),
        Column("代表", "deputy.name"),
        Column("承办", "lead_unit.name"),
        Column("时限", time_left, kind="state", export="due_at", sort="due_at"),
        Column("提出", "submitted_at", kind="day", sort="submitted_at"),
        Column("解决情况", "get_solved_display", on_screen=False),
        Column("交办", "assigned_at", on_screen=False),
        Column("答复", "answered_at", on_screen=False),
        Column("办结", "concluded_at", on_screen=False),
        Column("演示数据", "is_demo", on_screen=False),
    )
    filters = (
        Search(
            "搜索标题、内容、地点",
            by=lambda rows, text: search.matching(rows, "voice.Message", text),
        ),
        Choice("stage", "状态", Stage.choices),
        Choice("category", "类别", [(name, name) for name in first_level()]),
        Choice("solved", "解决情况", Solved.choices),
        Choice(
            "due",
            "时限",
            (("overdue", "已超期"), ("soon", "即将到期")),
            by=due_within,
        ),
        Dates("submitted_at", "提出"),
    )
    order = "-submitted_at"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of the to-do list."""

    title: str
    step: str
    url: str
    due_at: datetime | None
    opened_at: datetime | None


def _waiting(task: Any) -> Waiting:
    step = dict(Stage.choices).get(task.node, task.case.definition.title)
    url = reverse("voice:message.page", args=[task.case.subject_id])
    return Waiting(task.case.title, step, url, task.due_at, task.opened_at)


def bench_context(request: ActorRequest) -> dict[str, Any]:
    """What the bench shows: figures that open their rows, and what waits for the actor."""
    actor = request.actor
    rows = selectors.messages_for(actor)
    counts = todo.counts(actor)
    month = timezone.localtime(clock.now()).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    listed = reverse("voice:message.list")
    tiles = [
        Tile("待我办理", counts.mine, reverse("voice:bench"), "需要您处理的事项"),
        Tile("即将到期", counts.due_soon, f"{listed}?due=soon", "一个工作日内", tone="warn"),
        Tile("已超期", counts.overdue, f"{listed}?due=overdue", "请优先办理", tone="late"),
        Tile("本月办结", rows.filter(concluded_at__gte=month).count(), f"{listed}?stage=concluded", "本月", tone="ok"),
    ]
    return {
        "tiles": tiles,
        "tasks": [_waiting(task) for task in todo.listed(todo.to_do(actor))[:MOST_TASKS]],
        "may_register": policy.may(actor, "message.register", None),
        "may_export": policy.may(actor, "message.export", None),
    }
