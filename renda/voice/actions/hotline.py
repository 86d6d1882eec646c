"""Tickets of the hotline: opened with the assignment, numbered by the interface or by hand. The answer is message.answer."""

from __future__ import annotations

from datetime import date

from renda.kernel.actions.api import Context, existing
from renda.kernel.errors import Invalid
from renda.kernel.flow import api as flow
from renda.kernel.privacy.api import clean_text
from renda.voice import selectors
from renda.voice.models import Assignment, HotlineTicket
from renda.voice.standing import tell


def open_ticket(ctx: Context, assignment: Assignment, number: str) -> None:
    """Write the ticket of an assignment to the hotline. With a number the case is open there already: nothing is sent.

    Raises:
        Invalid: the number belongs to another message.
    """
    ticket = HotlineTicket(tenant_id=assignment.tenant_id, assignment=assignment, next_at=ctx.now, created_at=ctx.now)
    if number:
        _number(ticket, number, "ticket_number")
    ctx.insert(ticket)


@existing("ticket.number", title="登记工单号", permission="hotline.work", select=selectors.tickets_for)
def ticket_number(ctx: Context, ticket: HotlineTicket, *, number: str) -> HotlineTicket:
    """Write down the number that the hotline gave; from then on only its answer is waited for.

    Raises:
        Invalid: no number, or one of another message.
    """
    _number(ticket, number, "number")
    ticket.next_at = ctx.now
    ctx.update(ticket, "number", "state", "error", "next_at")
    return ticket


@existing(
    "ticket.reply",
    title="收到 12345 回复",
    permission="message.replay",
    select=selectors.tickets_for,
    private=("answer",),
)
def ticket_reply(
    ctx: Context, ticket: HotlineTicket, *, state: str, answer: str, solved: str, promised_on: date | None
) -> HotlineTicket:
    """Keep what the hotline said and tell its desk: a person makes it the answer of the case. By the machine.

    Raises:
        Invalid: it answers without a word.
    """
    said = clean_text(answer).strip()[:5000]
    if state == HotlineTicket.State.ANSWERED and not said:
        raise Invalid("ticket.no_answer", "12345 办结而没有答复内容。")
    ticket.state, ticket.answer, ticket.solved, ticket.promised_on = state, said, solved, promised_on
    ticket.error = ""
    ctx.update(ticket, "state", "answer", "solved", "promised_on", "error")
    message = ticket.assignment.message
    tell(ctx, message, flow.assignees_of(ctx, message.case_id), ticket.get_state_display())
    return ticket


def _number(ticket: HotlineTicket, number: str, field: str) -> None:
    typed = number.strip()
    if not typed or len(typed) > 40:
        raise Invalid("ticket.number", fields={field: "请填写 12345 的工单号，最多 40 字。"})
    if HotlineTicket.objects.filter(tenant_id=ticket.tenant_id, number=typed).exclude(pk=ticket.pk).exists():
        raise Invalid("ticket.taken", fields={field: f"工单号 {typed} 已属于另一件留言，请核对。"})
    ticket.number, ticket.state, ticket.error = typed, HotlineTicket.State.SENT, ""
