"""Sending feedback, and saying that it is dealt with."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse

from renda.kernel.actions.api import Context, existing, new
from renda.kernel.addresses import network_of
from renda.kernel.errors import Invalid, Refused
from renda.kernel.feedback.models import Feedback
from renda.kernel.feedback.policy import READ
from renda.kernel.feedback.public_forms import LONGEST, LONGEST_CONTACT
from renda.kernel.feedback.selectors import feedback_for
from renda.kernel.notices import api as notices
from renda.kernel.notices.readers import holders_near
from renda.kernel.privacy.api import clean_text, fingerprint, redact

LONGEST_NOTE = 500
MOST_AN_HOUR = 20  # of one account, or of one address without an account
SHOWN = 100  # characters of it that a notice shows

SENT = notices.register_kind("feedback.sent", "新的意见反馈")
HANDLED = notices.register_kind("feedback.handled", "我的意见反馈已处理")


@new("feedback.send", title="意见反馈", private=("text", "contact"))
def feedback_send(ctx: Context, *, text: str, contact: str = "", page: str = "") -> Feedback:
    """Anybody says what is wrong with renda. ``page``: the pattern of the address it is about.

    Raises:
        Invalid: empty or too long.
        Refused: too much from one place.
    """
    text, contact = clean_text(text), clean_text(contact, one_line=True)
    faults = {}
    if not text:
        faults["text"] = "请写下您的意见。"
    elif len(text) > LONGEST:
        faults["text"] = f"内容请不超过 {LONGEST} 个字，现有 {len(text)} 个字。"
    if len(contact) > LONGEST_CONTACT:
        faults["contact"] = f"联系方式请不超过 {LONGEST_CONTACT} 个字。"
    if faults:
        raise Invalid("feedback.send", fields=faults)
    who = str(ctx.actor.party_id or network_of(ctx.actor.address))
    sender = fingerprint(who, purpose="feedback.sender")
    if Feedback.objects.filter(sender=sender, created_at__gt=ctx.now - timedelta(hours=1)).count() >= MOST_AN_HOUR:
        raise Refused("feedback.too_many", "反馈得太频繁了，请一小时后再试。")
    feedback = Feedback(
        tenant_id=ctx.actor.home_tenant if ctx.actor.is_signed_in else None,
        party_id=ctx.actor.party_id,
        page=clean_text(page, one_line=True)[:120],
        text=text,
        contact=contact,
        sender=sender,
        created_at=ctx.now,
    )
    ctx.insert(feedback)
    # The title goes out by e-mail too, so it says nothing of what a person wrote.
    body = redact(text) if len(text) <= SHOWN else f"{redact(text[:SHOWN])}…"
    notices.send(
        ctx,
        holders_near(READ, feedback.tenant_id),
        "有新的意见反馈",
        body,
        reverse("feedback:feedback.list"),
        kind=SENT,
        subject=feedback,
    )
    return feedback


@existing("feedback.handle", permission=READ, select=feedback_for, title="处理意见反馈")
def feedback_handle(ctx: Context, feedback: Feedback, *, note: str = "") -> Feedback:
    """It is dealt with; ``note`` says how.

    Raises:
        Invalid: the note is too long.
        Refused: somebody has said so already.
    """
    note = clean_text(note, one_line=True)
    if len(note) > LONGEST_NOTE:
        raise Invalid("feedback.handle", fields={"note": f"处理情况请不超过 {LONGEST_NOTE} 个字。"})
    if feedback.handled_at is not None:
        raise Refused("feedback.handled", "这条意见已经处理。")
    feedback.handled_at, feedback.handled_by_id, feedback.note = ctx.now, ctx.actor.party_id, note
    ctx.update(feedback, "handled_at", "handled_by", "note")
    if feedback.party_id is not None:
        notices.send(ctx, [feedback.party_id], "您的意见反馈已处理", note, kind=HANDLED, subject=feedback)
    return feedback
