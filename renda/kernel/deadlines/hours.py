"""Office hours, and walking through them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from renda.kernel.deadlines.calendar import Calendar

Periods = tuple[tuple[time, time], ...]
HoursOn = Callable[[date], Periods]

# Common office hours; no law sets them, a place enters its own as OfficeHours rows.
DEFAULT_PERIODS: Periods = ((time(8, 30), time(12, 0)), (time(14, 30), time(17, 30)))


def default_hours(_day: date) -> Periods:
    """The default office hours, the same every day."""
    return DEFAULT_PERIODS


def parse_periods(text: str) -> Periods:
    """Read ``08:30-12:00,14:30-17:30``.

    Raises:
        ValueError: not of this form, an end not after its start, or periods out of order.
    """
    periods = []
    for part in text.split(","):
        begin, _, end = part.strip().partition("-")
        periods.append((time.fromisoformat(begin.strip()), time.fromisoformat(end.strip())))
    moments = [moment for period in periods for moment in period]
    if any(earlier >= later for earlier, later in pairwise(moments)):
        raise ValueError(f"office hours out of order: {text}")
    return tuple(periods)


def _slots(start: datetime, calendar: Calendar, hours_on: HoursOn) -> Iterator[tuple[datetime, datetime]]:
    """Stretches of office time from ``start`` on, without end."""
    day = start.date()
    while True:
        if calendar.is_working_day(day):
            for begin, end in hours_on(day):
                opens, closes = (datetime.combine(day, moment, start.tzinfo) for moment in (begin, end))
                if closes > start:
                    yield max(opens, start), closes
        day += timedelta(1)


def add_office_time(start: datetime, amount: timedelta, calendar: Calendar, hours_on: HoursOn) -> datetime:
    """The moment when ``amount`` (≥ 0) of office time has passed since ``start`` (aware, local)."""
    left = amount
    for opens, closes in _slots(start, calendar, hours_on):
        if closes - opens >= left:
            return opens + left
        left -= closes - opens
    raise AssertionError("office time has no end")


def office_time_between(first: datetime, last: datetime, calendar: Calendar, hours_on: HoursOn) -> timedelta:
    """Office time from ``first`` to ``last`` (aware, local); nothing when turned round."""
    total = timedelta()
    for opens, closes in _slots(first, calendar, hours_on):
        if opens >= last:
            break
        total += min(closes, last) - opens
    return total
