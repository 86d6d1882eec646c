"""Dues by rule: each unit, pauses, extensions, provisional years, and what the lines say."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renda.kernel.deadlines.arithmetic import Arithmetic
from renda.kernel.deadlines.calendar import Calendar
from renda.kernel.deadlines.hours import parse_periods
from renda.kernel.deadlines.periods import Extension, Pause, add_months
from renda.kernel.deadlines.rules import Rule, Unit, choose
from renda.kernel.deadlines.wording import due_text

CHINA = ZoneInfo("Asia/Shanghai")
COUNT = Arithmetic(Calendar())


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def rule(amount: int | None, unit: Unit, law: str = "", version: str = "", article: str = "") -> Rule:
    return Rule("test.rule", "测试", amount, unit, "交办之日", law, version, article)


@pytest.mark.parametrize(
    ("amount", "unit", "start", "end"),
    [
        (7, "working_days", "2026-11-24T15:03", "2026-12-03"),
        (1, "working_days", "2026-11-28T09:00", "2026-11-30"),  # assigned on a Saturday
        (14, "working_days", "2026-09-15T09:00", "2026-10-10"),
        (30, "days", "2026-11-24T00:00", "2026-12-24"),
        (7, "days", "2026-09-25T10:00", "2026-10-08"),  # the 2nd of October is off
        (3, "months", "2026-07-01T10:00", "2026-10-08"),  # the 1st of October is off
        (3, "months", "2025-11-30T10:00", "2026-02-28"),  # no 30th; the 28th is a Saturday that is worked
        (1, "months", "2026-01-31T10:00", "2026-02-28"),
        (-20, "days", "2026-11-24T09:00", "2026-11-04"),
        (-3, "working_days", "2026-10-09T09:00", "2026-09-29"),
    ],
)
def test_ends_with_the_day(amount: int, unit: Unit, start: str, end: str) -> None:
    due = COUNT.due(rule(amount, unit), at(start))
    assert due.at == datetime.combine(date.fromisoformat(end), time.max, CHINA)
    assert not due.provisional


@pytest.mark.parametrize(
    ("amount", "unit", "start", "end"),
    [
        (24, "hours", "2026-11-27T16:20", "2026-11-28T16:20"),
        (4, "working_hours", "2026-11-24T10:00", "2026-11-24T16:30"),
        (4, "working_hours", "2026-11-27T16:30", "2026-11-30T11:30"),
        (1, "working_hours", "2026-11-24T13:00", "2026-11-24T15:30"),
        (7, "working_hours", "2026-09-30T17:00", "2026-10-08T17:30"),
        (1, "working_hours", "2026-11-29T13:00", "2026-11-30T09:30"),
    ],
)
def test_ends_with_the_hour(amount: int, unit: Unit, start: str, end: str) -> None:
    assert COUNT.due(rule(amount, unit), at(start)).at == at(end)


def test_late_begins_after_the_last_moment_of_the_day() -> None:
    due = COUNT.due(rule(7, "working_days"), at("2026-11-24T15:03"))
    assert not due.is_overdue(at("2026-12-03T23:59:59.999999"))
    assert due.is_overdue(at("2026-12-04T00:00"))


@given(
    st.datetimes(at("2010-01-01").replace(tzinfo=None), at("2026-06-01").replace(tzinfo=None)),
    st.integers(1, 60),
    st.integers(0, 90 * 24),
)
def test_overdue_is_after_the_nth_working_day(start: datetime, count: int, hours: int) -> None:
    assigned = start.replace(tzinfo=CHINA)
    answered = assigned + timedelta(hours=hours)
    due = COUNT.due(rule(count, "working_days"), assigned)
    assert due.is_overdue(answered) == (answered.date() > COUNT.calendar.add_working_days(assigned.date(), count))


def test_due_soon_from_the_working_day_before() -> None:
    due = COUNT.due(rule(7, "working_days"), at("2026-11-20T09:00"))
    assert due.at is not None
    assert due.at.date() == date(2026, 12, 1)
    assert due.soon_at == at("2026-11-30T00:00")
    over_a_holiday = COUNT.due(rule(3, "working_days"), at("2026-09-28T09:00"))
    assert over_a_holiday.soon_at == at("2026-09-30T00:00")
    assert over_a_holiday.is_soon(at("2026-10-08T10:00"))
    assert not over_a_holiday.is_soon(at("2026-09-29T23:59"))


def test_due_soon_of_a_short_period_is_its_last_quarter() -> None:
    due = COUNT.due(rule(24, "hours"), at("2026-11-24T12:00"))
    assert due.soon_at == at("2026-11-25T06:00")


def test_into_an_unpublished_year() -> None:
    due = COUNT.due(rule(30, "working_days"), at("2026-11-24T09:00"))
    assert due.provisional
    assert due.at is not None
    assert due.at.date() == date(2027, 1, 5)
    assert due_text(due) == "2027年1月5日24时前（待节假日安排公布）"
    assert "2027年节假日安排尚未公布" in due.explanation[-1]
    assert not COUNT.due(rule(20, "working_days"), at("2026-11-24T09:00")).provisional
    # By days and months only the end asks the calendar; by hours nothing does.
    assert COUNT.due(rule(2, "months"), at("2026-11-24T09:00")).provisional
    assert not COUNT.due(rule(72, "hours"), at("2026-12-31T09:00")).provisional


def test_no_limit_in_law() -> None:
    due = COUNT.due(
        rule(None, "months", law="监督法", version="2024-11-08", article="第五十条"), at("2026-11-24T09:00")
    )
    assert (due.at, due.soon_at, due.provisional) == (None, None, False)
    assert not due.is_overdue(at("2036-11-24T09:00"))
    assert due_text(due) == "法律未规定期限"
    assert due.explanation[0] == "期限：法律未规定期限，自交办之日起算。依据：《监督法》（2024-11-08）第五十条。"


def test_the_lines_of_a_due() -> None:
    cited = rule(9, "working_days", law="某条例", version="2014-01-22", article="第二十一条")
    due = COUNT.due(cited, at("2026-09-17T15:03"))
    assert due.explanation == (
        "期限：9个工作日，自交办之日起算。依据：《某条例》（2014-01-22）第二十一条。",
        "起算：交办之日，2026年9月17日（星期四）15时03分；当日不计入（《中华人民共和国民法典》（2020-05-28）第二百零一条至第二百零三条）。",
        "跳过：周末1天（9月19日）、中秋3天（9月25日至27日）。",
        "计入调休上班日：9月20日。",
        "到期：2026年9月30日24时前。",
    )


def test_the_line_of_a_last_day_off() -> None:
    due = COUNT.due(rule(3, "months"), at("2026-07-01T10:00"))
    assert any(
        "2026年10月1日（星期四）休息，顺延至下一工作日（跳过国庆节7天（10月1日至7日））" in line
        for line in due.explanation
    )


@pytest.mark.parametrize(
    ("amount", "unit", "end"),
    [
        (7, "working_days", "2026-12-07T23:59:59.999999"),
        (10, "days", "2026-12-08T23:59:59.999999"),
        (240, "hours", "2026-12-07T17:00"),
        (7, "working_hours", "2026-11-30T17:30"),
    ],
)
def test_a_pause_is_given_back_in_the_unit(amount: int, unit: Unit, end: str) -> None:
    # From Wednesday to Sunday, each at 17:00: the working days between are Thursday and Friday.
    pause = Pause(at("2026-11-25T17:00"), at("2026-11-29T17:00"), "等待勘验")
    start = at("2026-11-24T15:03") if unit in ("working_days", "days") else at("2026-11-23T17:00")
    if unit == "working_hours":
        start = at("2026-11-25T16:30")
    due = COUNT.due(rule(amount, unit), start, (pause,))
    assert due.at == at(end)
    assert any("等待勘验" in line for line in due.explanation)


def test_a_pause_after_a_last_day_off_counts_from_the_raw_end() -> None:
    # 7 days end on Saturday 2026-11-28; three days of pause make it Tuesday, not Monday plus three.
    pause = Pause(at("2026-11-23T09:00"), at("2026-11-26T09:00"))
    due = COUNT.due(rule(7, "days"), at("2026-11-21T09:00"), (pause,))
    assert due.at is not None
    assert due.at.date() == date(2026, 12, 1)


def test_an_extension_counts_from_the_old_end() -> None:
    due = COUNT.due(rule(7, "working_days"), at("2026-11-24T15:03"), (Extension(5, "working_days", "情况复杂"),))
    assert due.at is not None
    assert due.at.date() == date(2026, 12, 10)
    assert "延期：5个工作日，自原期限届满起算，情况复杂。" in due.explanation


def test_a_pause_cannot_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="before it begins"):
        COUNT.due(rule(7, "days"), at("2026-11-24T15:03"), (Pause(at("2026-11-26T09:00"), at("2026-11-25T09:00")),))


def test_a_naive_start_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        COUNT.due(rule(7, "days"), at("2026-11-24").replace(tzinfo=None))


@given(st.dates(date(2004, 1, 1), date(2026, 1, 1)), st.integers(0, 36))
def test_a_month_ends_on_its_number_or_its_last_day(day: date, count: int) -> None:
    end = add_months(day, count)
    assert (end.year - day.year) * 12 + end.month - day.month == count
    assert end.day == day.day or (end.day < day.day and (end + timedelta(1)).day == 1)


def test_the_nearest_rule_holds() -> None:
    national = rule(7, "working_days")
    province = Rule("test.rule", "省", 6, "working_days", "", place="42")
    prefecture = Rule("test.rule", "市", 5, "working_days", "", place="4211")
    city = Rule("test.rule", "市人大", 4, "working_days", "", tenant_id=1)
    county = Rule("test.rule", "县人大", 3, "working_days", "", tenant_id=2, valid_from=date(2026, 1, 1))
    rules = [national, county, province, city, prefecture]
    day = date(2026, 11, 24)

    def amount(path: tuple[int, ...], place: str, on: date = day) -> int | None:
        chosen = choose(rules, path, place, on)
        return chosen.amount if chosen else None

    assert amount((), "") == 7
    assert amount((9,), "421181000000") == 5
    assert amount((9,), "430000000000") == 7
    assert amount((9,), "420100000000") == 6
    assert amount((1, 2, 3), "421181") == 3
    assert amount((1, 2, 3), "421181", date(2025, 12, 31)) == 4
    assert choose([city], (9,), "", day) is None


def test_a_later_version_takes_over_on_its_day() -> None:
    old = Rule("test.rule", "旧", 60, "days", "", valid_to=date(2024, 12, 31))
    new = Rule("test.rule", "新", 30, "days", "", valid_from=date(2025, 1, 1))
    assert choose([old, new], (), "", date(2024, 12, 31)) is old
    assert choose([old, new], (), "", date(2025, 1, 1)) is new


@pytest.mark.parametrize("text", ["", "08:30", "12:00-08:30", "14:30-17:30,08:30-12:00", "08:30-12:00,11:00-17:00"])
def test_office_hours_out_of_order_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"out of order|Invalid isoformat"):
        parse_periods(text)
