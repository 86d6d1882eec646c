"""Closing on three axes: answered (by an answer), solved (it says how far), satisfied (people say so, each side apart)."""

from __future__ import annotations

from renda.kernel.actions.api import Context, existing
from renda.kernel.errors import Invalid, Refused
from renda.kernel.flow import api as flow
from renda.kernel.privacy.api import clean_text
from renda.voice import selectors
from renda.voice.models import Answer, Message, Rating, Satisfaction, Verdict


@existing(
    "message.forward",
    title="反馈群众",
    permission="message.work",
    select=selectors.messages_to_handle,
    case_field="case_id",
)
def message_forward(
    ctx: Context, message: Message, *, note: str = "", task_id: int | None = None, version: int | None = None
) -> Message:
    """The deputy brings the unit's answer back to the constituent, with a word of her own if she likes."""
    flow.act(
        ctx, message.case_id, "forward", subject=message, task_id=task_id, version=version, opinion=clean_text(note)
    )
    return message


def _rate(
    ctx: Context, message: Message, by: str, process: str, result: str, comment: str, recorded_by: int | None
) -> Rating:
    answer = Answer.objects.filter(message=message).order_by("-answered_at", "-id").first()
    if answer is None:
        raise Refused("message.not_answered", "还没有答复，暂时不能评价。")
    if process not in Satisfaction.values or result not in Satisfaction.values:
        raise Invalid("message.rate", fields={"result": "请对办理过程和办理结果分别作出评价。"})
    if Satisfaction.DISSATISFIED in (process, result) and not comment.strip():
        raise Invalid("message.rate", fields={"comment": "请告诉我们哪里不满意，便于改进。"})
    if Rating.objects.filter(answer=answer, by=by).exists():
        raise Refused("message.rated", "这次答复已经评价过了。")
    rating = Rating(
        tenant_id=message.tenant_id,
        message=message,
        answer=answer,
        by=by,
        process=process,
        result=result,
        comment=clean_text(comment),
        recorded_by_id=recorded_by,
        rated_at=ctx.now,
    )
    ctx.insert(rating)
    if by == Rating.By.CONSTITUENT:
        # The flow's choice asks the message whether this rating needs a judgement: it must be stored by then.
        ctx.flush()
        flow.signal(ctx, message.case_id, "message.rated", subject=message)
    return rating


@existing(
    "message.rate",
    title="评价",
    permission="message.rate",
    select=lambda actor: Message.objects.all(),
    case_field="case_id",
    private=("comment",),
)
def message_rate(ctx: Context, message: Message, *, process: str, result: str, comment: str = "") -> Message:
    """The constituent rates the process and the result; the view has checked the receipt and its word.

    Raises:
        Refused: not answered yet, or rated already.
        Invalid: a word is missing, or "not satisfied" without a reason.
    """
    _rate(ctx, message, Rating.By.CONSTITUENT, process, result, comment, None)
    return message


@existing(
    "message.record_rating",
    title="代录群众评价",
    permission="message.work",
    select=selectors.messages_to_handle,
    case_field="case_id",
    private=("comment",),
)
def message_record_rating(
    ctx: Context, message: Message, *, by: str, process: str, result: str, comment: str = ""
) -> Message:
    """A clerk writes down what the constituent said on the telephone; a deputy rates for herself.

    Raises:
        Refused: the actor may do neither, or it is rated already.
    """
    if by == Rating.By.DEPUTY:
        if ctx.actor.party_id != message.deputy_id:
            raise Refused("message.not_her_deputy", "只有受理该留言的代表本人可以评价。")
    else:
        by = Rating.By.CONSTITUENT
        from renda.kernel import policy
        from renda.kernel.errors import Forbidden

        if not policy.may(ctx.actor, "message.record_rating", message.tenant_id):
            raise Forbidden("message.record_rating")
    _rate(ctx, message, by, process, result, comment, ctx.actor.party_id)
    return message


@existing(
    "message.judge",
    title="评价研判",
    permission="message.work",
    select=selectors.messages_to_handle,
    case_field="case_id",
)
def message_judge(
    ctx: Context,
    message: Message,
    *,
    verdict: str,
    note: str,
    task_id: int | None = None,
    version: int | None = None,
) -> Message:
    """Judge a "not satisfied": 重办 sends it to the office for a second round; the others close it, with a word why.

    Raises:
        Invalid: no verdict or no reason.
    """
    if verdict not in Verdict.values or not note.strip():
        raise Invalid("message.judge", fields={"note": "请选择研判结果并说明理由，群众查询时能看到。"})
    rating = Rating.latest(message.id)
    if rating is not None:
        rating.verdict, rating.verdict_note, rating.verdict_at = verdict, clean_text(note), ctx.now
        ctx.update(rating, "verdict", "verdict_note", "verdict_at")
    move = "redo" if verdict == Verdict.REDO else "close"
    flow.act(ctx, message.case_id, move, subject=message, task_id=task_id, version=version, opinion=clean_text(note))
    return message
