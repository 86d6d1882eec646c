"""The plain figures on messages of our own; dates are real ones of the holiday arrangements."""

from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from renda.voice.figures import (
    COLUMNS,
    AnsweredMessage,
    Figures,
    figures,
    nth_working_day,
    read_messages,
    working_days_taken,
)
from renda.voice.sorter.table import TableError


def message(created: str, replied: str | None) -> AnsweredMessage:
    at = datetime.fromisoformat
    return AnsweredMessage("1", "u", at(created), "标题", "内容", "答复", at(replied) if replied else None)


@pytest.mark.parametrize(
    ("assigned", "replied", "days"),
    [
        (date(2019, 9, 29), date(2019, 9, 29), 0),
        (date(2019, 9, 29), date(2019, 9, 30), 1),
        (date(2019, 9, 30), date(2019, 10, 7), 0),  # the national holiday
        (date(2019, 9, 30), date(2019, 10, 8), 1),
        (date(2019, 10, 11), date(2019, 10, 12), 1),  # a Saturday that is worked
        (date(2019, 1, 31), date(2019, 2, 3), 3),  # Friday, and the weekend worked before the spring festival
        (date(2028, 3, 3), date(2028, 3, 6), 1),  # not published yet: Monday to Friday
    ],
)
def test_working_days_taken(assigned: date, replied: date, days: int) -> None:
    assert working_days_taken(assigned, replied) == days


def test_nth_working_day_passes_over_holidays() -> None:
    assert nth_working_day(date(2019, 9, 30), 1) == date(2019, 10, 8)
    assert nth_working_day(date(2019, 9, 30), 7) == date(2019, 10, 15)
    assert nth_working_day(date(2019, 9, 28), 1) == date(2019, 9, 29)  # a Sunday that is worked


def test_overdue_begins_with_the_day_after_the_nth_working_day() -> None:
    in_time = message("2019-11-01 09:00", "2019-11-12 23:59")
    late = message("2019-11-01 23:00", "2019-11-13 00:00")
    assert figures([in_time]).overdue_7 == 0
    assert figures([late]).overdue_7 == 1
    assert figures([late]).overdue_15 == 0


def test_an_answer_on_the_weekend_after_the_last_day_is_overdue() -> None:
    """Assigned on a Wednesday: the seventh working day is the Friday of next week, the answer came on Saturday."""
    on_saturday = message("2019-11-06 09:00", "2019-11-16 10:00")
    result = figures([on_saturday])
    assert (result.median_working_days, result.overdue_7) == (7.0, 1)


def test_figures_of_a_set() -> None:
    """Ten answers that took 1 to 10 working days, and one message without an answer."""
    days = [4, 5, 6, 7, 8, 11, 12, 13, 14, 15]
    messages = [message("2019-11-01 12:00", f"2019-11-{day:02} 12:00") for day in reversed(days)]
    assert figures([*messages, message("2019-11-01 12:00", None)]) == Figures(11, 10, 3, 0, 5.5, 9)


def test_no_message_and_no_answer() -> None:
    assert figures([]) == Figures(0, 0, 0, 0, None, None)
    assert figures([message("2019-11-01 12:00", None)]) == Figures(1, 0, 0, 0, None, None)


def test_csv_and_parquet_give_the_same_messages(tmp_path: Path) -> None:
    row = {
        "id": 7,
        "user": "某",
        "subject": "路灯",
        "created_at": datetime.fromisoformat("2019-11-01 09:00"),
        "body": "第一行\n第二行",
        "reply": "已修好",
        "replied_at": datetime.fromisoformat("2019-11-04 10:30"),
    }
    pl.DataFrame([row]).write_parquet(tmp_path / "m.parquet")
    pl.DataFrame([row]).write_csv(tmp_path / "m.csv")
    (tmp_path / "hand.csv").write_text(
        ",".join(COLUMNS) + '\n7,某,2019/11/1 9:00,路灯,"第一行\n第二行",已修好,2019-11-04 10:30:00\n',
        encoding="gb18030",
    )
    read = [read_messages(tmp_path / name) for name in ("m.parquet", "m.csv", "hand.csv")]
    assert read[0] == read[1] == read[2]
    assert read[0][0].replied_at == datetime.fromisoformat("2019-11-04 10:30")


@pytest.mark.parametrize(
    ("created", "replied", "complaint"),
    [
        ("", "2019-11-04", "没有提出时间"),
        ("昨天", "2019-11-04", "无法识别：昨天"),
        ("2019-11-04", "2019-11-03", "早于提出时间"),
    ],
)
def test_unreadable_times_are_named(tmp_path: Path, created: str, replied: str, complaint: str) -> None:
    file = tmp_path / "m.csv"
    file.write_text(",".join(COLUMNS) + f"\n1,某,{created},标题,内容,答复,{replied}\n", encoding="utf-8")
    with pytest.raises(TableError, match=f"第 1 件留言.*{complaint}"):
        read_messages(file)
