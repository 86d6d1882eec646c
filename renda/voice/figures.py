"""How long answers took: the plain figures over a table of messages and answers, without database or engine.

The replay of real messages must print the same numbers; this script is its oracle and shares no counting with it.

Definitions
- A message is assigned on the day it was made (the replay vets, refers and assigns at once).
- *Working days taken*: working days after the day of assignment, up to and including the day of the answer.
  Working days follow the Chinese holiday arrangement with its make-up days (调休); years outside the published
  ones (2004 to 2026 with chinesecalendar 1.11) count Monday to Friday.
- *overdue_N*: answered after the end of the Nth working day that follows the day of assignment. An answer on the
  holiday right after that day is overdue though it took N working days.
- *median* is :func:`statistics.median`; *p90* is by nearest rank, the ⌈0.9 n⌉-th smallest value.
"""

from __future__ import annotations

import json
import re
import statistics
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from math import ceil
from pathlib import Path

import chinese_calendar

from renda.voice.sorter.table import TableError, read_rows

COLUMNS = ("id", "user", "created_at", "subject", "body", "reply", "replied_at")
_SATURDAY = 5


@dataclass(frozen=True)
class AnsweredMessage:
    """One message with its answer; ``replied_at`` is None while there is none. Times are naive local times (UTC+8)."""

    id: str
    user: str
    created_at: datetime
    subject: str
    body: str
    reply: str
    replied_at: datetime | None


@dataclass(frozen=True)
class Figures:
    """What the replay prints; the two periods are None when nothing is answered."""

    messages: int
    answered: int
    overdue_7: int
    overdue_15: int
    median_working_days: float | None
    p90_working_days: int | None


def read_messages(path: Path) -> list[AnsweredMessage]:
    """Messages of a CSV or Parquet file with the columns of ``COLUMNS``, in the order of the file.

    Raises TableError (a Chinese sentence) when the file, a column or a time cannot be read, or an answer is older
    than its message.
    """
    return [_message(number, row) for number, row in enumerate(read_rows(path, COLUMNS), start=1)]


def figures(messages: Iterable[AnsweredMessage]) -> Figures:
    """The figures over the messages, as defined above."""
    spans = [
        (message.created_at.date(), message.replied_at.date() if message.replied_at else None) for message in messages
    ]
    answered = [(assigned, replied) for assigned, replied in spans if replied]
    taken = sorted(working_days_taken(assigned, replied) for assigned, replied in answered)
    return Figures(
        messages=len(spans),
        answered=len(answered),
        overdue_7=sum(replied > nth_working_day(assigned, 7) for assigned, replied in answered),
        overdue_15=sum(replied > nth_working_day(assigned, 15) for assigned, replied in answered),
        median_working_days=float(statistics.median(taken)) if taken else None,
        p90_working_days=taken[ceil(0.9 * len(taken)) - 1] if taken else None,
    )


def is_working_day(day: date) -> bool:
    """Whether offices work on ``day``: published arrangement, else Monday to Friday."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < _SATURDAY


def nth_working_day(start: date, number: int) -> date:
    """The ``number``-th working day after ``start`` (1 or more)."""
    day = start
    while number:
        day += timedelta(days=1)
        number -= is_working_day(day)
    return day


def working_days_taken(assigned: date, replied: date) -> int:
    """Working days after ``assigned`` up to and including ``replied``; 0 on the same day."""
    return sum(is_working_day(assigned + timedelta(days=offset + 1)) for offset in range((replied - assigned).days))


def _message(number: int, row: dict[str, str]) -> AnsweredMessage:
    created_at, replied_at = _moment(number, row["created_at"]), _moment(number, row["replied_at"])
    if created_at is None:
        raise TableError(f"第 {number} 件留言没有提出时间（created_at）。")
    if replied_at is not None and replied_at < created_at:
        raise TableError(f"第 {number} 件留言的答复时间早于提出时间。")
    texts = {name: row[name] for name in ("id", "user", "subject", "body", "reply")}
    return AnsweredMessage(**texts, created_at=created_at, replied_at=replied_at)


def _moment(number: int, text: str) -> datetime | None:
    if not text.strip():
        return None
    padded = re.sub(r"\b\d\b", r"0\g<0>", text.strip().replace("/", "-"))  # a spreadsheet writes 2019/1/5 9:00
    try:
        moment = datetime.fromisoformat(padded)
    except ValueError as error:
        raise TableError(f"第 {number} 件留言的时间写法无法识别：{text}") from error
    return moment.replace(tzinfo=None)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(figures(read_messages(Path(sys.argv[1]))))) + "\n")
