"""What the pages show of rules, hours and years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from renda.kernel import clock
from renda.kernel.deadlines import api as deadlines
from renda.kernel.deadlines import store
from renda.kernel.deadlines.arrangement import stretches
from renda.kernel.deadlines.calendar import SpecialDay
from renda.kernel.deadlines.loading import WAITS
from renda.kernel.deadlines.models import CalendarYear
from renda.kernel.deadlines.policy import KEEP
from renda.kernel.deadlines.rules import Rule
from renda.kernel.parties import Actor
from renda.kernel.policy import tenants_where
from renda.kernel.tenancy.models import Tenant
from renda.kernel.ui.shapes import State

_SHOWN = 20  # matters with a provisional due


def kept_tenants(actor: Actor) -> dict[int, str]:
    """The congresses whose rules the actor keeps, from the top down."""
    rows = Tenant.objects.filter(id__in=tenants_where(actor, KEEP)).order_by("level", "id")
    return {row.id: row.name for row in sorted(rows, key=lambda row: len(row.path))}


def titles() -> dict[str, str]:
    """Every rule's title by its key, by title."""
    known = {key: rules[0].title for key, rules in store.snapshot().rules.items()}
    return dict(sorted(known.items(), key=lambda item: (item[1], item[0])))


def unit_of(key: str) -> str:
    """The unit in which a rule is counted so far; empty for a key that nobody knows."""
    known = store.snapshot().rules.get(key)
    return known[0].unit if known else ""


@dataclass(frozen=True, slots=True)
class RuleLine:
    """What holds today for a congress (None: nothing does), and where it comes from."""

    key: str
    title: str
    rule: Rule | None
    origin: str


def rules_of(tenant_id: int, words: str) -> list[RuleLine]:
    """Every rule as it is today for the congress, those with ``words`` in their title or source."""
    found = []
    for key, title in titles().items():
        rule = deadlines.rule_for(key, tenant_id, clock.today())
        line = RuleLine(key, rule.title if rule else title, rule, _origin(rule, tenant_id))
        if words in f"{line.title}{rule.citation if rule else ''}":
            found.append(line)
    return found


def _origin(rule: Rule | None, tenant_id: int) -> str:
    if rule is None:
        return ""
    if rule.tenant_id is not None:
        return "本级" if rule.tenant_id == tenant_id else "上级"
    if rule.place:
        return "地方性法规"
    return "国家法律" if rule.law else "平台默认"


def standing(row: Any, today: date) -> State:
    """Whether a dated row holds."""
    begins, ends = row.valid_from, row.valid_to
    if ends is not None and (ends < today or (begins is not None and ends < begins)):
        return State("已终止", "quiet", "ban")
    return State("未开始", "quiet") if begins is not None and begins > today else State("有效", "ok")


def is_open(row: Any, today: date) -> bool:
    """Whether it can still be ended."""
    return standing(row, today).word != "已终止"


def hours_today(tenant_id: int) -> str:
    """Today's office hours of a congress, as they are written."""
    periods = store.snapshot().arithmetic(tenant_id).hours_on(clock.today())
    return "，".join(f"{begin:%H:%M}—{end:%H:%M}" for begin, end in periods)


@dataclass(frozen=True, slots=True)
class YearPage:
    """One year of the calendar."""

    year: int
    is_published: bool
    source: str
    off: list[tuple[str, date, date]]
    worked: list[SpecialDay]
    working_days: int


def year_pages(*years: int) -> list[YearPage]:
    """These years, in the order given, with what their arrangements name."""
    entered = dict(CalendarYear.objects.filter(year__in=years).values_list("year", "source"))
    return [_year_page(year, entered.get(year, "")) for year in years]


def _year_page(year: int, source: str) -> YearPage:
    calendar = store.snapshot().calendar
    days = calendar.named_days(year)
    return YearPage(
        year,
        calendar.is_published(year),
        source or "随系统附带的日历",
        stretches([day for day in days if not day.is_working]),
        [day for day in days if day.is_working],
        calendar.working_days_between(date(year - 1, 12, 31), date(year, 12, 31)),
    )


def outlooks(actor: Actor) -> list[tuple[str, list[tuple[int, int]], Sequence[deadlines.Waiting]]]:
    """Which provisional dues each part of the house has in the actor's scope, where there are any: what they are
    called, how many by year, the first ones.
    """
    found = [(name, waiting(actor, _SHOWN)) for name, waiting in WAITS.items()]
    return [(name, sorted(outlook.by_year.items()), outlook.first) for name, outlook in found if outlook.by_year]
