"""How a message's story is told to its writer: in plain words. What staff are told is ``trail``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from renda.kernel.flow.api import CaseEvent
from renda.kernel.ui import wording
from renda.kernel.ui.shapes import State, Step, TrailLine, four_steps
from renda.voice.models import Answer, Message, Rating, Solved, Stage

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
} | {"message.held": State("待核对留意词", "warn")}


# The states of an import of former messages, and of a former message.
IMPORT_STATES = {
    "import.preview": State("待确认", "warn"),
    "import.running": State("导入中", "run"),
    "import.done": State("已导入", "ok"),
    "import.taken_back": State("已撤回", "quiet"),
    "hotline.waiting": State("待转 12345", "run"),
    "hotline.sending": State("转送中", "run"),
    "hotline.sent": State("12345 办理中", "run"),
    "hotline.answered": State("12345 已回复，待确认", "warn"),
    "hotline.returned": State("12345 已退回，待确认", "warn"),
    "hotline.failed": State("须人工处理", "late"),
    "past.answered": State("有答复", "ok"),
    "past.unanswered": State("原记录无答复", "quiet"),
}

# The moves whose words are written for the writer.
TOLD = ("forward", "redirect", "terminate")

# What ends outside of the four steps: those in between were not gone.
_ENDED_EARLY = {Stage.REDIRECTED, Stage.TERMINATED}


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
    steps = four_steps(current, times)
    if message.stage in _ENDED_EARLY:
        return [replace(step, status="skipped") if step.at is None else step for step in steps]
    return steps


def public_line(
    message: Message, answers: Sequence[Answer], trail: Sequence[CaseEvent], ratings: Iterable[Rating]
) -> list[TrailLine]:
    """What the writer is told, oldest first: never who works there by name, never an inner opinion.

    Of the flow's trail only what was written for the writer: the deputy's word with an answer, and why it went to another
    door or was ended.
    """
    lines = [TrailLine("您提出了留言", message.submitted_at, tone="ok")]
    if message.accepted_at:
        note = f"编号 {message.number}" if message.number else ""
        lines.append(TrailLine("审核通过，已受理", message.accepted_at, note=note, tone="ok"))
    if message.assigned_at:
        unit = message.lead_unit.name if message.lead_unit else "承办单位"
        lines.append(TrailLine(f"已交办{unit}", message.assigned_at, tone="ok"))
    words = _words_with(answers, trail)
    for answer in answers:
        if message.stage == Stage.DELIVER and answer.by == Answer.By.UNIT and answer == answers[-1]:
            continue  # it comes back through the deputy
        note = answer_note(answer) + (f"\n代表的话：{words[answer.pk]}" if words.get(answer.pk) else "")
        by = f"{answer.organisation.name}答复" if answer.organisation else answer.get_by_display()
        lines.append(TrailLine(by, answer.answered_at, note=note, tone="ok"))
    for rating in ratings:
        said = f"过程{rating.get_process_display()}，结果{rating.get_result_display()}"
        lines.append(TrailLine(f"您的评价：{said}", rating.rated_at, note=rating.comment))
        if rating.verdict_at:
            verdict = f"研判：{rating.get_verdict_display()}"
            lines.append(TrailLine(verdict, rating.verdict_at, note=rating.verdict_note))
    return [*sorted(lines, key=lambda line: line.at), *_end(message, trail)]


def _words_with(answers: Sequence[Answer], trail: Sequence[CaseEvent]) -> dict[int, str]:
    """By answer: what the deputy said when she brought it back."""
    found: dict[int, str] = {}
    for event in trail:
        before = [answer for answer in answers if answer.answered_at <= event.at]
        if event.action == "forward" and before:
            found[before[-1].pk] = event.opinion
    return found


def _end(message: Message, trail: Sequence[CaseEvent]) -> list[TrailLine]:
    at = message.concluded_at
    if at is None:
        return []
    match message.stage:
        case Stage.CONCLUDED:
            return [TrailLine("已办结", at, tone="ok")]
        case Stage.REDIRECTED:
            reason = next((event.opinion for event in reversed(trail) if event.action == "redirect"), "")
            note = "\n".join(filter(None, (message.get_door_display(), reason)))
            return [TrailLine("不属于受理范围，请走以下渠道", at, note=note)]
        case Stage.TERMINATED:
            reason = next((event.opinion for event in reversed(trail) if event.move == "terminate"), "")
            return [TrailLine("办理已终止", at, note=reason)]
    return []


def answer_note(answer: Answer) -> str:
    """The answer with how far it is solved and what was promised."""
    note = answer.body
    if answer.solved:
        note += f"\n解决情况：{Solved(answer.solved).label}"
    if answer.promised_on:
        note += f"，承诺 {wording.day(answer.promised_on)} 前完成"
    return note


def audience(message: Message) -> str:
    """Who sees a message, in a sentence for those who work on it: as ``selectors.messages_for`` decides."""
    if message.is_sealed:
        return "已封存：只有本级受理审核、督办人员写明用途后可以查阅，其他人须经紧急授权。"
    seen_by = [message.tenant.name]
    if message.assigning_tenant is not None and message.assigning_tenant_id != message.tenant_id:
        seen_by.append(message.assigning_tenant.name)
    who = "、".join(f"{name}有关工作人员" for name in seen_by)
    if message.station is not None:
        who += "、联络站"
    if message.deputy is not None:
        who += _deputy_too(message)
    return f"{who}、承办单位能看到；本人凭受理编号和查询码查看进度。" + (
        "本人同意公开，公开前须审核。" if message.may_publish else "不公开。"
    )


def _deputy_too(message: Message) -> str:
    if message.concerns_person:
        return "（反映对象为个人，代表看不到）"
    return "、代表本人" if message.accepted_at is not None else "（受理前代表看不到）"
