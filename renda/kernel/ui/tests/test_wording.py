"""Dates, money, telephone numbers and time left, in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from renda.kernel import clock
from renda.kernel.ui import wording

LOCAL = ZoneInfo("Asia/Shanghai")
# A Thursday; the two days after the next are a weekend.
NOW = datetime(2026, 9, 3, 10, 0, tzinfo=LOCAL)


@pytest.fixture(autouse=True)
def _weekends_only(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The words do not depend on any year's holidays: here Monday to Friday are worked."""

    def between(first: date, last: date) -> int:
        if last < first:
            return -between(last, first)
        days = range(1, (last - first).days + 1)
        return sum((first + timedelta(offset)).weekday() < 5 for offset in days)

    monkeypatch.setattr("renda.kernel.deadlines.api.working_days_between", between)
    with clock.frozen(NOW):
        yield


def test_a_moment_is_told_in_local_time() -> None:
    assert wording.moment(datetime(2024, 9, 3, 0, 12, tzinfo=ZoneInfo("UTC"))) == "2024年9月3日 08:12"
    assert wording.moment(datetime(2024, 9, 2, 23, 0, tzinfo=ZoneInfo("UTC"))) == "2024年9月3日 07:00"


def test_a_day_has_no_hour() -> None:
    assert wording.moment(date(2024, 9, 3)) == wording.day(date(2024, 9, 3)) == "2024年9月3日"
    assert wording.short_day(date(2024, 12, 31)) == "12月31日"
    assert wording.weekday(date(2026, 9, 3)) == "星期四"


def test_the_end_of_a_day_reads_24() -> None:
    assert wording.moment(datetime.combine(date(2024, 9, 3), time.max, LOCAL)) == "2024年9月3日 24:00"


@pytest.mark.parametrize(
    ("yuan", "short", "full"),
    [
        (Decimal("123456.78"), "12.35 万元", "123,456.78 元"),
        (10000, "1 万元", "10,000 元"),
        (9999, "9,999 元", ""),
        (Decimal("0.50"), "0.50 元", ""),
        (1250000000, "125,000 万元", "1,250,000,000 元"),
        (-30000, "-3 万元", "-30,000 元"),
    ],
)
def test_money_is_told_in_wan_with_the_yuan_beside(yuan: Decimal | int, short: str, full: str) -> None:
    assert wording.money(yuan) == (short, full)


@pytest.mark.parametrize(
    ("phone", "shown"),
    [("13800001234", "138****1234"), ("0713-8881234", "071*****1234"), ("110", "*10"), ("12", "**"), ("", "")],
)
def test_a_telephone_number_is_masked(phone: str, shown: str) -> None:
    assert wording.masked(phone) == shown


@pytest.mark.parametrize(
    ("due", "word", "tone"),
    [
        (None, "法律未规定期限", "quiet"),
        (NOW + timedelta(hours=7, minutes=30), "今天 17:30 到期", "warn"),
        (datetime.combine(NOW.date(), time.max, LOCAL), "今天到期", "warn"),
        (NOW + timedelta(days=1), "明天到期", "warn"),
        (NOW + timedelta(days=2), "9月5日到期", "warn"),
        (NOW + timedelta(days=4), "还有 2 个工作日", "run"),
        (NOW + timedelta(days=8), "还有 6 个工作日", "run"),
        (NOW - timedelta(seconds=20), "刚刚到期", "late"),
        (NOW - timedelta(hours=3), "超期 3 小时", "late"),
        (NOW - timedelta(days=1), "超期 1 个工作日", "late"),
        (NOW - timedelta(days=4), "超期 4 个工作日", "late"),
    ],
)
def test_time_left(due: datetime | None, word: str, tone: str) -> None:
    left = wording.time_left(due)
    assert (left.word, left.tone) == (word, tone)


def test_a_due_on_sunday_seen_on_monday_is_late_by_a_working_day() -> None:
    with clock.frozen(datetime(2026, 9, 7, 9, 0, tzinfo=LOCAL)):
        assert wording.time_left(datetime(2026, 9, 6, 12, 0, tzinfo=LOCAL)).word == "超期 1 个工作日"


@pytest.mark.parametrize(
    ("spent", "text"),
    [
        (timedelta(seconds=10), "0 分钟"),
        (timedelta(minutes=59), "59 分钟"),
        (timedelta(hours=2), "2 小时"),
        (timedelta(days=3, hours=5), "3 天"),
        (timedelta(hours=-1), "0 分钟"),
    ],
)
def test_duration(spent: timedelta, text: str) -> None:
    assert wording.duration(spent) == text
