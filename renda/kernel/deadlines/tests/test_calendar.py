"""Counting working days: against the published arrangement, by hand, and by law of arithmetic."""

from __future__ import annotations

import threading
import time
from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from renda.kernel.deadlines.calendar import Calendar, SpecialDay, calendar_of

CALENDAR = Calendar()
KNOWN_DAYS = st.dates(date(2004, 1, 1), date(2026, 12, 31))
ANY_DAYS = st.dates(date(2000, 1, 1), date(2035, 12, 31))


def test_every_day_of_the_library() -> None:
    days = [date(2004, 1, 1) + timedelta(offset) for offset in range((date(2027, 1, 1) - date(2004, 1, 1)).days)]
    assert [CALENDAR.is_working_day(day) for day in days] == [chinese_calendar.is_workday(day) for day in days]


@pytest.mark.parametrize("day", ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"])
def test_weekend_days_that_are_worked(day: str) -> None:
    made_up = date.fromisoformat(day)
    assert made_up.weekday() >= 5
    assert CALENDAR.is_working_day(made_up)
    entry = CALENDAR.special(made_up)
    assert entry is not None
    assert entry.is_working


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        # Around the National Day of 2026: 1–7 October off, Sunday 20 September and Saturday 10 October worked.
        ("2026-09-18", 1, "2026-09-20"),
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-09-30", 3, "2026-10-10"),
        ("2026-09-30", 4, "2026-10-12"),
        # Spring Festival of 2026: 15–23 February off, Saturdays 14 and 28 worked.
        ("2026-02-13", 2, "2026-02-24"),
        ("2026-02-13", 6, "2026-02-28"),
        ("2026-11-24", 7, "2026-12-03"),
        ("2026-12-03", -7, "2026-11-24"),
        ("2026-10-08", -1, "2026-09-30"),
        ("2026-11-28", 0, "2026-11-28"),
    ],
)
def test_by_hand(start: str, count: int, end: str) -> None:
    assert CALENDAR.add_working_days(date.fromisoformat(start), count) == date.fromisoformat(end)


@given(ANY_DAYS, st.integers(1, 400))
def test_adding_lands_on_the_nth(start: date, count: int) -> None:
    end = CALENDAR.add_working_days(start, count)
    assert CALENDAR.is_working_day(end)
    assert CALENDAR.working_days_between(start, end) == count


@given(ANY_DAYS, st.integers(1, 400))
def test_going_back_undoes(start: date, count: int) -> None:
    first = CALENDAR.on_or_after(start)
    assert CALENDAR.add_working_days(CALENDAR.add_working_days(first, count), -count) == first


@given(ANY_DAYS, ANY_DAYS, ANY_DAYS)
def test_intervals_add_up(first: date, middle: date, last: date) -> None:
    between = CALENDAR.working_days_between
    assert between(first, middle) + between(middle, last) == between(first, last)
    assert between(first, last) == -between(last, first)


@given(KNOWN_DAYS, st.integers(0, 120))
def test_counting_one_by_one(first: date, length: int) -> None:
    days = [first + timedelta(offset) for offset in range(1, length + 1)]
    counted = sum(chinese_calendar.is_workday(day) for day in days if day.year <= 2026)
    if not days or days[-1].year <= 2026:
        assert CALENDAR.working_days_between(first, first + timedelta(length)) == counted


def test_an_unpublished_year_counts_by_weekends_only() -> None:
    assert CALENDAR.unpublished_years(date(2026, 1, 1), date(2028, 1, 1)) == [2027, 2028]
    assert CALENDAR.is_working_day(date(2027, 1, 1))  # a Friday
    assert not CALENDAR.is_working_day(date(2027, 1, 2))


def test_own_days_stand_in_front() -> None:
    new_year = SpecialDay(date(2027, 1, 1), False, "元旦", "通知")
    corrected = SpecialDay(date(2026, 10, 10), False, "更正", "通知")
    own = calendar_of([new_year, corrected], [2027])
    assert own.is_published(2027)
    assert not own.is_working_day(date(2027, 1, 1))
    assert not own.is_working_day(date(2026, 10, 10))
    assert own.is_working_day(date(2026, 9, 20))


def test_one_count_costs_at_most_ten_microseconds() -> None:
    start, until = date(2024, 1, 2), date(2026, 11, 24)
    CALENDAR.working_days_between(start, until)
    for work in (
        lambda: CALENDAR.is_working_day(until),
        lambda: CALENDAR.add_working_days(start, 15),
        lambda: CALENDAR.working_days_between(start, until),
    ):
        best = min(_seconds(work) for _ in range(5))
        assert best <= 10e-6


def _seconds(work: object) -> float:
    assert callable(work)
    begin = time.process_time()
    for _ in range(2000):
        work()
    return (time.process_time() - begin) / 2000


def test_threads_share_one_calendar() -> None:
    fresh, wrong = Calendar(), []

    def count() -> None:
        for year in range(2004, 2027):
            first, last = date(year, 1, 1), date(year, 12, 31)
            if fresh.working_days_between(first, last) != CALENDAR.working_days_between(first, last):
                wrong.append(year)

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
