"""What a due is made of: the rule, the event's moment, pauses and extensions; days and moments of legal time."""

from __future__ import annotations

import calendar as months_of
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone

from renda.kernel.deadlines.rules import Rule, Unit


@dataclass(frozen=True, slots=True)
class Pause:
    """The clock stood still between two aware moments."""

    start: datetime
    end: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Extension:
    """More time was granted, counted from where the period would have ended."""

    amount: int
    unit: Unit
    reason: str = ""


Adjustment = Pause | Extension


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline with its arithmetic.

    ``at`` is the last moment that is still in time (None: no limit is set by law); ``soon_at`` is when it begins to
    be due soon. ``explanation`` holds Chinese lines to be shown as they are. ``provisional``: a year whose holidays
    are not published was counted by weekends only.
    """

    at: datetime | None
    soon_at: datetime | None
    provisional: bool
    rule: Rule
    start: datetime
    adjustments: tuple[Adjustment, ...] = ()
    explanation: tuple[str, ...] = ()

    def is_overdue(self, moment: datetime) -> bool:
        """Whether the moment is past the due."""
        return self.at is not None and moment > self.at

    def is_soon(self, moment: datetime) -> bool:
        """Whether the moment lies in the last working day before the due, or on its day."""
        return self.soon_at is not None and self.at is not None and self.soon_at <= moment <= self.at


def local(moment: datetime) -> datetime:
    """The moment in the country's legal time.

    Raises:
        ValueError: the moment has no time zone.
    """
    return timezone.localtime(moment, timezone.get_default_timezone())


def end_of(day: date) -> datetime:
    """The last moment of a local day (24时)."""
    return datetime.combine(day, time.max, timezone.get_default_timezone())


def add_months(day: date, count: int) -> date:
    """The day of the same number ``count`` months on, else that month's last day (民法典第二百零二条)."""
    years, month = divmod(day.month - 1 + count, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, months_of.monthrange(year, month + 1)[1]))
