"""Handling a message: the deputy answers or refers, the office assigns, whoever has it answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils import timezone

from renda.congress.api import Organisation, assigning_above, organisations_to_assign, record_fact
from renda.kernel.actions.api import Context, existing
from renda.kernel.errors import Invalid, Refused
from renda.kernel.flow import api as flow
from renda.kernel.privacy.api import clean_text
from renda.kernel.tenancy.models import Tenant
from renda.voice import selectors
from renda.voice.actions.common import open_assignment
from renda.voice.actions.hotline import open_ticket
from renda.voice.hotline import is_hotline
from renda.voice.models import Answer, Assignment, Channel, Message, Solved, Stage
from renda.voice.standing import tell

# A unit may send a message back so often; then its government office must have ruled who is responsible.
SEND_BACKS = 2

_BY_STAGE = {Stage.DEPUTY: Answer.By.DEPUTY, Stage.STATION: Answer.By.STATION, Stage.UNIT: Answer.By.UNIT}


@existing(
    "message.answer",
    title="答复",
    permission="message.work",
    select=selectors.messages_in_units,
    case_field="case_id",
    private=("body",),
)
def message_answer(
    ctx: Context,
    message: Message,
    *,
    body: str,
    solved: str,
    promised_on: date | None = None,
    task_id: int | None = None,
    version: int | None = None,
) -> Message:
    """Answer the message, and say how far it is solved; small things settled on the spot end so without dispatch.

    Raises:
        Invalid: no text, no word on whether it is solved, or a promise without a date that lies ahead.
    """
    faults = {}
    if not clean_text(body).strip():
        faults["body"] = "请填写答复内容。"
    # History that was brought in does not say how far it was solved; nobody may guess it afterwards.
    if solved not in Solved.values and not (message.channel == Channel.REPLAY and not solved):
        faults["solved"] = "请选择解决情况。"
    if solved == Solved.IN_PROGRESS and promised_on is None:
        faults["promised_on"] = "正在解决的，请填写完成日期；到期系统会提醒回访。"
    if promised_on is not None and promised_on <= timezone.localdate(ctx.now):
        faults["promised_on"] = "完成日期应在今天之后。"
    if solved == Solved.ON_THE_SPOT and message.stage == Stage.UNIT:
        faults["solved"] = "“就地协调解决”由代表或联络站使用，承办单位请选择其他情况。"
    if faults:
        raise Invalid("message.answer", fields=faults)
    promised_on = promised_on if solved in {Solved.IN_PROGRESS, Solved.PLANNED} else None
    ctx.insert(
        Answer(
            tenant_id=message.tenant_id,
            message=message,
            by=_BY_STAGE.get(Stage(message.stage), Answer.By.UNIT),
            author_id=ctx.actor.party_id,
            organisation=message.lead_unit if message.stage == Stage.UNIT else None,
            body=clean_text(body),
            solved=solved,
            promised_on=promised_on,
            answered_at=ctx.now,
        )
    )
    if message.stage == Stage.UNIT and (assignment := open_assignment(message)) is not None:
        assignment.answered_at = ctx.now
        ctx.update(assignment, "answered_at")
    if message.stage == Stage.DEPUTY:
        _fact(ctx, message, "message.answer", "答复群众留言")
    message.solved, message.promised_on, message.answered_at = solved, promised_on, ctx.now
    ctx.update(message, "solved", "promised_on", "answered_at")
    flow.act(ctx, message.case_id, "answer", subject=message, task_id=task_id, version=version)
    return message


@existing(
    "message.refer",
    title="转请办理",
    permission="message.work",
    select=selectors.messages_to_handle,
    case_field="case_id",
)
def message_refer(
    ctx: Context, message: Message, *, note: str = "", task_id: int | None = None, version: int | None = None
) -> Message:
    """Ask the congress's office to have it handled; a deputy refers, a deputy does not assign."""
    if message.stage == Stage.DEPUTY:
        _fact(ctx, message, "message.refer", "转请办理群众留言")
    flow.act(ctx, message.case_id, "refer", subject=message, task_id=task_id, version=version, opinion=clean_text(note))
    return message


@existing(
    "message.assign", title="交办", permission="message.work", select=selectors.messages_to_handle, case_field="case_id"
)
def message_assign(
    ctx: Context,
    message: Message,
    *,
    lead_unit: Organisation,
    joint_units: Sequence[Organisation] = (),
    note: str = "",
    ruled_by: Organisation | None = None,
    ruling: str = "",
    ticket_number: str = "",
    task_id: int | None = None,
    version: int | None = None,
) -> Message:
    """Assign it to a lead unit and, where needed, joint units; the clock starts now, not when they receive it.

    To the hotline it gets a ticket there; ``ticket_number``: it is open there already, so it is linked and not sent.

    Raises:
        Invalid: a unit that this congress's level may not assign to, one unit twice, or no ruling after a dispute.
    """
    assert message.assigning_tenant is not None
    faults = {}
    for field, units in (("lead_unit", (lead_unit,)), ("joint_units", joint_units)):
        for unit in units:
            if unit.id not in _reach(ctx, message.assigning_tenant):
                faults[field] = f"本级人大机关不能直接向“{unit.name}”交办，请提请上级交办。"
    if lead_unit in joint_units:
        faults["joint_units"] = "主办单位不能同时是会办单位。"
    if _sent_back(message) >= SEND_BACKS and not (ruled_by and ruling.strip()):
        faults["ruling"] = "已两次退回，请先由政府办明确责任单位，并登记裁定意见。"
    if faults:
        raise Invalid("message.assign", fields=faults)
    roles = [(lead_unit, Assignment.Role.LEAD), *((unit, Assignment.Role.JOINT) for unit in joint_units)]
    for unit, role in roles:
        assignment = Assignment(
            tenant_id=unit.tenant_id,
            message=message,
            unit=unit,
            role=role,
            note=clean_text(note),
            assigned_at=ctx.now,
            assigned_by_id=ctx.actor.party_id,
            ruled_by=ruled_by,
            ruling=clean_text(ruling),
        )
        ctx.insert(assignment)
        if role == Assignment.Role.LEAD and is_hotline(unit):
            open_ticket(ctx, assignment, ticket_number)
    message.lead_unit, message.assigned_at = lead_unit, ctx.now
    message.joint_units = list(joint_units)
    ctx.update(message, "lead_unit", "assigned_at")
    flow.act(
        ctx, message.case_id, "assign", subject=message, task_id=task_id, version=version, opinion=clean_text(note)
    )
    return message


@existing(
    "message.refer_up",
    title="提请上级交办",
    permission="message.work",
    select=selectors.messages_to_handle,
    case_field="case_id",
)
def message_refer_up(
    ctx: Context, message: Message, *, note: str, task_id: int | None = None, version: int | None = None
) -> Message:
    """Hand the assigning to the congress above: a township reaches county bodies through the county.

    Raises:
        Refused: there is no congress above.
        Invalid: no reason was given.
    """
    if not note.strip():
        raise Invalid("message.refer_up", fields={"note": "请写明为什么需要上级交办。"})
    assert message.assigning_tenant is not None
    above = assigning_above(message.assigning_tenant)
    if above is None:
        raise Refused("message.no_congress_above", "已是最高一级，不能再提请上级交办。")
    message.assigning_tenant = above
    ctx.update(message, "assigning_tenant")
    flow.act(
        ctx, message.case_id, "refer_up", subject=message, task_id=task_id, version=version, opinion=clean_text(note)
    )
    # The stage is the same as before; whose work it is now is not.
    tell(ctx, message, flow.assignees_of(ctx, message.case_id), "提请上级交办", note)
    return message


def _fact(ctx: Context, message: Message, kind: str, title: str) -> None:
    """What the deputy did goes into the dossier by itself; the title names the matter's kind, never the writer."""
    # Replayed history was nobody's deed here.
    if message.channel == Channel.REPLAY:
        return
    if ctx.actor.party_id is not None and ctx.actor.party_id == message.deputy_id:
        record_fact(
            ctx,
            person_id=ctx.actor.party_id,
            tenant_id=message.tenant_id,
            kind=kind,
            title=f"{title}（{message.category}）" if message.category else title,
            source=("voice.Message", message.pk),
        )


def _reach(ctx: Context, tenant: Tenant) -> frozenset[int]:
    """The units that a congress's office may assign to; asked once a unit of work."""
    key = f"voice.reach.{tenant.id}"
    if key not in ctx.kept:
        ctx.kept[key] = frozenset(organisations_to_assign(tenant).values_list("id", flat=True))
    found: frozenset[int] = ctx.kept[key]
    return found


def _sent_back(message: Message) -> int:
    if message.assigned_at is None:
        return 0
    return Assignment.objects.filter(message=message, role=Assignment.Role.LEAD, sent_back_at__isnull=False).count()
