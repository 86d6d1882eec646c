"""Work among those who have it: one holder of a post takes it, hands it on inside the house, takes back a sending back."""

from __future__ import annotations

from renda.congress.api import Post
from renda.kernel.actions.api import Context, existing
from renda.kernel.flow import api as flow
from renda.kernel.privacy.api import clean_text
from renda.voice import selectors
from renda.voice.models import Assignment, Message
from renda.voice.standing import tell


@existing(
    "message.claim",
    title="由我办理",
    permission="message.work",
    select=selectors.messages_to_handle,
    case_field="case_id",
)
def message_claim(ctx: Context, message: Message, *, task_id: int, version: int | None = None) -> Message:
    """One of several holders of a post takes its task: the others no longer have it in their lists."""
    flow.claim(ctx, message.case_id, task_id=task_id, version=version)
    return message


@existing(
    "message.release",
    title="交还岗位",
    permission="message.work",
    select=selectors.messages_to_handle,
    case_field="case_id",
)
def message_release(ctx: Context, message: Message, *, task_id: int, version: int | None = None) -> Message:
    """Give a claimed task back to all holders of the post; the administrator does it for who is away."""
    flow.release(ctx, message.case_id, task_id=task_id, version=version)
    return message


@existing(
    "message.transfer",
    title="转办",
    permission="message.work",
    select=selectors.messages_to_handle,
    case_field="case_id",
)
def message_transfer(
    ctx: Context, message: Message, *, to: Post, note: str = "", task_id: int | None = None, version: int | None = None
) -> Message:
    """Hand a task to another post. A unit's officer stays inside the unit (the flow says so), which remains responsible;
    the clock runs on. The administrator may hand any task to anybody.

    Raises:
        Invalid: the flow does not let this post have it, or it has a part in this step already.
    """
    said = clean_text(note)
    flow.transfer(ctx, message.case_id, to=to.party_id, subject=message, task_id=task_id, version=version, opinion=said)
    tell(ctx, message, [to.party_id], "转办", note)
    return message


@existing(
    "message.withdraw",
    title="取回",
    permission="message.work",
    select=selectors.messages_to_handle,
    case_field="case_id",
)
def message_withdraw(
    ctx: Context, message: Message, *, task_id: int, note: str = "", version: int | None = None
) -> Message:
    """Take back one's sending back while the office has not acted on it: the unit has it again, as if nothing had been."""
    flow.withdraw(ctx, message.case_id, task_id=task_id, version=version, opinion=clean_text(note), subject=message)
    sent_back = list(Assignment.objects.filter(message=message, sent_back_at__isnull=False))
    last = max(one.sent_back_at for one in sent_back if one.sent_back_at is not None)
    for row in sent_back:
        if row.sent_back_at != last:
            continue
        row.sent_back_at, row.sent_back_reason, row.proposed_unit = None, "", None
        ctx.update(row, "sent_back_at", "sent_back_reason", "proposed_unit")
        if row.role == Assignment.Role.LEAD:
            message.lead_unit_id = row.unit_id
    ctx.update(message, "lead_unit")
    return message
