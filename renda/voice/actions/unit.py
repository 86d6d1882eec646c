"""What a handling unit does with a message: it receives, sends back in time, asks for more time, logs what was talked over."""

from __future__ import annotations

from datetime import datetime

from renda.congress.api import Organisation
from renda.kernel.actions.api import Context, existing
from renda.kernel.deadlines import api as deadlines
from renda.kernel.errors import Invalid, Refused
from renda.kernel.flow import api as flow
from renda.kernel.flow.api import Task
from renda.kernel.parties import Actor
from renda.kernel.privacy.api import clean_text
from renda.kernel.ui import wording
from renda.voice import selectors
from renda.voice.actions.common import open_assignment
from renda.voice.models import Assignment, ContactLog, Message
from renda.voice.standing import tell


@existing(
    "message.receive",
    title="接收",
    permission="message.work",
    select=selectors.messages_in_units,
    case_field="case_id",
)
def message_receive(
    ctx: Context, message: Message, *, task_id: int | None = None, version: int | None = None
) -> Message:
    """The unit says that it has it; the clock has been running since the assignment."""
    flow.act(ctx, message.case_id, "receive", subject=message, task_id=task_id, version=version)
    if (assignment := open_assignment(message)) is not None and assignment.received_at is None:
        assignment.received_at = ctx.now
        ctx.update(assignment, "received_at")
    return message


@existing(
    "message.send_back",
    title="退回",
    permission="message.work",
    select=selectors.messages_in_units,
    case_field="case_id",
)
def message_send_back(
    ctx: Context,
    message: Message,
    *,
    reason: str,
    proposed_unit: Organisation | None = None,
    task_id: int | None = None,
    version: int | None = None,
) -> Message:
    """The unit says that it is not responsible, why, and who is.

    Raises:
        Invalid: no reason was given.
        Refused: too late, or the government office has ruled that this unit is responsible.
    """
    if not reason.strip():
        raise Invalid("message.send_back", fields={"reason": "请写明退回的理由和依据。"})
    if said := obstacle_to_sending_back(message, open_assignment(message), ctx.now):
        raise Refused("message.not_to_be_sent_back", said)
    flow.send_back(
        ctx, message.case_id, to="office", subject=message, task_id=task_id, version=version, opinion=clean_text(reason)
    )
    for row in message.running_assignments:
        row.sent_back_at = ctx.now
        if row.role == Assignment.Role.LEAD:
            row.sent_back_reason, row.proposed_unit = clean_text(reason), proposed_unit
        ctx.update(row, "sent_back_at", "sent_back_reason", "proposed_unit")
    message.lead_unit = None
    ctx.update(message, "lead_unit")
    return message


@existing(
    "message.extend",
    title="申请延期",
    permission="message.work",
    select=selectors.messages_to_handle,
    case_field="case_id",
)
def message_extend(
    ctx: Context,
    message: Message,
    *,
    until: datetime,
    reason: str,
    task_id: int | None = None,
    version: int | None = None,
) -> Message:
    """Ask for more time, before the due moment; the clock runs on while it is asked.

    Raises:
        Invalid: no reason, or a moment that is not later than the due one.
    """
    faults = {}
    if not reason.strip():
        faults["reason"] = "请写明延期理由。"
    if message.due_at is not None and until <= message.due_at:
        faults["until"] = "申请的日期应晚于现在的办理时限。"
    if faults:
        raise Invalid("message.extend", fields=faults)
    flow.extend_request(
        ctx, message.case_id, until=until, reason=clean_text(reason), subject=message, task_id=task_id, version=version
    )
    tell(ctx, message, flow.approvers_of(ctx, message.case_id), "申请延期", reason)
    return message


@existing(
    "message.grant_extension",
    title="同意延期",
    permission="message.work",
    select=selectors.messages_to_handle,
    case_field="case_id",
)
def message_grant_extension(ctx: Context, message: Message, *, request_id: int, note: str = "") -> Message:
    """Grant the extension that was asked for; new due and reason go to all parties."""
    flow.extend_grant(ctx, message.case_id, request_id=request_id, opinion=clean_text(note), subject=message)
    tell(ctx, message, _parties(ctx, message), f"已同意延期到{wording.day(message.due_at or ctx.now)}", note)
    return message


@existing(
    "message.refuse_extension",
    title="不同意延期",
    permission="message.work",
    select=selectors.messages_to_handle,
    case_field="case_id",
)
def message_refuse_extension(ctx: Context, message: Message, *, request_id: int, note: str = "") -> Message:
    """Refuse the extension; the due moment stays."""
    flow.extend_refuse(ctx, message.case_id, request_id=request_id, opinion=clean_text(note), subject=message)
    tell(ctx, message, flow.assignees_of(ctx, message.case_id), "未同意延期", note)
    return message


@existing(
    "message.log_contact",
    title="记沟通",
    permission="message.work",
    select=selectors.messages_in_units,
    case_field="case_id",
    private=("note",),
)
def message_log_contact(ctx: Context, message: Message, *, way: str, note: str) -> Message:
    """Write down what was talked over with the constituent, on the spot, or between units.

    Raises:
        Invalid: no text or an unknown way.
        Refused: the actor works neither on this message nor in a unit it was assigned to.
    """
    if way not in ContactLog.Way.values or not note.strip():
        raise Invalid("message.log_contact", fields={"note": "请选择方式并填写沟通内容。"})
    if not _works_on(ctx.actor, message):
        raise Refused("message.not_handled_by_actor", "这件留言不由您办理，不能代为记录沟通。")
    ctx.insert(
        ContactLog(
            tenant_id=message.tenant_id,
            message=message,
            way=way,
            note=clean_text(note),
            author_id=ctx.actor.party_id,
            organisation_id=_speaks_for(ctx.actor, message),
            at=ctx.now,
        )
    )
    return message


def _parties(ctx: Context, message: Message) -> list[int]:
    """Whom a new deadline concerns: who handles it, and who has to bring the answer back."""
    return [*flow.assignees_of(ctx, message.case_id), *filter(None, [message.responder, message.station_manager])]


def obstacle_to_sending_back(message: Message, assignment: Assignment | None, now: datetime) -> str:
    """Why the lead unit cannot send the message back now, in words; "" when it can.

    ``assignment`` is its running one. The time is that of the rule ``message.send_back`` (by place), from the assignment.
    """
    if assignment is None:
        return "这件事由您单位答复过，不能再退回。"
    if assignment.ruling:
        return "责任单位已由政府办裁定，不能再退回；确有变化的请与政府办联系。"
    due = deadlines.due("message.send_back", message.tenant_id, assignment.assigned_at)
    if due.at is not None and now > due.at:
        return f"退回应在{wording.moment(due.at)}前提出；责任有争议的，请与交办机关联系。"
    return ""


def _works_on(actor: Actor, message: Message) -> bool:
    """Whether she is of a unit that it is assigned to, or has or had a task of it."""
    units = {assignment.unit_id for assignment in message.running_assignments}
    if actor.kind == "machine" or any(post.organisation_id in units for post in actor.posts):
        return True
    return Task.objects.filter(case_id=message.case_id, assignee_id__in=actor.party_ids).exists()


def _speaks_for(actor: Actor, message: Message) -> int | None:
    """The organisation in whose name she speaks: one of hers that it is assigned to, else that of her first post."""
    units = {assignment.unit_id for assignment in message.running_assignments}
    hers = [post.organisation_id for post in actor.posts]
    return next((one for one in hers if one in units), hers[0] if hers else None)
