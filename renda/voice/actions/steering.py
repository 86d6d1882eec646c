"""What the congress does beside the handling: urge, oversee by decision, look at a masked contact with a reason."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from renda.congress.api import Organisation
from renda.kernel.actions.api import Context, existing
from renda.kernel.errors import Invalid, Refused
from renda.kernel.flow import api as flow
from renda.kernel.privacy.api import clean_text
from renda.voice import selectors
from renda.voice.models import Decision, Message
from renda.voice.standing import URGED, tell

# Characters: "核实" says nothing to whoever reads the trail.
SHORTEST_REASON = 4


@existing(
    "message.urge", title="催办", permission="message.urge", select=selectors.messages_to_handle, case_field="case_id"
)
def message_urge(ctx: Context, message: Message, *, note: str = "") -> Message:
    """Remind whoever has it now; not twice within the hours that the flow names."""
    flow.urge(ctx, message.case_id, opinion=clean_text(note), subject=message)
    tell(ctx, message, flow.assignees_of(ctx, message.case_id), "催办", note, kind=URGED)
    return message


@existing(
    "message.oversee",
    title="登记督办决定",
    permission="message.oversee",
    select=selectors.messages_to_handle,
    case_field="case_id",
)
def message_oversee(
    ctx: Context, message: Message, *, organisation: Organisation, reference: str, content: str, decided_on: date
) -> Message:
    """Record an institution's decision to oversee this message: an act of the committee, not of a machine.

    Raises:
        Invalid: the decision's reference or content is missing, or its day lies ahead.
    """
    faults = {}
    if not reference.strip():
        faults["reference"] = "请填写决定文号或会议名称。"
    if not content.strip():
        faults["content"] = "请填写督办要求。"
    if decided_on > timezone.localdate(ctx.now):
        faults["decided_on"] = "决定日期不能晚于今天。"
    if faults:
        raise Invalid("message.oversee", fields=faults)
    ctx.insert(
        Decision(
            tenant_id=message.tenant_id,
            message=message,
            organisation=organisation,
            reference=clean_text(reference),
            content=clean_text(content),
            decided_on=decided_on,
            recorded_by_id=ctx.actor.party_id,
            recorded_at=ctx.now,
        )
    )
    flow.oversee(ctx, message.case_id, opinion=clean_text(content), subject=message)
    tell(ctx, message, flow.assignees_of(ctx, message.case_id), "督办", content, kind=URGED)
    return message


@existing("message.reveal", title="查看联系方式", permission="message.reveal", select=selectors.messages_for)
def message_reveal(ctx: Context, message: Message, *, reason: str) -> tuple[str, str]:
    """The constituent's name and phone in full; who looked and why stays in the trail.

    Raises:
        Invalid: no reason was given.
    """
    reasoned(reason)
    return str(message.contact_name), str(message.contact_phone)


@existing("message.read_sealed", title="查阅封存原文", permission="message.view_sealed", select=selectors.messages_for)
def message_read_sealed(ctx: Context, message: Message, *, reason: str) -> str:
    """The text of a sealed message; each reading stays in the trail with its reason.

    Raises:
        Invalid: no reason was given.
        Refused: the message is not sealed.
    """
    reasoned(reason)
    if not message.is_sealed:
        raise Refused("message.not_sealed", "这件留言没有封存。")
    return message.body


def reasoned(reason: str) -> None:
    """Refuse a look at what is kept back without a reason.

    Raises:
        Invalid: the reason is too short to be one.
    """
    if len(reason.strip()) < SHORTEST_REASON:
        raise Invalid("message.reason", fields={"reason": f"请写明具体用途（不少于 {SHORTEST_REASON} 个字）。"})
