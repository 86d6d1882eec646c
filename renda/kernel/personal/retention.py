"""What has passed its time: found, counted, cleared batch by batch. Texts of cases stay (档案法), contacts go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Length

from renda.kernel import clock
from renda.kernel.personal.declared import Held, holdings
from renda.kernel.personal.models import Hold

# Rows locked by one transaction.
BATCH = 1000
Due = Callable[[QuerySet[Any], datetime], QuerySet[Any]]
_due: dict[str, Due] = {}


def register_due(label: str, due: Due) -> None:
    """Rows whose time has run out at a moment where no single column says when it began (an account that was left)."""
    _due[label] = due


@dataclass(frozen=True, slots=True)
class Rule:
    """Fields of one model that are cleared together: so many days after ``since``."""

    held: Held
    names: tuple[str, ...]
    days: int
    since: str

    @property
    def name(self) -> str:
        """``voice.Message/concluded_at``."""
        return f"{self.held.label}/{self.since}"

    def rows(self) -> QuerySet[Any]:
        """What is due now, in scope: the time is over, something is there, no case runs, nothing is held."""
        before = clock.now() - timedelta(days=self.days)
        known = _due.get(self.held.label)
        rows: QuerySet[Any] = self.held.rows
        rows = rows.filter(**{f"{self.since}__lt": before}) if known is None else known(rows, before)
        # A closed value has a length; what is cleared is empty.
        given = {f"{name}_given": Length(name) for name in self.names}
        rows = rows.annotate(**given).filter(reduce(or_, (Q(**{f"{name}__gt": 0}) for name in given)))
        case = self.held.personal.case
        if case:
            rows = rows.exclude(**{f"{case.removesuffix('_id')}__state": "running"})
            rows = rows.exclude(Exists(Hold.objects.filter(case_id=OuterRef(case), released_at=None)))
        return rows

    def count(self) -> int:
        """How many rows are due."""
        return self.rows().count()

    def clear(self, after: int, many: int) -> tuple[int, int | None]:
        """Clear at most ``many`` rows behind the key ``after``; how many, and the last key (None: none is left behind it)."""
        # The rows of one table only are locked: what is joined is asked, not changed.
        due = self.rows().filter(pk__gt=after).order_by("pk")
        keys = list(due.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:many])
        if not keys:
            return 0, None
        rows = self.held.rows.filter(pk__in=keys)
        if self.held.personal.way == "delete":
            rows.delete()
        else:
            rows.update(**dict.fromkeys(self.names, ""))
        return len(keys), keys[-1]


def rules() -> Iterator[Rule]:
    """All rules, by name."""
    for held in holdings():
        grouped: dict[tuple[int, str], list[str]] = {}
        for name, kept in held.personal.fields.items():
            if kept.days:
                grouped.setdefault((kept.days, kept.since), []).append(name)
        for (days, since), names in sorted(grouped.items()):
            yield Rule(held, tuple(names), days, since)


def rule_named(name: str) -> Rule:
    """The rule of this name.

    Raises:
        LookupError: there is none.
    """
    found = next((rule for rule in rules() if rule.name == name), None)
    if found is None:
        raise LookupError(name)
    return found
