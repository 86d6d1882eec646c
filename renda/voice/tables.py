"""The list of messages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse

from renda.kernel import clock
from renda.kernel.search import api as search
from renda.kernel.ui import wording
from renda.kernel.ui.filters import Choice, Dates, Search
from renda.kernel.ui.shapes import State
from renda.kernel.ui.tables import Column, Table
from renda.voice.models import Message, Solved, Stage
from renda.voice.sorter.categories import first_level
from renda.voice.telling import STATES


def address(message: Message) -> str:
    """The message's inner page."""
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


def _matching(rows: Any, text: str) -> Any:
    """By number (the beginning is enough), else by the words of title, text and place."""
    typed = text.strip()
    if typed.isascii() and "-" in typed:
        return rows.filter(Q(number__startswith=typed) | Q(receipt_number__startswith=typed.upper()))
    return search.matching(rows, "voice.Message", typed)


class MessageTable(Table[Message]):
    """The messages that exist for an actor."""

    caption = "群众留言"
    columns = (
        Column("事项", "subject", link=address),
        Column("编号", lambda m: m.number or m.receipt_number, css="nowrap"),
        Column("状态", lambda m: STATES[m.state_key], kind="state"),
        Column("地点", "place.name", css="nowrap"),
        Column("类别", "category", on_screen=False),
        Column("代表", "deputy.name", css="nowrap"),
        Column("承办", "lead_unit.name"),
        Column("时限", time_left, kind="state", export="due_at", sort="due_at"),
        Column(
            "提出",
            lambda m: wording.short_day(m.submitted_at),
            export="submitted_at",
            sort="submitted_at",
            css="nowrap",
        ),
        Column("解决情况", "get_solved_display", on_screen=False),
        Column("交办", "assigned_at", on_screen=False),
        Column("答复", "answered_at", on_screen=False),
        Column("办结", "concluded_at", on_screen=False),
        Column("演示数据", "is_demo", on_screen=False),
    )
    filters = (
        Search("搜索标题、内容、地点、编号", by=_matching),
        Choice("stage", "状态", Stage.choices),
        Choice("category", "类别", [(name, name) for name in first_level()]),
        Choice("solved", "解决情况", Solved.choices),
        Choice("due", "时限", (("overdue", "已超期"), ("soon", "即将到期")), by=due_within),
        Dates("submitted_at", "提出"),
    )
    order = "-submitted_at"
