"""The arithmetic of a due in Chinese sentences: rule, event, what was skipped and counted, the end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import groupby

from renda.kernel.deadlines.calendar import Calendar, SpecialDay
from renda.kernel.deadlines.periods import Adjustment, Due, Extension, local
from renda.kernel.deadlines.rules import NO_LIMIT, UNIT_NAMES

PENDING = "待节假日安排公布"
_WEEKDAYS = "一二三四五六日"
_COUNTING = "《中华人民共和国民法典》（2020-05-28）第二百零一条至第二百零三条"


def day_text(day: date, *, weekday: bool = False) -> str:
    """2026年9月12日, with （星期六） when asked."""
    return f"{day.year}年{day.month}月{day.day}日" + (f"（星期{_WEEKDAYS[day.weekday()]}）" if weekday else "")


def due_text(due: Due) -> str:
    """The due in one phrase: 2026年9月12日24时前, marked while provisional."""
    if due.at is None:
        return NO_LIMIT
    end = "24时前" if due.at.time() == time.max else f"{due.at.hour}时{due.at.minute:02d}分前"
    return day_text(due.at.date()) + end + (f"（{PENDING}）" if due.provisional else "")


def explain(due: Due, calendar: Calendar, raw_end: date | None) -> tuple[str, ...]:
    """The lines of a due; ``raw_end`` is the last day before days off at the end were passed over."""
    return tuple(_lines(due, calendar, raw_end))


def _lines(due: Due, calendar: Calendar, raw_end: date | None) -> Iterator[str]:
    rule = due.rule
    event = rule.from_event or "起算事件"
    yield f"期限：{rule.figure}，自{event}起算。依据：{rule.citation}。"
    if rule.law and rule.note:
        yield f"说明：{rule.note}。"
    yield f"起算：{event}，{_moment_text(due.start)}；{_first_day(due)}"
    if due.at is None or raw_end is None:
        return
    for change in due.adjustments:
        yield _change_line(change)
    yield from _passed_lines(due, calendar, raw_end)
    yield f"到期：{due_text(due)}。"
    if due.provisional:
        years = calendar.unpublished_years(min(due.start.date(), due.at.date()), due.at.date())
        named = "、".join(f"{year}年" for year in years)
        yield f"{named}节假日安排尚未公布，暂只按周末推算（{PENDING}，公布后重新计算）。"


def _moment_text(moment: datetime) -> str:
    return f"{day_text(moment.date(), weekday=True)}{moment.hour}时{moment.minute:02d}分"


def _first_day(due: Due) -> str:
    if due.rule.amount is None:
        return f"{NO_LIMIT}，不计到期。"
    match due.rule.unit:
        case "hours":
            return f"自该时刻连续计算（{_COUNTING}）。"
        case "working_hours":
            return "只计工作日的办公时间。"
        case _:
            return f"当日不计入（{_COUNTING}）。"


def _change_line(change: Adjustment) -> str:
    why = f"，{change.reason}" if change.reason else ""
    if isinstance(change, Extension):
        return f"延期：{change.amount}{UNIT_NAMES[change.unit]}，自原期限届满起算{why}。"
    return f"中止：{_moment_text(local(change.start))}至{_moment_text(local(change.end))}，不计入期限{why}。"


def _passed_lines(due: Due, calendar: Calendar, raw_end: date) -> Iterator[str]:
    """Which days off were skipped and which weekend days counted."""
    assert due.at is not None
    start, end = due.start.date(), due.at.date()
    if due.rule.unit in ("working_days", "working_hours"):
        low, high = (start, end) if end >= start else (end - timedelta(1), start - timedelta(1))
        skipped, worked = _special(calendar, low, high)
        if skipped:
            yield f"跳过：{skipped}。"
        if worked:
            yield f"计入调休上班日：{worked}。"
    elif end != raw_end:
        skipped, _ = _special(calendar, raw_end - timedelta(1), end)
        yield f"期间的最后一日{day_text(raw_end, weekday=True)}休息，顺延至下一工作日（跳过{skipped}）。"


def _special(calendar: Calendar, after: date, until: date) -> tuple[str, str]:
    """Days off and weekend days worked in the interval after ``after`` up to ``until``, in words."""
    weekends: list[date] = []
    off: list[SpecialDay] = []
    worked: list[date] = []
    for offset in range(1, (until - after).days + 1):
        day = after + timedelta(offset)
        entry = calendar.special(day)
        if entry and not entry.is_working:
            off.append(entry)
        elif entry and day.weekday() >= 5:
            worked.append(day)
        elif not calendar.is_working_day(day):
            weekends.append(day)
    parts = [f"周末{len(weekends)}天（{_listed(weekends)}）"] if weekends else []
    for (name, _year), group in groupby(off, key=lambda entry: (entry.name, entry.date.year)):
        days = [entry.date for entry in group]
        parts.append(f"{name}{len(days)}天（{_listed(days)}）")
    return "、".join(parts), _listed(worked)


def _listed(days: list[date]) -> str:
    """Days with neighbours drawn together: 10月1日至7日; of a long list the first and the last."""
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == timedelta(1):
            runs[-1].append(day)
        else:
            runs.append([day])
    names = [_run_text(run) for run in runs]
    return "、".join(names) if len(names) <= 6 else f"{names[0]}、{names[1]}……{names[-1]}"


def _run_text(run: list[date]) -> str:
    first, last = run[0], run[-1]
    if first == last:
        return f"{first.month}月{first.day}日"
    end = f"{last.day}日" if last.month == first.month else f"{last.month}月{last.day}日"
    return f"{first.month}月{first.day}日至{end}"
