"""What staff are told of a message: every move with who, in which post, when, how long it took, and what was written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Self

from renda.kernel.flow.api import CaseEvent, CaseView
from renda.kernel.ui import wording
from renda.kernel.ui.shapes import Tone, TrailLine
from renda.voice.models import Answer, Assignment, ContactLog, Message, Rating
from renda.voice.telling import answer_note

# What took less is not worth a word.
MINUTE = timedelta(minutes=1)
# Moves in words; one that is not here is not told (reading), or is told by its own row (answers, assignments).
_MOVES = {
    "accept": "受理",
    "redirect": "指引其他渠道",
    "refer": "转请办理",
    "refer_up": "提请上级交办",
    "receive": "接收",
    "send_back": "退回",
    "forward": "反馈群众",
    "redo": "研判：重办",
    "close": "研判：不再办理",
    "claim": "由本人办理",
    "release": "交还岗位",
    "transfer": "转办",
    "urge": "催办",
    "oversee": "督办",
    "extend_request": "申请延期",
    "extend_grant": "同意延期",
    "extend_refuse": "不同意延期",
    "withdraw": "取回",
    "suspend": "挂起",
    "resume": "恢复办理",
    "terminate": "终止办理",
    "remove_assignee": "减签",
    "jump": "申请调整环节",
    "jump_grant": "同意调整环节",
    "jump_refuse": "不同意调整环节",
    "due_soon": "临期提醒",
    "overdue": "超期",
}
_TONES: dict[str, Tone] = {
    **dict.fromkeys(("due_soon", "send_back", "redo", "suspend", "terminate"), "warn"),
    **dict.fromkeys(("overdue", "time_out"), "late"),
}
# What the machine's clock did where it did more than remind.
_TIMEOUTS = {
    "deputy": "代表在时限内未答复，转联络站办理",
    "deliver": "代表在时限内未反馈，答复自动告知群众",
    "rating": "评价期满",
    "promise": "承诺日期已到",
}


@dataclass(frozen=True)
class Record:
    """The rows that a message's story is told from. What cannot be there yet is not asked for."""

    message: Message
    answers: list[Answer]
    contacts: list[ContactLog]
    assignments: list[Assignment]
    ratings: list[Rating]

    @classmethod
    def of(cls, message: Message) -> Self:
        """Read them: at most four queries."""
        is_assigned, is_answered = message.assigned_at is not None, message.answered_at is not None
        assignments = message.assignments.select_related("unit", "ruled_by", "proposed_unit")
        return cls(
            message,
            list(message.answers.select_related("organisation", "author")) if is_answered else [],
            list(message.contacts.select_related("organisation", "author")) if message.may_have("contacts") else [],
            list(assignments) if is_assigned else [],
            list(Rating.objects.filter(message=message)) if message.may_have("ratings") else [],
        )

    def trail(self, case: CaseView) -> list[TrailLine]:
        """The story, oldest first; what happened at one moment stays in the order of the flow."""
        lines = [*self._moves(case), *self._contacts(), *self._ratings()]
        return sorted(lines, key=lambda line: line.at)

    def _moves(self, case: CaseView) -> Iterator[TrailLine]:
        acted_as, took = _acted_as(case), _took(case)
        told = ((event, *self._told(event)) for event in case.trail)
        # One clock strikes for each of several assignees.
        for _, same in groupby((one for one in told if one[1]), key=lambda one: (one[1], one[0].at, one[0].actor_id)):
            event, title, note = next(same)
            yield TrailLine(
                title,
                event.at,
                by=f"{event.actor_name}（{acted_as[event.id]}）" if event.id in acted_as else event.actor_name,
                on_behalf_of=event.on_behalf_of.name if event.on_behalf_of else "",
                note=note,
                tone=_TONES.get(_key(event), "ok"),
                took=took.get(event.id, ""),
            )

    def _told(self, event: CaseEvent) -> tuple[str, str]:
        """Title and note of a move; no title: it is not told."""
        key = _key(event)
        match key:
            case "start":
                return self.message.get_channel_display(), ""
            case "answer":
                return self._answer(event.at)
            case "assign":
                return self._assignment(event)
            case "send_back":
                return _MOVES[key], self._sent_back(event)
            case "extend_request" | "extend_grant":
                until = wording.day(datetime.fromisoformat(event.target))
                return f"{_MOVES[key]}到 {until}", event.opinion
            case "time_out":
                moved = "go:" in event.target or event.action == "timeout"
                return (_TIMEOUTS.get(event.node, "到时自动转下一环节") if moved else "超期"), ""
        return _MOVES.get(key, ""), event.opinion

    def _answer(self, at: datetime) -> tuple[str, str]:
        answer = next((one for one in self.answers if one.answered_at == at), None)
        if answer is None:
            return "", ""
        by = f"（{answer.organisation.name}）" if answer.organisation else ""
        return answer.get_by_display() + by, answer_note(answer)

    def _assignment(self, event: CaseEvent) -> tuple[str, str]:
        mine = [one for one in self.assignments if one.assigned_at == event.at]
        units = "、".join(f"{one.unit.name}（{one.get_role_display()}）" for one in mine)
        ruled = next((one for one in mine if one.ruling), None)
        ruling = f"{ruled.ruled_by.name}裁定：{ruled.ruling}" if ruled is not None and ruled.ruled_by else ""
        return f"交办{units}", "\n".join(filter(None, (event.opinion, ruling)))

    def _sent_back(self, event: CaseEvent) -> str:
        mine = next((one for one in self.assignments if one.sent_back_at == event.at and one.proposed_unit), None)
        proposed = f"建议由{mine.proposed_unit.name}办理。" if mine is not None and mine.proposed_unit else ""
        return "\n".join(filter(None, (event.opinion, proposed)))

    def _contacts(self) -> Iterator[TrailLine]:
        for one in self.contacts:
            who = " · ".join(part.name for part in (one.organisation, one.author) if part is not None)
            yield TrailLine(f"沟通记录（{one.get_way_display()}）", one.at, by=who, note=one.note)

    def _ratings(self) -> Iterator[TrailLine]:
        for one in self.ratings:
            said = f"过程{one.get_process_display()}，结果{one.get_result_display()}"
            tone: Tone = "warn" if one.is_dissatisfied else "ok"
            yield TrailLine(f"{one.get_by_display()}：{said}", one.rated_at, note=one.comment, tone=tone)


def _key(event: CaseEvent) -> str:
    return event.action if event.move == "act" else event.move


def _acted_as(case: CaseView) -> dict[int, str]:
    """By event: the post in which somebody acted on a task, where she did not act as herself."""
    now = {task.id: task.assignee_id for task in case.tasks}
    found: dict[int, str] = {}
    for event in reversed(case.trail):
        if event.task_id is None or event.actor_id is None:
            continue
        if event.move == "transfer" and event.origin:
            now[event.task_id] = int(event.origin)  # before it was handed on
        party = now.get(event.task_id)
        if party is not None and party in case.assignees and party not in (event.actor_id, event.on_behalf_of_id):
            found[event.id] = case.assignees[party].name
    return found


def _took(case: CaseView) -> dict[int, str]:
    """By event: how long the task had been open that it closed."""
    opened = {task.id: (task.opened_at, task.closed_at) for task in case.tasks if task.kind == "act"}
    found: dict[int, str] = {}
    for event in case.trail:
        since, until = opened.get(event.task_id or 0, (None, None))
        if since is not None and until == event.at and event.actor_id is not None and event.at - since >= MINUTE:
            found[event.id] = f"用时 {wording.duration(event.at - since)}"
    return found
