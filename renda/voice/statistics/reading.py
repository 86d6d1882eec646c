"""The figures of a page: cells added up by place, unit, category or month; every figure leads to its rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import ceil
from typing import Any
from urllib.parse import urlencode

from django.db.models import Sum
from django.urls import reverse

from renda.congress.api import Organisation, Place
from renda.voice.models import Axis, MonthFigure
from renda.voice.statistics.areas import NO_CATEGORY, NO_UNIT, UNNAMED, Area
from renda.voice.statistics.counting import month_after
from renda.voice.statistics.measures import MEASURES

GROUPS = {"place": "按地点", "unit": "按承办单位", "category": "按类别", "month": "按月份"}
_MOST_LINES = 500


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: whose figures, of which months (first days, both included), of which category, grouped how."""

    area: Area
    first: date
    last: date
    category: str = ""
    by: str = "place"

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day."""
        return self.first, month_after(self.last) - timedelta(1)


@dataclass(slots=True)
class Line:
    """One line of the figures. ``days``: working days taken → how many messages took them."""

    name: str
    narrowing: Mapping[str, str]
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MEASURES, 0))
    days: dict[int, int] = field(default_factory=dict)
    # Where the same page goes on, one level below.
    below_url: str = ""

    def add(self, days: int | None, counts: Sequence[int]) -> None:
        """Add a cell."""
        for key, value in zip(MEASURES, counts, strict=True):
            self.counts[key] += value
        if days is not None:
            # All that a cell has received took the cell's days.
            self.days[days] = self.days.get(days, 0) + counts[0]

    @property
    def median(self) -> float | None:
        """Median of the working days from assignment to answer."""
        return percentile(self.days, 0.5)

    @property
    def p90(self) -> float | None:
        """The working days within which nine tenths were answered (nearest rank)."""
        return percentile(self.days, 0.9)

    def url(self, measure: str) -> str:
        """The list of exactly the rows behind a figure."""
        return f"{reverse('voice:message.list')}?{urlencode({**self.narrowing, 'figure': measure})}"


def percentile(days: Mapping[int, int], share: float) -> float | None:
    """The value at a share of the distribution: the median as usual, others by nearest rank; None without values."""
    total = sum(days.values())
    if not total:
        return None
    if share == 0.5 and total % 2 == 0:
        return (_at(days, total // 2) + _at(days, total // 2 + 1)) / 2
    return float(_at(days, ceil(share * total)))


def _at(days: Mapping[int, int], rank: int) -> int:
    passed = 0
    for value in sorted(days):
        passed += days[value]
        if passed >= rank:
            return value
    raise ValueError(rank)


def read(question: Question) -> tuple[list[Line], Line]:
    """The lines and their total, in the scope that is open; three queries whatever the number of messages."""
    first, last = question.days
    shared = {"submitted_at_from": first.isoformat(), "submitted_at_to": last.isoformat()}
    shared |= {"category": question.category} if question.category else {}
    total = Line("合计", {"area": str(question.area), **shared})
    found: defaultdict[Any, Line] = defaultdict(lambda: Line("", {}))
    for key, days, *counts in _cells(question):
        for line in (found[key], total):
            line.add(days, counts)
    names = _names(question.by, found)
    for key, line in found.items():
        line.name = names.get(key, UNNAMED if question.by == "place" else "未确定")
        line.narrowing = {"area": str(question.area), **shared, **_narrowing(question, key)}
    return _ordered(question.by, found)[:_MOST_LINES], total


def _cells(question: Question) -> Iterable[tuple[Any, ...]]:
    column = {"place": "key", "unit": "key"}.get(question.by, question.by)
    rows = MonthFigure.objects.filter(
        tenant_id=question.area.tenant_id,
        axis=Axis.UNIT if question.by == "unit" else Axis.PLACE,
        month__range=(question.first, question.last),
    )
    if question.category:
        rows = rows.filter(category=question.category)
    sums = {f"sum_{name}": Sum(name) for name in MEASURES}
    cells: Iterable[tuple[Any, ...]] = rows.values(column, "days").annotate(**sums).values_list(column, "days", *sums)
    return cells


def _names(by: str, keys: Iterable[Any]) -> dict[Any, str]:
    if by == "place":
        return dict(Place.objects.filter(code__in=[key for key in keys if key]).values_list("code", "name"))
    if by == "unit":
        units = Organisation.objects.filter(pk__in=[int(key) for key in keys if key])
        return {str(pk): name for pk, name in units.values_list("pk", "name")}
    if by == "month":
        return {key: f"{key.year}年{key.month}月" for key in keys}
    return {key: key for key in keys if key}


def _narrowing(question: Question, key: Any) -> dict[str, str]:
    match question.by:
        case "place":
            return {"area": str(Area(question.area.tenant_id, key))}
        case "unit":
            return {"unit": key or NO_UNIT}
        case "category":
            return {"category": key or NO_CATEGORY}
        case _:
            last = month_after(key) - timedelta(1)
            return {"submitted_at_from": key.isoformat(), "submitted_at_to": last.isoformat()}


def _ordered(by: str, found: Mapping[Any, Line]) -> list[Line]:
    """Months and places in their own order; no ranking of units: by name as well."""
    if by in {"month", "place"}:
        return [found[key] for key in sorted(found, key=lambda key: (key == "", key))]
    return [found[key] for key in sorted(found, key=lambda key: (key == "", found[key].name))]
