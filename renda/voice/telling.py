"""How a message's story is told: to its writer in plain words, to staff with who, when and how long."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from renda.kernel.ui import wording
from renda.kernel.ui.shapes import State, Step, TrailLine, four_steps
from renda.voice.models import Answer, Assignment, ContactLog, Message, Rating, Solved, Stage

# Stage → which of the four steps it is (提出 交办 办理 反馈); 4 = all done.
_STEP = {
    Stage.VET: 0,
    Stage.DEPUTY: 1,
    Stage.STATION: 1,
    Stage.OFFICE: 1,
    Stage.UNIT: 2,
    Stage.DELIVER: 3,
    Stage.RATING: 3,
    Stage.JUDGE: 3,
    Stage.PROMISE: 3,
}
STATES = {
    f"message.{stage.value}": State(
        stage.label,
        {
            Stage.CONCLUDED: "ok",
            Stage.RATING: "ok",
            Stage.REDIRECTED: "quiet",
            Stage.TERMINATED: "quiet",
            Stage.VET: "quiet",
            Stage.JUDGE: "warn",
        }.get(stage, "run"),  # type: ignore[arg-type]
    )
    for stage in Stage
}


def public_steps(message: Message) -> list[Step]:
    """The four steps with the days of those that are done, and the day by which the unit must have answered."""
    times: list[date | datetime | str | None] = [
        message.submitted_at,
        message.assigned_at,
        message.answered_at,
        message.concluded_at,
    ]
    current = _STEP.get(Stage(message.stage), 4)
    times = [at if step < max(current, 1) else None for step, at in enumerate(times)]
    if message.stage == Stage.UNIT and message.due_at is not None:
        times[current] = f"{wording.short_day(message.due_at)}前"
    return four_steps(current, times)


# The moves whose words are written for the writer.
TOLD = ("forward", "redirect")


def public_line(
    message: Message, answers: Sequence[Answer], trail: Iterable[Any], ratings: Iterable[Rating]
) -> list[TrailLine]:
    """What the writer is told, oldest first: never who works there by name, never an inner opinion.

    Of the flow's trail only what was written for the writer: the deputy's word with the answer, and the reason of
    another door.
    """
    told = {event.action: event.opinion for event in trail if event.action in TOLD}
    lines = [TrailLine("您提出了留言", message.submitted_at, tone="ok")]
    if message.accepted_at:
        note = f"编号 {message.number}" if message.number else ""
        lines.append(TrailLine("审核通过，已受理", message.accepted_at, note=note, tone="ok"))
    if message.stage == Stage.REDIRECTED and message.concluded_at:
        note = "\n".join(filter(None, (message.get_door_display(), told.get("redirect", ""))))
        lines.append(TrailLine("不属于受理范围，请走以下渠道", message.concluded_at, note=note))
    if message.assigned_at:
        unit = message.lead_unit.name if message.lead_unit else "承办单位"
        lines.append(TrailLine(f"已交办{unit}", message.assigned_at, tone="ok"))
    for answer in answers:
        is_last = answer == answers[-1]
        if message.stage == Stage.DELIVER and answer.by == Answer.By.UNIT and is_last:
            continue  # it comes back through the deputy
        note = _answer_note(answer)
        if is_last and told.get("forward"):
            note += f"\n代表的话：{told['forward']}"
        by = f"{answer.organisation.name}答复" if answer.organisation else answer.get_by_display()
        lines.append(TrailLine(by, answer.answered_at, note=note, tone="ok"))
    for rating in ratings:
        said = f"过程{rating.get_process_display()}，结果{rating.get_result_display()}"
        lines.append(TrailLine(f"您的评价：{said}", rating.rated_at, note=rating.comment))
        if rating.verdict_at:
            verdict = f"研判：{rating.get_verdict_display()}"
            lines.append(TrailLine(verdict, rating.verdict_at, note=rating.verdict_note))
    if message.stage == Stage.CONCLUDED and message.concluded_at:
        lines.append(TrailLine("已办结", message.concluded_at, tone="ok"))
    return sorted(lines, key=lambda line: line.at)


def _answer_note(answer: Answer) -> str:
    """The answer with how far it is solved and what was promised."""
    note = answer.body
    if answer.solved:
        note += f"\n解决情况：{Solved(answer.solved).label}"
    if answer.promised_on:
        note += f"，承诺 {wording.day(answer.promised_on)} 前完成"
    return note


def contact_lines(contacts: Iterable[ContactLog]) -> list[TrailLine]:
    """The contact log as lines of the trail."""
    return [
        TrailLine(
            f"沟通记录（{contact.get_way_display()}）",
            contact.at,
            by=contact.organisation.name if contact.organisation else "",
            note=contact.note,
        )
        for contact in contacts
    ]


def assignment_lines(assignments: Iterable[Assignment]) -> list[TrailLine]:
    """Which unit was assigned, by whom, in which role."""
    return [
        TrailLine(
            f"交办{one.unit.name}（{one.get_role_display()}）",
            one.assigned_at,
            by=one.assigned_by.name if one.assigned_by else "",
            note=one.note,
            tone="ok",
        )
        for one in assignments
    ]


def in_order(lines: Iterable[TrailLine]) -> list[TrailLine]:
    """Oldest first; what happened at one moment stays in the order given."""
    return sorted(lines, key=lambda line: line.at)


# The machine's and the desk's moves in words; a move that is not here is not told (reading, claiming).
_MOVES = {
    "start": "群众提出",
    "accept": "受理",
    "redirect": "指引其他渠道",
    "refer": "转请办理",
    "refer_up": "提请上级交办",
    "receive": "接收",
    "send_back": "退回",
    "forward": "反馈群众",
    "redo": "研判：重办",
    "close": "研判：不再办理",
    "transfer": "转办",
    "urge": "催办",
    "oversee": "督办",
    "extend_request": "申请延期",
    "extend_grant": "同意延期",
    "extend_refuse": "不同意延期",
    "withdraw": "取回",
    "terminate": "终止",
    "jump": "调整环节",
    "due_soon": "临期提醒",
    "overdue": "超期",
    "time_out": "到时未办，自动转下一环节",
    "reopen": "重新办理",
}
_TONES = {"due_soon": "warn", "overdue": "late", "send_back": "warn", "time_out": "warn", "redo": "warn"}


def inner_line(
    message: Message, trail: Iterable[Any], answers: Iterable[Answer], ratings: Iterable[Rating]
) -> list[TrailLine]:
    """What staff are told: every move with who and what she wrote, the answers and ratings in full."""
    lines = []
    for event in trail:
        key = event.action if event.move == "act" else event.move
        if key == "answer" or key not in _MOVES:
            continue
        title = f"{message.get_channel_display()}" if key == "start" else _MOVES[key]
        lines.append(
            TrailLine(
                title,
                event.at,
                by=event.actor_name,
                on_behalf_of=event.on_behalf_of.name if event.on_behalf_of else "",
                note=event.opinion,
                tone=_TONES.get(key, "ok"),  # type: ignore[arg-type]
            )
        )
    for answer in answers:
        by = answer.organisation.name if answer.organisation else (answer.author.name if answer.author else "")
        lines.append(
            TrailLine(answer.get_by_display(), answer.answered_at, by=by, note=_answer_note(answer), tone="ok")
        )
    for rating in ratings:
        said = f"过程{rating.get_process_display()}，结果{rating.get_result_display()}"
        lines.append(
            TrailLine(
                f"{rating.get_by_display()}：{said}",
                rating.rated_at,
                note=rating.comment,
                tone="warn" if rating.is_dissatisfied else "ok",
            )
        )
    return lines
