"""What the office's business administrator does when a case cannot go its way: stop it, end it, move it, free a seat."""

from __future__ import annotations

from renda.kernel.actions.api import Context, existing
from renda.kernel.flow import api as flow
from renda.kernel.privacy.api import clean_text
from renda.voice import selectors
from renda.voice.models import Message
from renda.voice.standing import tell


@existing(
    "message.suspend",
    title="挂起",
    permission="message.work",
    select=selectors.messages_to_handle,
    case_field="case_id",
)
def message_suspend(ctx: Context, message: Message, *, reason: str) -> Message:
    """Stop all clocks, with the reason, until it is resumed. Nobody can act on it meanwhile.

    Raises:
        Invalid: no reason.
    """
    flow.suspend(ctx, message.case_id, reason=clean_text(reason), subject=message)
    tell(ctx, message, flow.assignees_of(ctx, message.case_id), "已挂起", reason)
    return message


@existing(
    "message.resume",
    title="恢复办理",
    permission="message.work",
    select=selectors.messages_to_handle,
    case_field="case_id",
)
def message_resume(ctx: Context, message: Message, *, note: str = "") -> Message:
    """Let a suspended case go on; what the stop took is given back to its deadlines."""
    flow.resume(ctx, message.case_id, opinion=clean_text(note), subject=message)
    tell(ctx, message, flow.assignees_of(ctx, message.case_id), "恢复办理", note)
    return message


@existing(
    "message.terminate",
    title="终止办理",
    permission="message.work",
    select=selectors.messages_to_handle,
    case_field="case_id",
)
def message_terminate(ctx: Context, message: Message, *, reason: str) -> Message:
    """End it for good, with the reason, which its writer reads.

    Raises:
        Invalid: no reason.
    """
    concerned = flow.assignees_of(ctx, message.case_id)
    flow.terminate(ctx, message.case_id, reason=clean_text(reason), subject=message)
    tell(ctx, message, concerned, "终止办理", reason)
    return message


@existing(
    "message.jump",
    title="申请调整环节",
    permission="message.work",
    select=selectors.messages_to_handle,
    case_field="case_id",
)
def message_jump(ctx: Context, message: Message, *, to: str, reason: str) -> Message:
    """Ask that it goes on at another step (``to``: a node of the flow); a second administrator has to agree.

    Raises:
        Invalid: no reason.
        Refused: it cannot go on there.
    """
    flow.jump(ctx, message.case_id, to=to, reason=clean_text(reason), subject=message)
    tell(ctx, message, flow.approvers_of(ctx, message.case_id), "申请调整环节", reason)
    return message


@existing(
    "message.grant_jump",
    title="同意调整环节",
    permission="message.work",
    select=selectors.messages_to_handle,
    case_field="case_id",
)
def message_grant_jump(ctx: Context, message: Message, *, request_id: int, note: str = "") -> Message:
    """The second administrator agrees: it goes on at the step that was asked for."""
    flow.jump_grant(ctx, message.case_id, request_id=request_id, opinion=clean_text(note), subject=message)
    return message


@existing(
    "message.refuse_jump",
    title="不同意调整环节",
    permission="message.work",
    select=selectors.messages_to_handle,
    case_field="case_id",
)
def message_refuse_jump(ctx: Context, message: Message, *, request_id: int, note: str = "") -> Message:
    """The second administrator does not agree: it stays where it is."""
    flow.jump_refuse(ctx, message.case_id, request_id=request_id, opinion=clean_text(note))
    return message


@existing(
    "message.remove_assignee",
    title="减签",
    permission="message.work",
    select=selectors.messages_to_handle,
    case_field="case_id",
)
def message_remove_assignee(ctx: Context, message: Message, *, task_id: int, version: int | None = None) -> Message:
    """Take one of several assignees out of a step, as long as she has not acted; never the last one."""
    flow.remove_assignee(ctx, message.case_id, task_id=task_id, version=version)
    return message
