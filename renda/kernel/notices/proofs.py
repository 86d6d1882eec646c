"""Showing that an address is in somebody's hands: a code that is sent there, once, for ten minutes, five tries.

Three steps. ``issue`` (inside an action) stores a digest of a new code and sends it. ``claim`` (outside of every action,
so that a refusal does not undo the count) compares what was typed. ``use`` (inside the action that the proof is for)
spends it. Anybody who signs people in may use it too: the purpose keeps proofs apart.
"""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection
from django.db.models import F

from renda.kernel import clock
from renda.kernel.actions.api import Context
from renda.kernel.errors import Invalid, Refused, TooMany
from renda.kernel.notices.channels import CHANNELS, CODE_MINUTES, channels_on
from renda.kernel.notices.models import AddressProof
from renda.kernel.privacy.api import clean_text, fingerprint
from renda.kernel.tenancy.scope import current_scope

VALID = timedelta(minutes=CODE_MINUTES)
TRIES = 5
KEPT = timedelta(days=2)  # longer than any limit below looks back
# How many codes in which time: to one address, for one person, asked from one address of the network (an office has one).
_TO_ADDRESS = ((timedelta(minutes=1), 1), (timedelta(hours=1), 5), (timedelta(days=1), 10))
_TO_PERSON = ((timedelta(hours=1), 10),)
_FROM_NETWORK = ((timedelta(hours=1), 30),)


def read_address(channel: str, text: str) -> str:
    """An address as it is stored: a mainland mobile number's eleven figures, an e-mail address in small letters.

    Raises:
        Invalid: it is none.
    """
    text = clean_text(text, one_line=True)
    if channel == "sms":
        found = re.fullmatch(r"(?:\+?86)?(1[3-9]\d{9})", re.sub(r"[\s-]", "", text), re.ASCII)
        if found is None:
            raise Invalid("address.form", fields={"address": "请填写 11 位手机号码。"})
        return found[1]
    try:
        validate_email(text)
    except ValidationError:
        raise Invalid("address.form", fields={"address": "请填写完整的邮箱地址，如 name@example.cn。"}) from None
    return text.lower()


def issue(
    ctx: Context, *, purpose: str, channel: str, address: str, party_id: int | None = None, to_nobody: bool = False
) -> AddressProof:
    """Send a new code to an address (``read_address``); those sent before for this purpose do not count any more.

    ``to_nobody``: all of it but the sending, so that whoever asks cannot tell by limits or time that nobody is there.

    Raises:
        Invalid: the channel sends no codes here.
        TooMany: too many codes to this address, for this person or from this place.
    """
    if channel not in channels_on() or CHANNELS[channel].proof != "code":
        raise Invalid("address.channel", "本系统没有开通这种验证方式。")
    key = address_key(channel, address)
    place = fingerprint(ctx.actor.address, purpose="proof.from") if ctx.actor.address else ""
    # Nobody has as many counts as somebody: 0 is no party.
    _limit(ctx, key, place, 0 if to_nobody else party_id)
    code = f"{secrets.randbelow(10**6):06d}"
    proof = AddressProof(
        purpose=purpose,
        party_id=party_id,
        channel=channel,
        address=address,
        address_key=key,
        asked_from=place,
        parcel="" if to_nobody else code,
        created_at=ctx.now,
        expires_at=ctx.now + VALID,
    )
    proof.digest = _digest(proof, code)
    ctx.insert(proof)
    ctx.defer("notices.send_code", key=proof.pk)
    return proof


def claim(*, purpose: str, channel: str, address: str, code: str, party_id: int | None = None) -> AddressProof | None:
    """The proof that this code gives, or None; each call is one try. The newest code counts, once.

    Raises:
        RuntimeError: inside a transaction of an action, whose refusal would undo the count.
    """
    if current_scope() is not None:
        raise RuntimeError("a try is counted outside of actions")
    key = address_key(channel, address)
    sent = AddressProof.objects.filter(purpose=purpose, address_key=key, party_id=party_id).exclude(digest="")
    proof: AddressProof | None = sent.order_by("-created_at", "-pk").first()
    if proof is None:
        return None
    now = clock.now()
    open_ = AddressProof.objects.filter(pk=proof.pk, proven_at=None, expires_at__gt=now)
    # Counted before it is compared, so that tries side by side are counted too.
    if not open_.filter(tries__lt=TRIES).update(tries=F("tries") + 1):
        return None
    typed = re.sub(r"\s", "", clean_text(code))
    if not hmac.compare_digest(_digest(proof, typed), proof.digest) or not open_.update(proven_at=now, parcel=""):
        return None
    return proof


def note(*, purpose: str, channel: str, address: str, party_id: int) -> AddressProof:
    """The proof that a provider gives: it has said itself whose address this is."""
    now = clock.now()
    proof = AddressProof(
        purpose=purpose,
        party_id=party_id,
        channel=channel,
        address=address,
        address_key=address_key(channel, address),
        created_at=now,
        expires_at=now + VALID,
        proven_at=now,
    )
    proof.save(force_insert=True)
    return proof


def use(ctx: Context, key: int, *, purpose: str, party_id: int | None = None) -> AddressProof:
    """Spend a proof. Of two presses at once exactly one does.

    Raises:
        Refused: it is spent or too old, was never given, or is somebody else's.
    """
    proven = AddressProof.objects.filter(
        pk=key, purpose=purpose, party_id=party_id, used_at=None, proven_at__gt=ctx.now - VALID
    )
    if not proven.update(used_at=ctx.now):
        raise Refused("address.proof", "验证已失效，请重新获取验证码。")
    proof: AddressProof = AddressProof.objects.get(pk=key)
    return proof


def _limit(ctx: Context, address_key: str, place: str, party_id: int | None) -> None:
    with connection.cursor() as cursor:
        # Two requests at once do not both find the limit unreached.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [address_key])
    for limits, who in (
        (_TO_ADDRESS, {"address_key": address_key}),
        (_TO_PERSON, {"party_id": party_id} if party_id is not None else None),
        (_FROM_NETWORK, {"asked_from": place} if place else None),
    ):
        for time, most in limits:
            since = ctx.now - time
            if who and AddressProof.objects.filter(**who, created_at__gt=since).exclude(digest="").count() >= most:
                wait = "1 分钟" if time <= timedelta(minutes=1) else "1 小时" if time <= timedelta(hours=1) else "明天"
                raise TooMany("address.too_many", f"获取验证码太频繁，请{wait}后再试。".replace("明天后", "明天"))


def address_key(channel: str, address: str) -> str:
    """The keyed hash by which an address is counted and found."""
    return fingerprint(f"{channel} {address}", purpose="proof.address")


def _digest(proof: AddressProof, code: str) -> str:
    """A keyed hash: a million codes are tried against a plain one in a second."""
    return fingerprint(f"{proof.pk} {code}", purpose="proof.code")
