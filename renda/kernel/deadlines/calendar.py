"""The calendar of Chinese working days, as values without a database.

A year is *published* when the State Council's holiday arrangement for it is known. A day of an unpublished year
counts by weekends only, and everything counted through it is provisional.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib.metadata import version

from chinese_calendar import constants as published

LIBRARY = f"chinesecalendar {version('chinesecalendar')}"
_CHINESE_NAMES = {holiday.value: holiday.chinese for holiday in published.Holiday}
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that the holiday arrangement names: a day off, or a weekend day that is worked (调休)."""

    date: date
    is_working: bool
    name: str
    source: str


def library_years() -> frozenset[int]:
    """The years whose arrangement the library knows."""
    return frozenset(day.year for day in published.holidays)


def library_days(year: int) -> list[SpecialDay]:
    """The library's named days of a year; empty when it does not know the year."""
    days = [
        SpecialDay(day, working, _CHINESE_NAMES.get(name, name), LIBRARY)
        for working, table in ((False, published.holidays), (True, published.workdays))
        for day, name in table.items()
        if day.year == year
    ]
    return sorted(days, key=lambda special: special.date)


@dataclass(frozen=True, slots=True)
class _Year:
    """One year made ready for counting: its working days as ordinals, in order."""

    published: bool
    special: Mapping[date, SpecialDay]
    working: tuple[int, ...]


@dataclass(slots=True)
class Calendar:
    """Working days by the library, with ``own`` days in front of it.

    ``own_years`` are years that our table declares published though the library does not know them. Years are
    prepared at first use and kept; two threads that prepare the same year at once store equal values.
    """

    own: Mapping[date, SpecialDay] = field(default_factory=dict)
    own_years: frozenset[int] = frozenset()
    _years: dict[int, _Year] = field(default_factory=dict)

    def _year(self, year: int) -> _Year:
        known = self._years.get(year)
        if known is None:
            known = self._years[year] = self._prepare(year)
        return known

    def _prepare(self, year: int) -> _Year:
        special = {day.date: day for day in library_days(year)}
        special.update({day: entry for day, entry in self.own.items() if day.year == year})
        first, after = date(year, 1, 1), date(year + 1, 1, 1)
        working = []
        for offset in range((after - first).days):
            day = first + timedelta(offset)
            entry = special.get(day)
            if entry.is_working if entry else day.weekday() < _SATURDAY:
                working.append(day.toordinal())
        is_published = year in self.own_years or year in library_years()
        return _Year(is_published, special, tuple(working))

    def is_published(self, year: int) -> bool:
        """Whether the holiday arrangement of the year is known."""
        return self._year(year).published

    def special(self, day: date) -> SpecialDay | None:
        """The entry of a day that the arrangement names, else None."""
        return self._year(day.year).special.get(day)

    def named_days(self, year: int) -> list[SpecialDay]:
        """All days of a year that the arrangement names, in order."""
        return sorted(self._year(year).special.values(), key=lambda special: special.date)

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on this day."""
        working = self._year(day.year).working
        ordinal = day.toordinal()
        at = bisect_left(working, ordinal)
        return at < len(working) and working[at] == ordinal

    def add_working_days(self, start: date, count: int) -> date:
        """The ``count``-th working day after ``start`` (before it when negative); ``start`` itself never counts.

        With 0: ``start``, whether or not it is a working day.
        """
        if count == 0:
            return start
        year, ordinal = start.year, start.toordinal()
        days = self._year(year).working
        if count > 0:
            at = bisect_right(days, ordinal) + count - 1
            while at >= len(days):
                at -= len(days)
                year += 1
                days = self._year(year).working
        else:
            at = bisect_left(days, ordinal) + count
            while at < 0:
                year -= 1
                days = self._year(year).working
                at += len(days)
        return date.fromordinal(days[at])

    def working_days_between(self, first: date, last: date) -> int:
        """Working days in the interval after ``first`` up to and including ``last``; negative when turned round."""
        if last < first:
            return -self.working_days_between(last, first)
        until_last = bisect_right(self._year(last.year).working, last.toordinal())
        until_first = bisect_right(self._year(first.year).working, first.toordinal())
        whole_years = sum(len(self._year(year).working) for year in range(first.year, last.year))
        return whole_years + until_last - until_first

    def on_or_after(self, day: date) -> date:
        """The day itself when it is worked, else the next working day."""
        return day if self.is_working_day(day) else self.add_working_days(day, 1)

    def unpublished_years(self, first: date, last: date) -> list[int]:
        """The years from ``first`` to ``last`` whose arrangement is not known, in order."""
        return [year for year in range(first.year, last.year + 1) if not self.is_published(year)]


def calendar_of(days: Iterable[SpecialDay], own_years: Iterable[int]) -> Calendar:
    """A calendar with our own days and published years in front of the library."""
    return Calendar({day.date: day for day in days}, frozenset(own_years))
