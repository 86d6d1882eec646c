"""Counting a month again: the congress's own messages, then upwards, each congress from the one below it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, time
from itertools import pairwise

from django.db import connection
from django.db.models import Case, Q, Sum, Value, When
from django.utils import timezone

from renda.congress.api import Congress
from renda.kernel.audit import following
from renda.kernel.deadlines import api as deadlines
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant
from renda.voice.models import Axis, CountedTrail, Message, MonthFigure
from renda.voice.statistics.areas import directly_below, line_of
from renda.voice.statistics.measures import MEASURES, counted

# A cell within (tenant, source, month): axis, key, category, days; and its counts in the order of the measures.
_Cells = dict[tuple[str, str, str, int | None], list[int]]
_CELL = ("axis", "key", "category", "days")


def month_of(moment: datetime) -> date:
    """The first day of the moment's local month."""
    return timezone.localdate(moment).replace(day=1)


def month_after(month: date) -> date:
    """The first day of the next month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def count_changed() -> int:
    """Count again every month in which the sealed trail tells of a changed message; returns how many there were."""
    tenants = {tenant.id: tenant for tenant in Tenant.objects.all()}
    with tenant_transaction(tenants):
        read = dict(CountedTrail.objects.values_list("tenant_id", "seq"))
        news = [one for one, seq in following.heads(tenants).items() if one in tenants and seq > read.get(one, 0)]
    return sum(_follow(tenants[tenant_id], read.get(tenant_id, 0), tenants) for tenant_id in sorted(news))


def _follow(tenant: Tenant, seq: int, tenants: Mapping[int, Tenant]) -> int:
    """Read one congress's trail to its end; what it tells of is counted in the transaction that remembers how far."""
    months: set[date] = set()
    with tenant_transaction([tenant.id]):
        while True:
            ids, upto = following.changed(tenant.id, Message._meta.label, after=seq)
            moments = Message.objects.filter(pk__in=ids, tenant=tenant).values_list("submitted_at", flat=True)
            months |= {month_of(moment) for moment in moments}
            if upto == seq:
                break
            seq = upto
    for month in sorted(months):
        count_month(tenant, month, tenants)
    with tenant_transaction([tenant.id]):
        # Remembered last: a count that breaks off is done again, and counting twice changes nothing.
        CountedTrail.objects.update_or_create(tenant=tenant, defaults={"seq": seq})
    return len(months)


def count_month(tenant: Tenant, month: date, tenants: Mapping[int, Tenant]) -> None:
    """Count one congress's month again, and with it the same month of every congress above."""
    line = [tenants[one] for one in reversed(tenant.path)]
    with tenant_transaction([one.id for one in line]):
        # One month of one tree at a time; other months go on.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"figures {line[-1].id} {month}"])
        congresses = Congress.objects.filter(tenant__in=line).values_list("tenant_id", *line_of("place")[:-1])
        lines = {tenant_id: upwards for tenant_id, *upwards in congresses}
        _store(tenant, tenant, month, _own(tenant, month, lines[tenant.id][0]))
        for below, above in pairwise(line):
            key = directly_below(lines[above.id][0], lines[below.id])
            _store(above, below, month, _from_below(below, month, key))


def _own(tenant: Tenant, month: date, code: str) -> _Cells:
    """The cells of the messages that this congress has taken in itself."""
    rows = Message.objects.filter(
        tenant=tenant, submitted_at__gte=_midnight(month), submitted_at__lt=_midnight(month_after(month))
    )
    flags = {f"is_{key}": _flag(measure.condition) for key, measure in MEASURES.items()}
    cells: defaultdict[tuple[str, str, str, int | None], list[int]] = defaultdict(lambda: [0] * len(MEASURES))
    asked = ("lead_unit_id", "category", "assigned_at", "answered_at", *flags, *line_of("place"))
    for unit, category, assigned, answered, *rest in counted(rows).annotate(**flags).values_list(*asked):
        held, place = rest[: len(flags)], rest[len(flags) :]
        days = _days(assigned, answered)
        for axis, key in ((Axis.PLACE, directly_below(code, place)), (Axis.UNIT, str(unit or ""))):
            cell = cells[axis.value, key, category, days]
            for at, value in enumerate(held):
                cell[at] += value
    return cells


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=Value(1)), default=Value(0)) if condition else Case(default=Value(1))


def _days(assigned: datetime | None, answered: datetime | None) -> int | None:
    """Working days from assignment to answer; None before there is an answer to the last assignment."""
    if assigned is None or answered is None or answered < assigned:
        return None
    return deadlines.working_days_between(timezone.localdate(assigned), timezone.localdate(answered))


def _from_below(below: Tenant, month: date, key: str) -> _Cells:
    """The cells that a congress gets from one below it: of places only the one below itself is left."""
    cells: defaultdict[tuple[str, str, str, int | None], list[int]] = defaultdict(lambda: [0] * len(MEASURES))
    sums = {f"sum_{name}": Sum(name) for name in MEASURES}
    rows = MonthFigure.objects.filter(tenant=below, month=month).values(*_CELL).annotate(**sums)
    for axis, own_key, category, days, *counts in rows.values_list(*_CELL, *sums):
        cell = cells[axis, key if axis == Axis.PLACE else own_key, category, days]
        for at, value in enumerate(counts):
            cell[at] += value
    return cells


def _store(tenant: Tenant, source: Tenant, month: date, cells: _Cells) -> None:
    MonthFigure.objects.filter(tenant=tenant, source=source, month=month).delete()
    MonthFigure.objects.bulk_create(
        (
            MonthFigure(
                tenant=tenant,
                source=source,
                month=month,
                **dict(zip(_CELL, cell, strict=True)),
                **dict(zip(MEASURES, counts, strict=True)),
            )
            for cell, counts in cells.items()
        ),
        batch_size=2000,
    )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
