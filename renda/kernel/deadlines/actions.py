"""Keeping legal time: local rules and office hours by congress and day, the calendar of a year.

Nothing is deleted and nothing reaches back: a due that was told stays as it was told, and can still be explained.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TypeVar

from django.db import transaction

from renda.kernel import clock
from renda.kernel.actions.api import Context, existing, new
from renda.kernel.deadlines import store
from renda.kernel.deadlines.calendar import SpecialDay
from renda.kernel.deadlines.hours import parse_periods
from renda.kernel.deadlines.loading import check_arrangement, store_arrangement
from renda.kernel.deadlines.models import CalendarYear, DeadlineRule, OfficeHours
from renda.kernel.deadlines.policy import KEEP, LOAD_YEAR
from renda.kernel.deadlines.rules import UNITS, Rule
from renda.kernel.deadlines.selectors import local_hours, local_rules, may_load_year
from renda.kernel.errors import Forbidden, Invalid, Refused
from renda.kernel.privacy.api import clean_text

MOST = 1000  # of any unit: a longer period is a misprint
_DAY = timedelta(1)
_Dated = TypeVar("_Dated", DeadlineRule, OfficeHours)


@new("deadline.add_rule", title="增加本地时限规则", permission=KEEP)
def deadline_add_rule(
    ctx: Context,
    *,
    tenant_id: int,
    key: str,
    amount: int,
    unit: str,
    valid_from: date,
    law: str = "",
    version: str = "",
    article: str = "",
    note: str = "",
) -> DeadlineRule:
    """A figure that holds for one congress and those below it from a day on, in the place of what held before.

    The earlier local rule ends the day before. Only what begins to run from that day on is counted by it.

    Raises:
        Invalid: an unknown rule or unit, no figure, a day that is past, or no source where the rule so far has one.
    """
    said = {"law": law, "version": version, "article": article, "note": note}
    words = {name: clean_text(text, one_line=True) for name, text in said.items()}
    known = _rule_so_far(key, tenant_id, valid_from)
    faults = _rule_faults(known, amount, unit, words)
    _check_start(faults, valid_from)
    if faults or known is None:
        raise Invalid("deadline.add_rule", fields=faults)
    rule = DeadlineRule(
        key=key,
        title=known.title,
        tenant_id=tenant_id,
        amount=-amount if (known.amount or 0) < 0 else amount,
        unit=unit,
        from_event=known.from_event,
        valid_from=valid_from,
        **words,
    )
    _take_over(ctx, rule, list(DeadlineRule.objects.filter(tenant_id=tenant_id, key=key).select_for_update()))
    return rule


def _rule_so_far(key: str, tenant_id: int, day: date) -> Rule | None:
    """What holds there on the day, else any rule of the key; None: nobody knows the key."""
    snapshot = store.snapshot()
    if key not in snapshot.rules:
        return None
    return snapshot.rule(key, tenant_id, day) or snapshot.rules[key][0]


def _rule_faults(known: Rule | None, amount: int, unit: str, words: dict[str, str]) -> dict[str, str]:
    faults = {}
    if known is None:
        faults["key"] = "没有这条时限规则。"
    if not 1 <= amount <= MOST:
        faults["amount"] = f"请填写 1 到 {MOST} 之间的整数。"
    if unit not in UNITS:
        faults["unit"] = "请选择单位。"
    if known is not None and known.law and not (words["law"] and words["article"]):
        faults["law"] = f"现行规则依据{known.citation}，本地规则请写明法规名称和条款。"
    elif not words["law"] and not words["note"]:
        faults["note"] = "请写明依据，例如文件名称和文号。"
    for name, limit in (("law", 120), ("version", 20), ("article", 60), ("note", 300)):
        if len(words[name]) > limit:
            faults[name] = f"请不超过 {limit} 个字。"
    return faults


@existing("deadline.end_rule", title="终止本地时限规则", permission=KEEP, select=local_rules)
def deadline_end_rule(ctx: Context, rule: DeadlineRule, *, valid_to: date) -> DeadlineRule:
    """It holds no longer than this day; then what is above it holds again. One that has not begun never begins.

    Raises:
        Invalid: a day that is past.
        Refused: it has ended already.
    """
    _end(ctx, rule, valid_to)
    return rule


@new("deadline.add_hours", title="设定办公时间", permission=KEEP)
def deadline_add_hours(
    ctx: Context, *, tenant_id: int, periods: str, valid_from: date, valid_to: date | None = None, note: str = ""
) -> OfficeHours:
    """Office hours of one congress and those below it from a day on (summer and winter hours are two entries).

    Raises:
        Invalid: not of the form 08:30-12:00,14:30-17:30, or a day that is past or before the begin.
    """
    text = _typed_periods(periods)
    faults = {}
    try:
        parse_periods(text)
    except ValueError:
        faults["periods"] = "请按“08:30-12:00,14:30-17:30”的样子填写，时间从早到晚。"
    note = clean_text(note, one_line=True)
    if len(note) > 200:
        faults["note"] = "请不超过 200 个字。"
    if valid_to is not None and valid_to < valid_from:
        faults["valid_to"] = "结束日期不能早于开始日期。"
    _check_start(faults, valid_from)
    if faults:
        raise Invalid("deadline.add_hours", fields=faults)
    hours = OfficeHours(tenant_id=tenant_id, periods=text, valid_from=valid_from, valid_to=valid_to, note=note)
    _take_over(ctx, hours, list(OfficeHours.objects.filter(tenant_id=tenant_id).select_for_update()))
    return hours


def _typed_periods(text: str) -> str:
    """``8：30—12：00`` as it is stored: 08:30-12:00."""
    plain = clean_text(text, one_line=True).translate(str.maketrans("：，、－—～至", ":,,----")).replace(" ", "")
    return re.sub(r"(?<!\d)(\d):", r"0\1:", plain)


@existing("deadline.end_hours", title="终止办公时间", permission=KEEP, select=local_hours)
def deadline_end_hours(ctx: Context, hours: OfficeHours, *, valid_to: date) -> OfficeHours:
    """They hold no longer than this day.

    Raises:
        Invalid: a day that is past.
        Refused: they have ended already.
    """
    _end(ctx, hours, valid_to)
    return hours


def _check_start(faults: dict[str, str], valid_from: date) -> None:
    # A rule that reached back would contradict dues that were told and are running.
    if valid_from < clock.today():
        faults["valid_from"] = "不能早于今天：已经告知的时限不因新规则改变。"


def _take_over(ctx: Context, fresh: _Dated, others: Sequence[_Dated]) -> None:
    """End what runs on the day the new one begins; let the new one give way to what is entered for later.

    Raises:
        Invalid: something is entered for that very day.
    """
    assert fresh.valid_from is not None
    for other in others:
        begins = other.valid_from or date.min
        if begins == fresh.valid_from and (other.valid_to is None or other.valid_to >= begins):
            raise Invalid("deadline.twice", fields={"valid_from": "这一天已经有一条本地规定，请先终止它或者另选日期。"})
        if begins < fresh.valid_from and (other.valid_to is None or other.valid_to >= fresh.valid_from):
            other.valid_to = fresh.valid_from - _DAY
            ctx.update(other, "valid_to")
        if begins > fresh.valid_from and (fresh.valid_to is None or fresh.valid_to >= begins):
            fresh.valid_to = begins - _DAY
    ctx.insert(fresh)
    transaction.on_commit(store.forget)


def _end(ctx: Context, row: _Dated, valid_to: date) -> None:
    today = clock.today()
    if row.valid_to is not None and row.valid_to < today:
        raise Refused("deadline.ended", "它已经终止。")
    if valid_to < today:
        raise Invalid("deadline.end", fields={"valid_to": "不能早于今天：已经告知的时限不变。"})
    begins = row.valid_from or date.min
    row.valid_to = valid_to if valid_to >= begins else begins - _DAY
    ctx.update(row, "valid_to")
    transaction.on_commit(store.forget)


@new("calendar.load_year", title="录入工作日历", permission=LOAD_YEAR, private=("days",))
def calendar_load_year(ctx: Context, *, year: int, days: Sequence[SpecialDay], source: str) -> CalendarYear:
    """Store the whole holiday arrangement of a year; provisional dues are counted again by a job.

    Raises:
        Forbidden: the actor's right does not reach where the tree begins.
        Invalid: the days are no whole arrangement of the year, or nothing says where they come from.
    """
    if not may_load_year(ctx.actor):
        raise Forbidden(LOAD_YEAR)
    source = clean_text(source, one_line=True)
    if not source or len(source) > 150:
        raise Invalid("calendar.load_year", fields={"source": "请写明来源，例如通知的文号，不超过 150 个字。"})
    check_arrangement(year, days)
    stored = store_arrangement(year, days, source, ctx.now)
    ctx.detail(
        off=[day.date.isoformat() for day in days if not day.is_working],
        worked=[day.date.isoformat() for day in days if day.is_working],
    )
    ctx.defer("deadlines.recount", year=year)
    transaction.on_commit(store.forget)
    return stored
