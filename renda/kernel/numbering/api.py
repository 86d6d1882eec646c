"""What the rest of the house asks of numbering."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db import connection, models
from django.utils import timezone

from renda.kernel.actions.api import Context

# Sorted, so that two flushes that need the same counters lock them in the same order.
_TAKE = """
INSERT INTO kernel_numbering_counter AS counter (tenant_id, kind, year, last)
SELECT tenant, kind, year, many FROM unnest(%s::bigint[], %s::text[], %s::integer[], %s::bigint[])
    AS wanted (tenant, kind, year, many) ORDER BY tenant, kind, year
ON CONFLICT (tenant_id, kind, year) DO UPDATE SET last = counter.last + excluded.last
RETURNING tenant_id, kind, year, last
"""


class Series(NamedTuple):
    """What counts together."""

    tenant_id: int
    kind: str
    year: int


@dataclass(frozen=True, slots=True)
class _Wish:
    row: models.Model
    field: str
    series: Series
    template: str
    day: date


def assign(
    ctx: Context,
    row: models.Model,
    field: str,
    *,
    tenant_id: int,
    kind: str,
    year: int | None = None,
    template: str = "",
) -> None:
    """Give the row the next number of its series at the flush; the counter is locked no longer than the commit takes.

    ``year`` defaults to the local year of ``ctx.now``. With a ``template`` the field gets text, made from ``number``,
    ``year``, ``month`` and ``day``: ``{year}{month:02d}-{number:04d}`` gives 202409-0117; without one it gets the
    number. Rows that are new and rows that exist may both be given one; a set of rows costs one statement.

    Raises:
        KeyError, ValueError: the template asks for something else (at once, not at the flush).
    """
    day = timezone.localdate(ctx.now)
    series = Series(tenant_id, kind, day.year if year is None else year)
    wish = _Wish(row, field, series, template, day)
    _written(wish, 1)
    ctx.update(row, field)
    ctx.collect("numbering", wish, _assign_all, first=True)


def take(ctx: Context, tenant_id: int, kind: str, year: int | None = None) -> int:
    """The next number at once. The counter stays locked until the commit: for the last line of an action only."""
    series = Series(tenant_id, kind, timezone.localdate(ctx.now).year if year is None else year)
    return reserve({series: 1})[series].start


def reserve(wanted: Mapping[Series, int]) -> dict[Series, range]:
    """Take so many numbers of each series by one statement; each range holds the numbers taken.

    Runs in the caller's transaction; a rollback gives the numbers back.

    Raises:
        ValueError: fewer than one number is wanted.
        django.db.ProgrammingError: a series of a tenant that is not in scope.
    """
    if any(count < 1 for count in wanted.values()):
        raise ValueError("at least one number must be taken")
    if not wanted:
        return {}
    columns = [[series[at] for series in wanted] for at in range(3)]
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [*columns, list(wanted.values())])
        taken = {Series(*row[:3]): int(row[3]) for row in cursor.fetchall()}
    return {series: range(taken[series] - count + 1, taken[series] + 1) for series, count in wanted.items()}


def _assign_all(_ctx: Context, wishes: list[_Wish]) -> None:
    by_series: defaultdict[Series, list[_Wish]] = defaultdict(list)
    for wish in wishes:
        by_series[wish.series].append(wish)
    taken = reserve({series: len(group) for series, group in by_series.items()})
    for series, group in by_series.items():
        for wish, number in zip(group, taken[series], strict=True):
            setattr(wish.row, wish.field, _written(wish, number))


def _written(wish: _Wish, number: int) -> int | str:
    # The day of the act, not of the flush: a set of replayed acts has a day for each.
    if not wish.template:
        return number
    day = wish.day
    return wish.template.format(number=number, year=wish.series.year, month=day.month, day=day.day)
