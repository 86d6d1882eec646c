"""A year's holiday arrangement as people have it: the notice's own words, a table pasted from a sheet, a CSV file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from renda.kernel.deadlines.calendar import SpecialDay
from renda.kernel.errors import Invalid

_WORKS = {"1": True, "true": True, "是": True, "上班": True, "补班": True, "调休上班": True}
_RESTS = {"0": False, "false": False, "否": False, "休息": False, "放假": False}
_WORDS = _WORKS | _RESTS
_DAY = r"(?:(\d{4})[年/.-])?(?:(\d{1,2})[月/.-])?(\d{1,2})日?"
# 一、元旦：…  A paragraph of the notice is a holiday; its name stands before the colon.
_PARAGRAPH = re.compile(r"(?:^|(?<=\s))[一二三四五六七八九十]{1,3}、\s*([^：:\s]{1,20})[：:]")
_BRACKETS = re.compile(r"[（(\[【][^（()）\]】]*[）)\]】]")
_RANGE = re.compile(rf"{_DAY}(?:\s*(?:至|到|—+|–|～|~|-)\s*{_DAY})?")
_ROW = re.compile(rf"^\s*{_DAY}[\s,，;；、]+([^\s,，;；]+)[\s,，;；]*(.*)$")
_HEAD = re.compile(r"^\s*(?:date|日期)\b", re.IGNORECASE)
_LONGEST = 60  # days: more at a stretch is a misreading


def read_arrangement(text: str, year: int, source: str) -> list[SpecialDay]:
    """The days that a text names, in order.

    It is the notice of the State Council's office (部分节假日安排的通知), where sentences with 放假 and 上班 count, or lines of
    a date, 休息 or 上班, and a name. A day without a year is of ``year``.

    Raises:
        Invalid: nothing is found, or a line cannot be read; the sentence names the line.
    """
    days = list(_notice(text, year, source) if _PARAGRAPH.search(text) else _table(text, year, source))
    if not days:
        raise Invalid("deadlines.text", "没有找到任何日期。请粘贴通知全文，或者每行填写：日期、休息或上班、节日名称。")
    return sorted(days, key=lambda day: day.date)


def _notice(text: str, year: int, source: str) -> Iterator[SpecialDay]:
    heads = list(_PARAGRAPH.finditer(text))
    ends = [*(head.start() for head in heads[1:]), len(text)]
    for head, end in zip(heads, ends, strict=True):
        body = _BRACKETS.sub("", text[head.end() : end])
        for sentence in re.split(r"[。；;]", body):
            working = "上班" in sentence
            if working or "放假" in sentence:
                for day in _days(re.sub(r"\s", "", sentence), year):
                    yield SpecialDay(day, working, head[1], source)


def _days(sentence: str, year: int) -> Iterator[date]:
    month = 0
    for found in _RANGE.finditer(sentence):
        first_year, first_month, first_day, last_year, last_month, last_day = found.groups()
        if "日" not in found[0]:
            continue  # 共8天, 3天
        month = int(first_month or month)
        begin = _date(int(first_year or year), month, int(first_day), sentence)
        if last_day is None:
            yield begin
            continue
        month = int(last_month or month)
        end = _date(
            int(last_year or (year if month >= begin.month else begin.year + 1)), month, int(last_day), sentence
        )
        if not 0 <= (end - begin).days < _LONGEST:
            raise Invalid("deadlines.text", f"“{found[0]}”不是一段可以识别的日期。")
        yield from (begin + timedelta(offset) for offset in range((end - begin).days + 1))


def _date(year: int, month: int, day: int, where: str) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise Invalid("deadlines.text", f"“{where[:40]}”里有不存在的日期。") from error


def _table(text: str, year: int, source: str) -> Iterator[SpecialDay]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or _HEAD.match(line):
            continue
        row = _ROW.match(line)
        working = _WORDS.get(row[4].lower()) if row else None
        if row is None or working is None or row[2] is None:
            raise Invalid(
                "deadlines.text", f"第{number}行无法识别：{line.strip()[:40]}。应为：日期、休息或上班、节日名称。"
            )
        try:
            day = date(int(row[1] or year), int(row[2]), int(row[3]))
        except ValueError as error:
            raise Invalid("deadlines.text", f"第{number}行的日期不存在：{line.strip()[:40]}。") from error
        yield SpecialDay(day, working, row[5].strip()[:40], source)


def as_text(days: list[SpecialDay]) -> str:
    """The days as lines that ``read_arrangement`` reads again."""
    return "\n".join(f"{day.date.isoformat()}\t{'上班' if day.is_working else '休息'}\t{day.name}" for day in days)


def stretches(days: list[SpecialDay]) -> list[tuple[str, date, date]]:
    """Days in order as (name, first, last), neighbours of one name drawn together."""
    found: list[tuple[str, date, date]] = []
    for before, day in pairwise([None, *days]):
        assert day is not None
        if before and before.name == day.name and day.date - before.date == timedelta(1):
            found[-1] = (day.name, found[-1][1], day.date)
        else:
            found.append((day.name, day.date, day.date))
    return found
