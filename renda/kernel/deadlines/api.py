"""What the rest of the house asks of legal time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from renda.kernel.deadlines import store
from renda.kernel.deadlines.ical import Event, ics
from renda.kernel.deadlines.loading import Outlook, Waiting, register_recompute, register_waiting
from renda.kernel.deadlines.periods import Adjustment, Due, Extension, Pause, local
from renda.kernel.deadlines.rules import NO_LIMIT, UNIT_NAMES, UNITS, Rule, Unit, UnknownRuleError
from renda.kernel.deadlines.store import forget, register_place_of
from renda.kernel.deadlines.wording import PENDING, due_text

__all__ = [
    "NO_LIMIT",
    "PENDING",
    "UNITS",
    "UNIT_NAMES",
    "Due",
    "Event",
    "Extension",
    "Outlook",
    "Pause",
    "Rule",
    "Unit",
    "UnknownRuleError",
    "Waiting",
    "add_working_days",
    "due",
    "due_by",
    "due_text",
    "extend",
    "forget",
    "ics",
    "is_published",
    "is_working_day",
    "register_place_of",
    "register_recompute",
    "register_waiting",
    "rule_for",
    "rule_keys",
    "shift",
    "working_days_between",
]


def is_working_day(day: date) -> bool:
    """Whether offices work on this day (holidays and 调休 known; weekends only in an unpublished year)."""
    return store.snapshot().calendar.is_working_day(day)


def add_working_days(start: date, count: int) -> date:
    """The ``count``-th working day after ``start`` (before it when negative); ``start`` itself never counts."""
    return store.snapshot().calendar.add_working_days(start, count)


def working_days_between(first: date, last: date) -> int:
    """Working days after ``first`` up to and including ``last``; negative when ``last`` lies before ``first``.

    For "late by the Nth working day" compare with ``add_working_days``: a day off after the Nth working day is late
    though this count still says N.
    """
    return store.snapshot().calendar.working_days_between(first, last)


def is_published(year: int) -> bool:
    """Whether the holiday arrangement of the year is known; what reaches into another year is provisional."""
    return store.snapshot().calendar.is_published(year)


def rule_keys() -> frozenset[str]:
    """The keys of all rules (for checks of flow files at load)."""
    return frozenset(store.snapshot().rules)


def rule_for(key: str, tenant_id: int | None, day: date) -> Rule | None:
    """The rule of this key in force for the tenant on the day; None when none applies there.

    Raises:
        UnknownRuleError: no rule anywhere has this key.
    """
    snapshot = store.snapshot()
    if key not in snapshot.rules:
        raise UnknownRuleError(key)
    return snapshot.rule(key, tenant_id, day)


def due(rule_key: str, tenant_id: int | None, start: datetime, *, adjustments: Iterable[Adjustment] = ()) -> Due:
    """The due by the rule in force for the tenant on the day of ``start`` (aware), with its explanation.

    ``adjustments`` are pauses and extensions in the order in which they happened. Where a rule exists but none
    applies to this place and day, the answer is 法律未规定期限 (``at`` is None).

    Raises:
        UnknownRuleError: no rule anywhere has this key.
        ValueError: a naive moment, or a pause that ends before it begins.
    """
    rule = rule_for(rule_key, tenant_id, local(start).date())
    if rule is None:
        known = store.snapshot().rules[rule_key][0]
        rule = Rule(rule_key, known.title, None, known.unit, known.from_event, note="本地没有适用的规定")
    return due_by(rule, tenant_id, start, adjustments=adjustments)


def due_by(rule: Rule, tenant_id: int | None, start: datetime, *, adjustments: Iterable[Adjustment] = ()) -> Due:
    """As ``due``, by a rule made on the spot (a flow file's own ``7 working_days``)."""
    return store.snapshot().arithmetic(tenant_id).due(rule, start, tuple(adjustments))


def shift(known: Due, pause: Pause, *, tenant_id: int | None = None) -> Due:
    """The due after the clock stood still: what the pause took is given back in the rule's own unit."""
    return due_by(known.rule, tenant_id, known.start, adjustments=(*known.adjustments, pause))


def extend(known: Due, extension: Extension, *, tenant_id: int | None = None) -> Due:
    """The due after more time was granted, counted from where the period would have ended."""
    return due_by(known.rule, tenant_id, known.start, adjustments=(*known.adjustments, extension))
