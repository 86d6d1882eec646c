"""The list of messages."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator

from renda.congress.api import Organisation, PlaceLevel
from renda.kernel import clock
from renda.kernel.deadlines import api as deadlines
from renda.kernel.privacy.api import redact
from renda.kernel.search import api as search
from renda.kernel.ui import wording
from renda.kernel.ui.filters import Carried, Choice, Dates, Search
from renda.kernel.ui.shapes import State
from renda.kernel.ui.tables import Column, Table
from renda.voice import watching
from renda.voice.models import CommonIssue, Message, PastMessage, Solved, Stage
from renda.voice.selectors import waiting_words
from renda.voice.sorter.categories import first_level
from renda.voice.statistics.areas import NO_CATEGORY, NO_UNIT, Area
from renda.voice.statistics.measures import MEASURES, having
from renda.voice.telling import IMPORT_STATES, STATES

# How much of a text is shown to whoever has no business with its message.
SHOWN = 90
# A person works in a few units at most.
MOST_UNITS = 20


def address(message: Message) -> str:
    """The message's inner page."""
    return reverse("voice:message.page", args=[message.pk])


def time_left(message: Message) -> State | None:
    """How long the present handler has; None where no clock runs."""
    if message.concluded_at is not None or message.due_at is None:
        return None
    return wording.time_left(message.due_at)


def soon() -> datetime:
    """Until when what is due counts as due soon: the end of the next working day, as the screen's words do."""
    next_day = deadlines.add_working_days(clock.today(), 1)
    return timezone.make_aware(datetime.combine(next_day, time.max))


def due_within(rows: Any, word: str) -> Any:
    """Running messages that are overdue, or due soon."""
    now = clock.now()
    running = rows.filter(concluded_at=None)
    if word == "overdue":
        return running.filter(due_at__lt=now)
    return running.filter(due_at__gte=now, due_at__lte=soon())


def _matching(rows: Any, text: str) -> Any:
    """By number (the beginning is enough), else by the words of title, text and place."""
    typed = text.strip()
    if typed.isascii() and "-" in typed:
        return rows.filter(Q(number__startswith=typed) | Q(receipt_number__startswith=typed.upper()))
    return search.matching(rows, "voice.Message", typed)


def _in_area(rows: Any, text: str) -> Any:
    area = Area.read(text)
    return rows.filter(area.condition()) if area else rows


def _area_name(text: str) -> str:
    area = Area.read(text)
    return area.name if area else ""


def _units(text: str) -> list[int]:
    """The units of ``12`` or ``12,15``."""
    keys = text.split(",")
    return [int(key) for key in keys] if len(keys) < MOST_UNITS and all(map(_is_key, keys)) else []


def _of_unit(rows: Any, text: str) -> Any:
    return rows.filter(lead_unit=None) if text == NO_UNIT else rows.filter(lead_unit__in=_units(text))


def _unit_name(text: str) -> str:
    if text == NO_UNIT:
        return "未确定"
    return "、".join(Organisation.objects.filter(pk__in=_units(text)).order_by("pk").values_list("name", flat=True))


def _in_issue(rows: Any, issue: str) -> Any:
    return rows.filter(voice__issue_id=int(issue), voice__taken_out=False)


def _issue_name(issue: str) -> str:
    found = CommonIssue.objects.filter(pk=int(issue)).first() if _is_key(issue) else None
    return found.title if found else ""


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _in_category(rows: Any, category: str) -> Any:
    return rows.filter(category="" if category == NO_CATEGORY else category)


def inner_state(message: Message) -> State:
    """Where it stands, as the house sees it: held for a look at its words before anything else."""
    return STATES["message.held" if watching.waiting(message) is not None else message.state_key]


def _held(rows: Any, word: str) -> Any:
    return rows.filter(waiting_words() if word == "waiting" else Q(hold__isnull=False) & ~waiting_words())


class MessageTable(Table[Message]):
    """The messages that exist for an actor."""

    caption = "群众留言"
    is_large = True
    columns = (
        Column("事项", "subject", link=address),
        Column("编号", lambda m: m.number or m.receipt_number, css="nowrap"),
        Column("状态", inner_state, kind="state"),
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
        Choice(
            "category", "类别", [*((name, name) for name in first_level()), (NO_CATEGORY, "未分类")], by=_in_category
        ),
        Carried("area", "范围", by=_in_area, named=_area_name),
        Carried("unit", "承办单位", by=_of_unit, named=_unit_name),
        Carried("issue", "共性问题", by=_in_issue, named=_issue_name),
        Carried("figure", "统计口径", by=having, named=lambda key: MEASURES[key].title if key in MEASURES else ""),
        Choice("solved", "解决情况", Solved.choices),
        Choice("held", "留意词", (("waiting", "待核对"), ("decided", "已核对")), by=_held),
        Choice("due", "时限", (("overdue", "已超期"), ("soon", "即将到期")), by=due_within),
        Dates("submitted_at", "提出"),
        Dates("concluded_at", "办结"),
    )
    order = "-submitted_at"


def _township(message: Message) -> str:
    """Where it comes from, no nearer than the township."""
    place = message.place
    if place is None:
        return message.tenant.name.removesuffix("人民代表大会")
    return place.parent.name if place.level == PlaceLevel.VILLAGE and place.parent else place.name


class OpinionTable(Table[Message]):
    """What constituents say (社情民意), without who said it, to whom, and where exactly."""

    caption = "社情民意"
    is_large = True
    columns = (
        Column("反映的问题", lambda m: redact(m.subject)),
        Column("内容摘要", lambda m: Truncator(redact(m.body)).chars(SHOWN), phone=True),
        Column("类别", lambda m: m.category or "未分类", css="nowrap"),
        Column("乡镇（街道）", _township, css="nowrap"),
        Column("月份", lambda m: f"{timezone.localtime(m.submitted_at):%Y年%-m月}", css="nowrap", sort="submitted_at"),
        Column("状态", lambda m: STATES[m.state_key], kind="state"),
    )
    filters = (
        Search("搜索标题、内容、地点", by=_matching),
        Choice(
            "category", "类别", [*((name, name) for name in first_level()), (NO_CATEGORY, "未分类")], by=_in_category
        ),
        Choice("solved", "解决情况", Solved.choices),
        Carried("area", "范围", by=_in_area, named=_area_name),
        Dates("submitted_at", "提出"),
    )
    order = "-submitted_at"
    files = ()


def past_address(message: PastMessage) -> str:
    """The former message's page."""
    return reverse("voice:past.page", args=[message.pk])


class PastTable(Table[PastMessage]):
    """Former messages."""

    caption = "历史留言"
    columns = (
        Column("事项", "subject", link=past_address),
        Column("原编号", "number", css="nowrap"),
        Column("状态", lambda m: IMPORT_STATES[m.state_key], kind="state"),
        Column("地点", lambda m: m.place.name if m.place else m.place_text, css="nowrap"),
        Column("类别", "category"),
        Column("代表", "deputy_name", css="nowrap"),
        Column("承办", "unit_name"),
        Column("来信", lambda m: wording.short_day(m.came_at), export="came_at", sort="came_at", css="nowrap"),
        Column("内容", "body", on_screen=False),
        Column("答复", "answer", on_screen=False),
        Column("答复时间", "answered_at", on_screen=False),
        Column("解决情况", "get_solved_display", on_screen=False),
    )
    filters = (
        Search("搜索标题、内容、答复", by=lambda rows, text: search.matching(rows, "voice.PastMessage", text)),
        Choice(
            "category", "类别", [*((name, name) for name in first_level()), (NO_CATEGORY, "未分类")], by=_in_category
        ),
        Dates("came_at", "来信"),
    )
    order = "-came_at"
