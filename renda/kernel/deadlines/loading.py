"""A year's holiday arrangement: checked, stored in front of the library; who counts provisional dues again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from renda.kernel.deadlines.calendar import SpecialDay, library_days
from renda.kernel.deadlines.models import CalendarDay, CalendarYear
from renda.kernel.errors import Invalid
from renda.kernel.parties import Actor

# 全国年节及纪念日放假办法（2024-11-10）第二条: always days off, so a text without them is not an arrangement.
_ALWAYS_OFF = ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))


@dataclass(frozen=True, slots=True)
class Waiting:
    """A matter with a provisional due; ``url`` is empty where its page is not for the reader."""

    title: str
    due_at: datetime
    url: str = ""


@dataclass(frozen=True, slots=True)
class Outlook:
    """Matters with provisional dues: how many by the year of their due, and the first ones."""

    by_year: Counter[int] = field(default_factory=Counter)
    first: Sequence[Waiting] = ()


Recompute = Callable[[int], int]
Wait = Callable[[Actor, int], Outlook]

RECOMPUTES: dict[str, Recompute] = {}
WAITS: dict[str, Wait] = {}


def register_recompute(name: str, again: Recompute) -> None:
    """Have ``again(year)`` count provisional dues again after the year's arrangement arrived; it gives how many matters
    it looked at. ``name`` is what they are called on the screen (办件时限).
    """
    RECOMPUTES[name] = again


def register_waiting(name: str, waiting: Wait) -> None:
    """Have ``waiting(actor, limit)`` tell which matters in the actor's scope have a provisional due."""
    WAITS[name] = waiting


def library_arrangement(year: int) -> list[SpecialDay]:
    """The arrangement that the library brings.

    Raises:
        Invalid: it does not know the year.
    """
    days = library_days(year)
    if not days:
        raise Invalid("deadlines.unpublished", f"随系统附带的日历还没有{year}年的安排，请录入通知。")
    return days


def check_arrangement(year: int, days: Iterable[SpecialDay]) -> None:
    """Whether the days are the whole arrangement of the year. It may name days of the last week of the year before.

    Raises:
        Invalid: a day that is always off is missing, a day is of another year or stands twice, or a working day of the
            week is called a make-up day.
    """
    named = list(days)
    off = {day.date for day in named if not day.is_working}
    missing = [date(year, month, day) for month, day in _ALWAYS_OFF if date(year, month, day) not in off]
    if missing:
        words = "、".join(f"{day.month}月{day.day}日" for day in missing)
        raise Invalid("deadlines.incomplete", f"{year}年的安排不完整，缺少法定节假日：{words}。")
    seen: set[date] = set()
    for day in named:
        if day.date.year != year and not (day.date >= date(year - 1, 12, 25) and day.date.year == year - 1):
            raise Invalid("deadlines.year", f"{day.date} 不属于{year}年的安排。")
        if day.is_working and day.date.weekday() < 5:
            raise Invalid("deadlines.weekday", f"{day.date} 不是周末，不能是调休上班日。")
        if day.date in seen:
            raise Invalid("deadlines.twice", f"{day.date} 出现了两次。")
        seen.add(day.date)


def store_arrangement(year: int, days: Sequence[SpecialDay], source: str, at: datetime) -> CalendarYear:
    """Store a checked arrangement; what this year's earlier one named and the new one does not is forgotten."""
    known = CalendarYear.objects.filter(year=year).first()
    if known is not None:
        CalendarDay.objects.filter(source=known.source).delete()
    # Days of December that the next year's arrangement named stay: they carry its source.
    named = source if str(year) in source else f"{year}年：{source}"
    CalendarDay.objects.bulk_create(
        [CalendarDay(date=day.date, is_working=day.is_working, name=day.name, source=named) for day in days],
        update_conflicts=True,
        unique_fields=["date"],
        update_fields=["is_working", "name", "source"],
    )
    stored, _ = CalendarYear.objects.update_or_create(year=year, defaults={"source": named, "loaded_at": at})
    return stored
