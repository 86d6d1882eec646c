"""A unit was closed: what it was handling goes on with its successor. By the machine."""

from __future__ import annotations

from renda.congress.api import Organisation
from renda.kernel.actions.api import Context, existing
from renda.kernel.errors import Forbidden
from renda.kernel.flow import machine
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction
from renda.voice import selectors
from renda.voice.models import Assignment, Message

_RUNNING = {"sent_back_at": None, "answered_at": None}


@existing(
    "message.follow_unit",
    title="随机构调整移交",
    select=selectors.messages_to_handle,
    case_field="case_id",
)
def message_follow_unit(ctx: Context, message: Message, *, closed: int, successor: Organisation) -> Message:
    """Running assignments of the closed unit are its successor's, where that has none of its own; deadlines run on.

    Raises:
        Forbidden: anybody but the machine.
    """
    if ctx.actor.kind != "machine":
        raise Forbidden("message.follow_unit")
    running = {row.unit_id: row for row in Assignment.objects.filter(message=message, **_RUNNING)}
    own, heir = running.get(closed), running.get(successor.id)
    if own is not None and heir is not None:
        # It was a joint unit of the same message: one of the two is enough, the leading one.
        role = Assignment.Role.LEAD if Assignment.Role.LEAD in (own.role, heir.role) else heir.role
        heir.role, own.sent_back_at, own.sent_back_reason = role, ctx.now, "机构撤销，由承接单位办理"
        ctx.update(heir, "role")
        ctx.update(own, "sent_back_at", "sent_back_reason")
    elif own is not None:
        own.unit = successor
        ctx.update(own, "unit")
    if message.lead_unit_id == closed:
        message.lead_unit = successor
        ctx.update(message, "lead_unit")
    return message


def follow_unit(closed: int, successor: int) -> None:
    """Move all messages that the closed unit was handling."""
    actor = Actor.machine("机构调整", machine.everywhere())
    with tenant_transaction(actor.tenants):
        heir = Organisation.objects.get(id=successor)
        messages = set(Assignment.objects.filter(unit_id=closed, **_RUNNING).values_list("message_id", flat=True))
    message_follow_unit.many(
        actor,
        [(message, {"closed": closed, "successor": heir}) for message in sorted(messages)],
        skip_refused=True,
    )
