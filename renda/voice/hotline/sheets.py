"""The hotline by spreadsheets: what is to be handed over, and its answers by ticket number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone

from renda.voice.history.checking import moment_of, solved_of
from renda.voice.history.columns import Column
from renda.voice.models import HotlineTicket, Solved

COLUMNS = (
    Column("reference", "受理编号", "导出表里的编号", "2611-ABCDEFGH", ("编号", "来件编号", "外部编号")),
    Column("number", "工单号", "12345 的工单号", "HG20261120001", ("工单编号", "热线工单号", "12345工单号")),
    Column("answer", "答复", "办结的填写", "已更换灯具。", ("答复内容", "回复", "回复内容", "办理结果")),
    Column("solved", "解决情况", "有答复的必填", "已解决", ("是否解决", "办理状态", "解决状态")),
    Column("promised_on", "完成日期", "正在解决的填写", "2026-12-31", ("承诺完成日期", "预计完成日期")),
)


@dataclass
class Answers:
    """What a sheet says: numbers and answers by ticket, and what is wrong in which row."""

    numbers: dict[int, str] = field(default_factory=dict)
    # Ticket → (its message, the answer's fields).
    answers: dict[int, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    errors: list[tuple[int, str, str]] = field(default_factory=list)


def read(rows: Iterable[tuple[int, dict[str, str]]], tickets: Iterable[HotlineTicket]) -> Answers:
    """Match the rows to the tickets (with assignment and message read along) and check each."""
    found = Answers()
    mine = list(tickets)
    by_number = {ticket.number: ticket for ticket in mine if ticket.number}
    by_reference = {ticket.assignment.message.receipt_number: ticket for ticket in mine}
    seen: Counter[int] = Counter()
    for at, row in rows:
        number, reference = row.get("number", ""), row.get("reference", "")
        ticket = by_reference.get(reference) if reference else by_number.get(number)
        if ticket is None:
            column, given = ("受理编号", reference) if reference else ("工单号", number)
            found.errors.append((at, column, f"“{given}”不是正在 12345 办理的留言" if given else "没有填写"))
            continue
        seen[ticket.pk] += 1
        if seen[ticket.pk] > 1:
            found.errors.append((at, "受理编号", "与前面一行是同一件"))
        if number and number != ticket.number:
            if ticket.number:
                found.errors.append((at, "工单号", f"这件的工单号是 {ticket.number}"))
            elif number in by_number or number in found.numbers.values():
                found.errors.append((at, "工单号", f"“{number}”已属于另一件"))
            found.numbers[ticket.pk] = number
        if row.get("answer"):
            _answer(found, at, ticket, row)
    return found


def _answer(found: Answers, at: int, ticket: HotlineTicket, row: dict[str, str]) -> None:
    solved, typed = solved_of(row.get("solved", "")), row.get("promised_on", "")
    moment = moment_of(typed) if typed else None
    promised_on: date | None = timezone.localdate(moment) if moment else None
    if solved not in Solved.values or solved == Solved.ON_THE_SPOT:
        words = "、".join(label for value, label in Solved.choices if value != Solved.ON_THE_SPOT)
        found.errors.append((at, "解决情况", f"请写{words}"))
    if typed and promised_on is None:
        found.errors.append((at, "完成日期", f"“{typed}”不是日期"))
    if solved == Solved.IN_PROGRESS and not typed:
        found.errors.append((at, "完成日期", "正在解决的，请填写"))
    if len(row["answer"]) > 5000:
        found.errors.append((at, "答复", "最多 5000 字"))
    given = {"body": row["answer"], "solved": solved, "promised_on": promised_on}
    found.answers[ticket.pk] = (ticket.assignment.message_id, given)
