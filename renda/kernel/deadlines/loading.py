"""A year's holiday arrangement arrives: checked, stored in front of the library, provisional dues counted again."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import transaction

from renda.kernel import clock
from renda.kernel.deadlines import store
from renda.kernel.deadlines.calendar import SpecialDay, library_days
from renda.kernel.errors import Invalid

# 全国年节及纪念日放假办法（2024-11-10）第二条: always days off, so a file without them is not an arrangement.
_ALWAYS_OFF = ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))
_YES = {"1": True, "true": True, "是": True, "上班": True, "0": False, "false": False, "否": False, "休息": False}

Recompute = Callable[[int], int]
_recompute: dict[str, Recompute] = {}


def register_recompute(name: str, function: Recompute) -> None:
    """Have ``function(year)`` count provisional dues again when a year is loaded; it returns how many changed."""
    _recompute[name] = function


@dataclass(frozen=True, slots=True)
class LoadedYear:
    """What loading did: named days stored, dues counted again by each who registered."""

    year: int
    days: int
    recomputed: dict[str, int]


def read_days(path: Path) -> list[SpecialDay]:
    """Days of a CSV file with the columns date (2027-01-01), is_working (1/0, 是/否, 上班/休息) and name.

    Raises:
        Invalid: a column is missing or a line cannot be read; the sentence names the line.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = {"date", "is_working", "name"} - set(reader.fieldnames or ())
        if missing:
            raise Invalid("deadlines.file", f"文件缺少列：{'、'.join(sorted(missing))}。")
        days = []
        for row in reader:
            try:
                day = date.fromisoformat(row["date"].strip())
                working = _YES[row["is_working"].strip().lower()]
                days.append(SpecialDay(day, working, row["name"].strip(), path.name))
            except (ValueError, KeyError, AttributeError) as error:
                raise Invalid("deadlines.file", f"第{reader.line_num}行无法识别：{row}。") from error
    return days


def load_year(year: int, days: Iterable[SpecialDay] | None = None) -> LoadedYear:
    """Store the arrangement of a year (of the library when no ``days`` are given) and count anew.

    An arrangement may also name days of the last week of the year before. Loading again replaces the year's days.

    Raises:
        Invalid: the library does not know the year, or the days are no whole arrangement.
    """
    from renda.kernel.deadlines.models import CalendarDay, CalendarYear

    entries = library_days(year) if days is None else list(days)
    _check(year, entries)
    with transaction.atomic():
        CalendarDay.objects.filter(date__year=year).delete()
        CalendarDay.objects.bulk_create(
            [CalendarDay(date=d.date, is_working=d.is_working, name=d.name, source=d.source) for d in entries],
            update_conflicts=True,
            unique_fields=["date"],
            update_fields=["is_working", "name", "source"],
        )
        CalendarYear.objects.update_or_create(
            year=year, defaults={"source": entries[0].source, "loaded_at": clock.now()}
        )
    store.forget()
    return LoadedYear(year, len(entries), {name: function(year) for name, function in _recompute.items()})


def _check(year: int, entries: list[SpecialDay]) -> None:
    if not entries:
        raise Invalid("deadlines.unpublished", f"随系统附带的日历还没有{year}年的安排，请用 --file 提供。")
    off = {entry.date for entry in entries if not entry.is_working}
    missing = [date(year, month, day) for month, day in _ALWAYS_OFF if date(year, month, day) not in off]
    if missing:
        named = "、".join(f"{day.month}月{day.day}日" for day in missing)
        raise Invalid("deadlines.incomplete", f"{year}年的安排不完整，缺少法定节假日：{named}。")
    seen: set[date] = set()
    for entry in entries:
        if entry.date.year != year and not (entry.date >= date(year - 1, 12, 25) and entry.date.year == year - 1):
            raise Invalid("deadlines.year", f"{entry.date} 不属于{year}年的安排。")
        if entry.is_working and entry.date.weekday() < 5:
            raise Invalid("deadlines.weekday", f"{entry.date} 不是周末，不能是调休上班日。")
        if entry.date in seen:
            raise Invalid("deadlines.twice", f"{entry.date} 出现了两次。")
        seen.add(entry.date)
