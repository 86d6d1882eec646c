"""The calendar and the rules as this process knows them: read at once, kept for a minute, replaced as a whole.

A change (a loaded year, a new rule) is seen at once by the process that made it, by others within ``KEEP_SECONDS``.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from renda.kernel.deadlines.arithmetic import Arithmetic
from renda.kernel.deadlines.calendar import Calendar, SpecialDay, calendar_of
from renda.kernel.deadlines.hours import DEFAULT_PERIODS, HoursOn, Periods, parse_periods
from renda.kernel.deadlines.rules import Rule, choose

KEEP_SECONDS = 60.0

PlaceOf = Callable[[int], str]


def _nowhere(_tenant_id: int) -> str:
    return ""


class _Held:
    """What this process holds; attributes are replaced as a whole, so threads need no lock."""

    def __init__(self) -> None:
        self.place_of: PlaceOf = _nowhere
        self.snapshot: Snapshot | None = None


_held = _Held()


def register_place_of(function: PlaceOf) -> None:
    """Say how a tenant's division code is found, so that the local law of its province or city applies."""
    _held.place_of = function


@dataclass(frozen=True, slots=True)
class _Hours:
    tenant_id: int | None
    periods: Periods
    valid_from: date | None
    valid_to: date | None


@dataclass(slots=True)
class Snapshot:
    """Everything a due is counted from, read in one go."""

    calendar: Calendar
    rules: dict[str, list[Rule]]
    hours: list[_Hours]
    paths: dict[int, tuple[int, ...]]
    until: float
    places: dict[int, str] = field(default_factory=dict)

    def path(self, tenant_id: int | None) -> tuple[int, ...]:
        """Ids from the root to the tenant; a tenant made since the snapshot is asked for once."""
        if tenant_id is None:
            return ()
        known = self.paths.get(tenant_id)
        if known is None:
            from renda.kernel.tenancy.models import Tenant

            found = Tenant.objects.filter(id=tenant_id).values_list("path", flat=True).first()
            known = self.paths[tenant_id] = tuple(found or (tenant_id,))
        return known

    def place(self, tenant_id: int | None) -> str:
        """The division code of the tenant's place; empty when nobody registered how to find it."""
        if tenant_id is None:
            return ""
        if tenant_id not in self.places:
            self.places[tenant_id] = _held.place_of(tenant_id)
        return self.places[tenant_id]

    def rule(self, key: str, tenant_id: int | None, day: date) -> Rule | None:
        """The rule of this key in force for the tenant on the day."""
        return choose(self.rules[key], self.path(tenant_id), self.place(tenant_id), day)

    def arithmetic(self, tenant_id: int | None) -> Arithmetic:
        """Counting with the tenant's office hours."""
        return Arithmetic(self.calendar, self._hours_on(tenant_id))

    def _hours_on(self, tenant_id: int | None) -> HoursOn:
        nearness: dict[int | None, int] = {tenant: depth for depth, tenant in enumerate(self.path(tenant_id), 1)}
        nearness[None] = 0
        rows = sorted(
            (row for row in self.hours if row.tenant_id in nearness),
            key=lambda row: (nearness[row.tenant_id], row.valid_from or date.min),
            reverse=True,
        )

        def hours_on(day: date) -> Periods:
            for row in rows:
                if (row.valid_from or date.min) <= day <= (row.valid_to or date.max):
                    return row.periods
            return DEFAULT_PERIODS

        return hours_on


def snapshot() -> Snapshot:
    """What this process counts with; reads five small tables when it is older than a minute."""
    known = _held.snapshot
    if known is None or time.monotonic() > known.until:
        known = _held.snapshot = _read()
    return known


def forget() -> None:
    """Read the tables again at the next use (after a change, and between tests)."""
    _held.snapshot = None


def _read() -> Snapshot:
    from renda.kernel.deadlines.models import CalendarDay, CalendarYear, DeadlineRule, OfficeHours
    from renda.kernel.tenancy.models import Tenant

    days = [SpecialDay(row.date, row.is_working, row.name, row.source) for row in CalendarDay.objects.all()]
    rules: dict[str, list[Rule]] = defaultdict(list)
    # Own rows first: among equals the first one wins.
    for row in DeadlineRule.objects.order_by("is_shipped", "id"):
        rules[row.key].append(row.as_rule)
    hours = [
        _Hours(row.tenant_id, parse_periods(row.periods), row.valid_from, row.valid_to)
        for row in OfficeHours.objects.all()
    ]
    return Snapshot(
        calendar=calendar_of(days, CalendarYear.objects.values_list("year", flat=True)),
        rules=dict(rules),
        hours=hours,
        paths={tenant: tuple(path) for tenant, path in Tenant.objects.values_list("id", "path")},
        until=time.monotonic() + KEEP_SECONDS,
    )
