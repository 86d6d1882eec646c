"""Making a message public, after its writer agreed and a person has read it; taking it back; joining it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from renda.kernel.actions.api import Context, append, existing
from renda.kernel.errors import Invalid, Refused
from renda.kernel.exchange.api import publish
from renda.kernel.files.api import StoredFile, Stroke, attach, files_of
from renda.kernel.privacy.api import clean_text
from renda.voice import selectors
from renda.voice.actions.steering import reasoned
from renda.voice.models import Answer, Joiner, JoinerRating, Message, Publication, Satisfaction, Stage
from renda.voice.standing import PHOTO, PUBLIC, RECEIPT
from renda.voice.words import PHOTOS

WITHDRAWN = "本人撤回公开同意"


@dataclass(frozen=True)
class ShownPhoto:
    """A photo for the public: the stored one's id, where the reviewer painted over it, and the copy with that burnt in."""

    original: int
    strokes: tuple[Stroke, ...]
    copy: StoredFile


def obstacle_to_publishing(message: Message) -> str:
    """Why a message may not be public, in words; empty: it may."""
    if message.is_sealed:
        return "已封存的留言不得公开。"
    if message.concerns_person:
        return "反映对象为个人的留言不得公开。"
    if not message.may_publish:
        return "本人没有同意公开，或者已撤回同意。"
    if message.accepted_at is None:
        return "审核受理后才能公开。"
    if message.stage in {Stage.REDIRECTED, Stage.TERMINATED}:
        return "没有在人大渠道办理的留言不公开。"
    return ""


def _mark(ctx: Context, message: Message) -> None:
    """Everything that shows the message to the public is made anew, or goes away."""
    publish(ctx, PUBLIC, message.pk)
    publish(ctx, PHOTO, f"message:{message.pk}")
    publish(ctx, RECEIPT, message.receipt_number, f"message:{message.pk}")


@existing(
    "message.publish",
    title="公开留言",
    permission="message.publish",
    select=selectors.messages_to_handle,
    case_field="case_id",
)
def message_publish(
    ctx: Context,
    message: Message,
    *,
    subject: str,
    body: str,
    answer: str = "",
    photos: Sequence[ShownPhoto] = (),
) -> Message:
    """Make a message public in a reviewer's words, or change what is public of it. The original is not touched.

    Raises:
        Refused: ``obstacle_to_publishing``; or a photo is not one of the message's.
        Invalid: no subject or no text.
    """
    if obstacle := obstacle_to_publishing(message):
        raise Refused("message.not_for_public", obstacle)
    subject, body, answer = (clean_text(text).strip() for text in (subject, body, answer))
    faults = {name: "公开的标题和内容不能为空。" for name, text in (("subject", subject), ("body", body)) if not text}
    if faults:
        raise Invalid("message.publish", fields=faults)
    own = set(files_of(message).values_list("id", flat=True)) if photos else set()
    if len(photos) > PHOTOS or any(photo.original not in own for photo in photos):
        raise Refused("message.photo", "照片不是这件留言的。")
    found = Publication.objects.filter(message=message).first()
    public = found or Publication(tenant_id=message.tenant_id, message=message, published_at=ctx.now)
    public.subject, public.body, public.answer = subject, body, answer
    public.is_public, public.taken_back_reason = True, ""
    public.reviewed_at, public.reviewed_by_id = ctx.now, ctx.actor.party_id
    public.answers = Answer.objects.filter(message=message).count()
    for photo in photos:
        attach(ctx, photo.copy, public, purpose="public")
    public.photos = [
        {"original": photo.original, "shown": photo.copy.pk, "strokes": [asdict(stroke) for stroke in photo.strokes]}
        for photo in photos
    ]
    if found is None:
        ctx.insert(public)
    else:
        ctx.update(public, *_REVIEWED)
    _mark(ctx, message)
    return message


_REVIEWED = (
    "subject",
    "body",
    "answer",
    "photos",
    "answers",
    "is_public",
    "reviewed_at",
    "reviewed_by",
    "taken_back_reason",
)


@existing(
    "message.take_back",
    title="撤回公开",
    permission="message.publish",
    select=selectors.messages_to_handle,
    case_field="case_id",
)
def message_take_back(ctx: Context, message: Message, *, reason: str) -> Message:
    """A public message is not public any more. It may be reviewed and published again.

    Raises:
        Invalid: no reason.
        Refused: it is not public.
    """
    if not reason.strip():
        raise Invalid("message.take_back", fields={"reason": "请写明撤回的理由。"})
    if not _take_back(ctx, message, clean_text(reason)):
        raise Refused("message.not_public", "这件留言没有公开。")
    return message


def _take_back(ctx: Context, message: Message, reason: str) -> bool:
    _mark(ctx, message)
    public = Publication.objects.filter(message=message, is_public=True).first()
    if public is None:
        return False
    public.is_public, public.taken_back_reason = False, reason[:200]
    ctx.update(public, "is_public", "taken_back_reason")
    return True


@existing(
    "message.withdraw_consent",
    title="撤回公开同意",
    permission="message.withdraw_consent",
    select=lambda actor: Message.objects.all(),
    case_field="case_id",
)
def message_withdraw_consent(ctx: Context, message: Message) -> Message:
    """The constituent does not agree any more: what is public of her message goes away. The page has opened her receipt."""
    message.may_publish = False
    ctx.update(message, "may_publish")
    _take_back(ctx, message, WITHDRAWN)
    return message


@append(
    "joiner.join",
    title="我也反映",
    permission="joiner.join",
    private=("note", "contact_name", "contact_phone"),
)
def joiner_join(
    ctx: Context,
    *,
    message: Message,
    receipt_number: str,
    note: str = "",
    contact_name: str = "",
    contact_phone: str = "",
) -> Joiner:
    """Join a message that is or was public: one more party to it, with a receipt of her own.

    Raises:
        Refused: it never was public.
    """
    if not Publication.objects.filter(message=message).exists():
        raise Refused("joiner.not_public", "这件留言没有公开过。")
    joiner = Joiner(
        tenant_id=message.tenant_id,
        message=message,
        receipt_number=receipt_number,
        note=clean_text(note).strip()[:500],
        contact_name=clean_text(contact_name).strip()[:30],
        contact_phone=clean_text(contact_phone).strip()[:20],
        joined_at=ctx.now,
    )
    ctx.insert(joiner)
    publish(ctx, RECEIPT, receipt_number)
    return joiner


@existing("joiner.rate", title="评价", permission="joiner.rate", select=selectors.joiners, private=("comment",))
def joiner_rate(ctx: Context, joiner: Joiner, *, process: str, result: str, comment: str = "") -> Joiner:
    """A joiner rates the last answer; each answer once.

    Raises:
        Refused: no answer yet, or rated already.
        Invalid: a word is missing, or "not satisfied" without a reason.
    """
    answer = Answer.objects.filter(message_id=joiner.message_id).order_by("-answered_at", "-id").first()
    if answer is None:
        raise Refused("message.not_answered", "还没有答复，暂时不能评价。")
    if process not in Satisfaction.values or result not in Satisfaction.values:
        raise Invalid("joiner.rate", fields={"result": "请对办理过程和办理结果分别作出评价。"})
    if Satisfaction.DISSATISFIED in (process, result) and not comment.strip():
        raise Invalid("joiner.rate", fields={"comment": "请告诉我们哪里不满意，便于改进。"})
    if JoinerRating.objects.filter(answer=answer, joiner=joiner).exists():
        raise Refused("message.rated", "这次答复已经评价过了。")
    ctx.insert(
        JoinerRating(
            tenant_id=joiner.tenant_id,
            joiner=joiner,
            answer=answer,
            process=process,
            result=result,
            comment=clean_text(comment),
            rated_at=ctx.now,
        )
    )
    publish(ctx, RECEIPT, joiner.receipt_number)
    return joiner


@existing(
    "message.reveal_joiners",
    title="查看共同反映人联系方式",
    permission="message.reveal",
    select=selectors.messages_for,
)
def message_reveal_joiners(ctx: Context, message: Message, *, reason: str) -> list[tuple[str, str, str]]:
    """Name, phone and note of those who joined and left a way to reach them; who looked and why stays in the trail.

    Raises:
        Invalid: no reason was given.
    """
    reasoned(reason)
    rows = Joiner.objects.filter(message=message).order_by("joined_at", "id")
    found = [(str(one.contact_name), str(one.contact_phone), one.note) for one in rows]
    return [one for one in found if one[0] or one[1]]
