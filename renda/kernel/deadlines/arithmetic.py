"""From a rule and an event to a due moment that can explain itself.

How periods are counted (民法典 2020-05-28 第二百零一条至第二百零三条): by days and months the day of the event does
not count; a period by hours runs from the moment itself; a month ends on the day of the same number, else on the
month's last day; a period by days or months that would end on a day off ends on the next working day; the last day
lasts until 24:00. So a due by days is the last microsecond of its day, and *overdue* is anything after it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import assert_never

from renda.kernel.deadlines.calendar import Calendar
from renda.kernel.deadlines.hours import HoursOn, add_office_time, default_hours, office_time_between
from renda.kernel.deadlines.periods import Adjustment, Due, Extension, add_months, end_of, local
from renda.kernel.deadlines.rules import Rule, Unit
from renda.kernel.deadlines.wording import explain


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """What periods are counted with: the working days and the office hours of a place."""

    calendar: Calendar
    hours_on: HoursOn = default_hours

    def advance(self, moment: datetime, amount: int, unit: Unit) -> datetime:
        """The raw end of a period from a local moment, before the rule on days off."""
        match unit:
            case "hours":
                # In UTC, so that no change of the local offset makes or loses an hour.
                return (moment.astimezone(UTC) + timedelta(hours=amount)).astimezone(moment.tzinfo)
            case "working_hours":
                return add_office_time(moment, timedelta(hours=amount), self.calendar, self.hours_on)
            case "working_days":
                return end_of(self.calendar.add_working_days(moment.date(), amount))
            case "days":
                return end_of(moment.date() + timedelta(amount))
            case "months":
                return end_of(add_months(moment.date(), amount))
            case _:
                assert_never(unit)

    def settle(self, moment: datetime, unit: Unit) -> datetime:
        """A period by days or months that ends on a day off ends with the next working day."""
        if unit in ("days", "months"):
            return end_of(self.calendar.on_or_after(moment.date()))
        return moment

    def adjust(self, moment: datetime, unit: Unit, change: Adjustment) -> tuple[datetime, Unit]:
        """The raw end after a pause or an extension, and the unit by which it now ends."""
        if isinstance(change, Extension):
            return self.advance(self.settle(moment, unit), change.amount, change.unit), change.unit
        first, last = local(change.start), local(change.end)
        if last < first:
            raise ValueError("a pause ends before it begins")
        if unit == "hours":
            return moment + (last - first), unit
        if unit == "working_hours":
            stood = office_time_between(first, last, self.calendar, self.hours_on)
            return add_office_time(moment, stood, self.calendar, self.hours_on), unit
        if unit == "working_days":
            return self.advance(moment, self.calendar.working_days_between(first.date(), last.date()), unit), unit
        return self.advance(moment, (last.date() - first.date()).days, "days"), unit

    def due(self, rule: Rule, start: datetime, adjustments: tuple[Adjustment, ...] = ()) -> Due:
        """The due of a rule from an aware moment, with every pause and extension in order.

        Raises:
            ValueError: ``start`` is naive, or a pause ends before it begins.
        """
        begin = local(start)
        if rule.amount is None:
            bare = Due(at=None, soon_at=None, provisional=False, rule=rule, start=begin, adjustments=adjustments)
            return replace(bare, explanation=explain(bare, self.calendar, None))
        raw, unit = self.advance(begin, rule.amount, rule.unit), rule.unit
        for change in adjustments:
            raw, unit = self.adjust(raw, unit, change)
        at = raw if rule.amount < 0 else self.settle(raw, unit)
        due = Due(at, self._soon(begin, at), self._provisional(begin, raw, at, unit), rule, begin, adjustments)
        return replace(due, explanation=explain(due, self.calendar, raw.date()))

    def _provisional(self, begin: datetime, raw: datetime, at: datetime, unit: Unit) -> bool:
        if unit == "hours":
            return False
        # By days and months only the end asks the calendar; by working days and hours every day between does.
        asked_from = raw.date() if unit in ("days", "months") else min(begin.date(), raw.date())
        return bool(self.calendar.unpublished_years(asked_from, at.date()))

    def _soon(self, begin: datetime, at: datetime) -> datetime:
        """From 0:00 of the working day before the due's day; of a shorter period, its last quarter."""
        before = self.calendar.add_working_days(at.date(), -1)
        soon = datetime.combine(before, time.min, at.tzinfo)
        return soon if soon > begin else at - (at - begin) / 4 if at > begin else at
