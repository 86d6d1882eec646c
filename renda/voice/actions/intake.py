"""Taking a message in: left by the public, registered by a clerk, accepted or shown the right door by a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Required, TypedDict, Unpack

from django.utils import timezone

from renda.congress.api import Person, Place, Station, WallCode, aim_of
from renda.kernel import policy
from renda.kernel.actions.api import Context, existing, new
from renda.kernel.errors import Forbidden, Invalid
from renda.kernel.exchange.api import publish
from renda.kernel.files import api as files
from renda.kernel.files.api import StoredFile
from renda.kernel.flow import api as flow
from renda.kernel.numbering import api as numbering
from renda.kernel.privacy.api import clean_text
from renda.kernel.search import api as search
from renda.kernel.tenancy.models import Tenant
from renda.voice import selectors, watching
from renda.voice.actions.drafts import finish
from renda.voice.actions.history import take_up
from renda.voice.models import BY_A_CLERK, Channel, Door, Message, MessageDraft, PastMessage
from renda.voice.receipts import new_receipt_number
from renda.voice.sorter.unit import departments
from renda.voice.sorting import propose
from renda.voice.standing import PHOTO
from renda.voice.words import PHOTOS, first_words


class Written(TypedDict, total=False):
    """What somebody says, whoever types it in. Only the text is required; ``place_text`` says where exactly."""

    body: Required[str]
    subject: str
    deputy: Person | None
    station: Station | None
    place: Place | None
    place_text: str
    contact_name: str
    contact_phone: str
    may_publish: bool
    photos: Sequence[StoredFile]
    is_demo: bool


_PRIVATE = ("body", "subject", "contact_name", "contact_phone")
_TEXTS = ("subject", "body", "place_text", "contact_name", "contact_phone")


def _take_in(
    ctx: Context, tenant: Tenant, channel: str, written: Written, *, receipt_number: str = "", **aim: Any
) -> Message:
    given: dict[str, Any] = {**written, **aim}
    photos = given.pop("photos", ())
    given |= {name: clean_text(given[name]).strip() for name in _TEXTS if name in given}
    if not given["body"]:
        raise Invalid("message.empty", fields={"body": "请写下您要反映的情况。"})
    given["subject"] = given.get("subject") or first_words(given["body"])
    message = Message(
        tenant=tenant,
        assigning_tenant=tenant,
        channel=channel,
        receipt_number=receipt_number or new_receipt_number(timezone.localdate(ctx.now)),
        submitted_at=ctx.now,
        **given,
    )
    message.proposal = propose(message.subject, message.body)
    ctx.insert(message)
    watching.hold(ctx, message)
    for photo in photos:
        files.attach(ctx, photo, message, purpose="photo")
    message.case = flow.start(
        ctx, "message", message, tenant_id=tenant.id, title=message.subject, initiator=ctx.actor.party_id
    )
    search.index(ctx, "voice.Message", message.id, tenant.id, message.searched_text)
    return message


def _aim(code: WallCode, chosen: int | None) -> dict[str, Any]:
    """Whom a message left at a code is for."""
    try:
        deputy_id, station_id = aim_of(code, chosen)
    except LookupError:
        said = "这位代表不在这个二维码的接待范围内，请重新选择。"
        raise Invalid("message.deputy", fields={"deputy": said}) from None
    known = code.station if station_id is not None and station_id == code.station_id else None
    return {"deputy_id": deputy_id, **({"station": known} if known is not None else {"station_id": station_id})}


@new("message.submit", title="留言", permission="message.submit", private=_PRIVATE)
def message_submit(
    ctx: Context,
    *,
    tenant: Tenant,
    channel: str = Channel.CODE,
    code: WallCode | None = None,
    deputy_id: int | None = None,
    receipt_number: str = "",
    **written: Unpack[Written],
) -> Message:
    """Leave a message for a deputy or a station of the congress ``tenant``.

    ``code``: the scanned code says the station or the deputy; ``deputy_id`` is then whom the writer chose there.
    ``receipt_number``: the one that the public zone has shown to the writer already.
    ``channel``: by a code, or ``replay`` for history brought in from elsewhere.

    Raises:
        Invalid: nothing was written, another channel, or a deputy who does not answer at this code.
        Forbidden: history from anybody but the machine.
    """
    if channel not in {Channel.CODE, Channel.REPLAY}:
        raise Invalid("message.channel", fields={"channel": "扫码留言不能改为其他来源。"})
    if channel == Channel.REPLAY and not policy.may(ctx.actor, "message.replay", tenant.id):
        raise Forbidden("message.replay")
    aim = {} if code is None else _aim(code, deputy_id)
    return _take_in(ctx, tenant, channel, written, receipt_number=receipt_number, **aim)


@new("message.register", title="代群众登记", permission="message.register", private=_PRIVATE)
def message_register(
    ctx: Context,
    *,
    tenant: Tenant,
    channel: str,
    category: str = "",
    unit: str = "",
    draft: MessageDraft | None = None,
    past: PastMessage | None = None,
    **written: Unpack[Written],
) -> Message:
    """Enter a message for somebody who came in person, rang or wrote.

    ``category``, ``unit`` (a kind of department): what the clerk makes of it goes before what the system proposes; who
    vets and who assigns decide. ``draft``: the clerk's own that is finished by this; its pictures become the message's.
    ``past``: the former message that is taken up again.

    Raises:
        Invalid: nothing was written, or the channel is not one of desk, telephone, paper; too many pictures.
        Refused: the former message was taken up before.
    """
    if channel not in BY_A_CLERK:
        raise Invalid("message.channel", fields={"channel": "请选择来访、来电或来信。"})
    if draft is not None and len(written.get("photos", ())) + files.files_of(draft).count() > PHOTOS:
        raise Invalid("message.photos", fields={"photos": f"一件留言最多 {PHOTOS} 张图片，草稿里的也计算在内。"})
    message = _take_in(ctx, tenant, channel, written)
    message.proposal = _with_the_clerks(message.proposal, category, unit)
    if draft is not None:
        finish(ctx, draft, message)
    if past is not None:
        take_up(ctx, past, message.id)
    return message


def _with_the_clerks(proposal: dict[str, Any], category: str, unit: str) -> dict[str, Any]:
    """The proposal with the clerk's own choices first."""
    if category and category != proposal["category"]:
        proposal = {**proposal, "runner_up": proposal["category"], "category": category, "reasons": ["登记人填写"]}
    if unit in departments():
        others = [one for one in proposal["units"] if one["kind"] != unit]
        hers = {"kind": unit, "title": departments()[unit].title, "reason": "登记人建议"}
        proposal = {**proposal, "units": [hers, *others]}
    return proposal


@existing(
    "message.accept", title="受理", permission="message.work", select=selectors.messages_to_vet, case_field="case_id"
)
def message_accept(
    ctx: Context,
    message: Message,
    *,
    category: str = "",
    place: Place | None = None,
    concerns_person: bool = False,
    is_reviewed: bool = False,
    note: str = "",
    task_id: int | None = None,
    version: int | None = None,
) -> Message:
    """Take a message in: it is inside the remit. It gets the office's number and goes to the deputy or the station.

    ``concerns_person``: it speaks about a deputy or an official; it then never goes to that person.
    ``is_reviewed``: the words that hold the message have been looked at.

    Raises:
        Invalid: words hold it, and nobody says that they were looked at.
    """
    if watching.waiting(message) is not None and not is_reviewed:
        raise Invalid("message.held", fields={"is_reviewed": "这件留言含有留意词，请核对原文后勾选。"})
    watching.decide(ctx, message)
    message.category = category or message.proposal.get("category", "")
    if place is not None:
        message.place = place
    message.concerns_person = concerns_person
    message.accepted_at = ctx.now
    ctx.update(message, "category", "place", "concerns_person", "accepted_at")
    numbering.assign(
        ctx, message, "number", tenant_id=message.tenant_id, kind="message", template="{year}{month:02d}-{number:04d}"
    )
    flow.act(ctx, message.case_id, "accept", subject=message, task_id=task_id, version=version, opinion=note)
    return message


@existing(
    "message.redirect",
    title="指引其他渠道",
    permission="message.work",
    select=selectors.messages_to_vet,
    case_field="case_id",
)
def message_redirect(
    ctx: Context,
    message: Message,
    *,
    door: str,
    reason: str,
    seal: bool = False,
    task_id: int | None = None,
    version: int | None = None,
) -> Message:
    """Show the right door, with the reason; lawsuits, accusations and secrets are sealed.

    Raises:
        Invalid: no door or no reason was given.
    """
    faults = {}
    if door not in Door.values:
        faults["door"] = "请选择应当去的渠道。"
    if not reason.strip():
        faults["reason"] = "请写明理由，群众查询时能看到。"
    if faults:
        raise Invalid("message.redirect", fields=faults)
    watching.decide(ctx, message)
    message.door = door
    message.concluded_at = ctx.now
    ctx.update(message, "door", "concluded_at")
    if seal or door in {Door.COURT, Door.ACCUSATION, Door.ENFORCEMENT, Door.SECRET}:
        _seal(ctx, message)
    flow.act(
        ctx, message.case_id, "redirect", subject=message, task_id=task_id, version=version, opinion=clean_text(reason)
    )
    return message


def _seal(ctx: Context, message: Message) -> None:
    """Close the text. Its title goes into it, so that no list, paper or search says what it was about."""
    title = message.subject.removesuffix("…")
    if title not in message.body:
        message.body = f"{message.subject}\n{message.body}"
    message.subject = f"（已封存）{Door(message.door).label.partition('：')[0]}"
    message.is_sealed, message.may_publish = True, False
    ctx.update(message, "subject", "body", "is_sealed", "may_publish")
    search.remove(ctx, "voice.Message", message.id)
    publish(ctx, PHOTO, f"message:{message.id}")
