"""When deputies receive: the days of a series (every month on the same date, or on the same weekday)."""

from __future__ import annotations

import calendar
from datetime import date

ONCE, SAME_DATE, SAME_WEEKDAY = "once", "date", "weekday"
REPEATS = ((ONCE, "不重复"), (SAME_DATE, "每月同一日"), (SAME_WEEKDAY, "每月同一个星期几"))
MOST_MONTHS = 12


def series(first: date, repeat: str, months: int) -> list[date]:
    """The days of ``months`` months from ``first`` on, the first included.

    ``date``: the same day of the month, or its last where the month is shorter. ``weekday``: the same weekday in the
    same week (the second Wednesday); the last one where a month has no fifth.
    """
    if repeat == ONCE:
        return [first]
    days = []
    for turn in range(months):
        year, month = divmod(first.year * 12 + first.month - 1 + turn, 12)
        length = calendar.monthrange(year, month + 1)[1]
        if repeat == SAME_DATE:
            day = min(first.day, length)
        else:
            earliest = 1 + (first.weekday() - date(year, month + 1, 1).weekday()) % 7
            day = earliest + 7 * ((first.day - 1) // 7)
            day -= 7 * (day > length)
        days.append(date(year, month + 1, day))
    return days
