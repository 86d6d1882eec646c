"""Signing in and out, passwords, one-use codes, sessions, second factors."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet

from renda.congress import sms_codes
from renda.congress.actions.people import guard_administrators, not_oneself
from renda.congress.models import AccessToken, Person, SignInCode, SignInLock
from renda.congress.selectors import fills_posts, people_for, sessions_for
from renda.congress.sign_in import CODE_LENGTH, code_hash
from renda.kernel import clock, policy
from renda.kernel.actions.api import Context, existing, new
from renda.kernel.codes.api import ALPHABET
from renda.kernel.errors import Forbidden, Invalid, NotFound, Refused
from renda.kernel.notices.api import AddressProof, issue_code, read_address, register_kind, send, use_proof
from renda.kernel.parties import Actor

CODE_DAYS = 60
MOST_CODES = 10
INVITED = register_kind("account.invited", "账号登录码的发放", is_required=True)
_INVITED = "有工作人员为您的账号发放了新的一次性登录码。不是您本人申请的，请立即联系本单位业务管理员。"


@dataclass(frozen=True)
class Issued:
    """The codes of one person, known only now, and until when they open."""

    person: Person
    codes: list[str]
    expires_at: datetime


def _herself(actor: Actor) -> QuerySet[Person]:
    return Person.objects.filter(party_id__in=() if actor.party_id is None else (actor.party_id,))


def _signed_in(actor: Actor) -> Person:
    person = _herself(actor).first()
    if person is None:
        raise NotFound
    return person


@new("person.sign_in", title="登录")
def person_sign_in(ctx: Context, *, method: str) -> Person:
    """Note that the actor has signed in; what was shown is checked before (``congress.sign_in.check``)."""
    return _signed_in(ctx.actor)


@new("person.sign_out", title="退出登录")
def person_sign_out(ctx: Context) -> Person:
    """Note that the actor has signed out."""
    return _signed_in(ctx.actor)


@existing("person.set_password", title="修改密码", select=_herself, private=["password"])
def person_set_password(ctx: Context, person: Person, *, password: str) -> Person:
    """Give oneself a password; other sessions end by themselves, for they were opened with the old one.

    Raises:
        Invalid: too short, too common, too like the name.
    """
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Invalid("person.password", fields={"password1": " ".join(error.messages)}) from error
    person.password = make_password(password)
    ctx.update(person, "password")
    return person


@existing("person.invite", title="发放一次性登录码", permission="person.invite", select=people_for)
def person_invite(ctx: Context, person: Person, *, count: int = 1) -> Issued:
    """Issue printed one-use codes and withdraw those issued before; the codes are known only now.

    ``person_invite.many`` makes the slips of a whole congress or unit in one transaction.

    Raises:
        Invalid: not between 1 and 10.
        Refused: the account is disabled or has expired.
        Forbidden: one's own account, or one that other administrators keep.
    """
    not_oneself(ctx.actor, person.party_id)
    guard_administrators(ctx.actor, person)
    # Whoever has a code signs in as its owner: those who fill posts get theirs only from those who do.
    if fills_posts(person.party_id) and not policy.may(ctx.actor, "holding.assign", person.tenant_id):
        raise Forbidden("person.business_administrator", "业务管理员的登录码由另一位业务管理员发放。")
    return _issue(ctx, person, count)


@existing(
    "administrator.invite", title="给平台管理员发放登录码", permission="holding.assign_administrator", select=people_for
)
def administrator_invite(ctx: Context, person: Person, *, count: int = 1) -> Issued:
    """The same for an administrator, by who appoints her kind.

    Raises:
        Forbidden: one's own account, or not an administrator whom the actor appoints.
        Invalid, Refused: as ``person.invite``.
    """
    not_oneself(ctx.actor, person.party_id)
    guard_administrators(ctx.actor, person)
    return _issue(ctx, person, count)


def _issue(ctx: Context, person: Person, count: int) -> Issued:
    if not 1 <= count <= MOST_CODES:
        raise Invalid("person.codes", fields={"count": f"一次可以发放 1 至 {MOST_CODES} 个。"})
    if not person.is_active:
        raise Refused("person.disabled", "账号已停用或过期，请先启用。")
    expires_at = ctx.now + timedelta(days=CODE_DAYS)
    SignInCode.objects.filter(person=person, used_at__isnull=True, revoked_at__isnull=True).update(revoked_at=ctx.now)
    if person.has_usable_password():
        send(ctx, [person.party_id], "已为您发放新的登录码", _INVITED, "/account/", kind=INVITED)
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)) for _ in range(count)]
    assert ctx.actor.party_id is not None
    ctx.insert(
        *(
            SignInCode(
                person=person,
                code_hash=code_hash(code),
                issued_by_id=ctx.actor.party_id,
                issued_at=ctx.now,
                expires_at=expires_at,
            )
            for code in codes
        )
    )
    return Issued(person, codes, expires_at)


def _usable_codes(_: Actor) -> QuerySet[SignInCode]:
    return SignInCode.objects.filter(revoked_at__isnull=True)


@existing("sign_in_code.use", title="使用一次性登录码", select=_usable_codes)
def sign_in_code_use(ctx: Context, code: SignInCode) -> SignInCode:
    """Use a code up. Of two presses at once exactly one signs in.

    Raises:
        Refused: used or expired.
    """
    if code.used_at is not None or code.expires_at <= ctx.now:
        raise Refused("sign_in.code_used", "登录码已用过或已过期。")
    code.used_at = ctx.now
    ctx.update(code, "used_at")
    return code


@new("sms_code.send", title="获取短信登录码", private=["phone"])
def sms_code_send(ctx: Context, *, phone: str) -> AddressProof:
    """Send a code to a telephone for signing in; to a number that opens nothing none is sent, and nobody can tell.

    Raises:
        Invalid: not a number, or no short messages here.
        TooMany: too many codes to this number or from this place.
    """
    phone = read_address(sms_codes.CHANNEL, phone)
    person = sms_codes.person_at(phone)
    return issue_code(
        ctx,
        purpose=sms_codes.PURPOSE,
        channel=sms_codes.CHANNEL,
        address=phone,
        party_id=None if person is None else person.party_id,
        to_nobody=person is None,
    )


@new("sms_code.use", title="使用短信登录码")
def sms_code_use(ctx: Context, *, proof: int, person: int) -> AddressProof:
    """Use up a code that was claimed for a person. Of two presses at once exactly one signs in.

    Raises:
        Refused: used, too old, or another's.
    """
    return use_proof(ctx, proof, purpose=sms_codes.PURPOSE, party_id=person)


@existing("session.end", title="结束登录会话", select=sessions_for)
def session_end(ctx: Context, session: UserSession) -> None:
    """End one's own session elsewhere, or (security administrator) somebody's."""
    ctx.detail(person=session.user_id)
    session.end()


@new("second_factor.change", title="变更第二登录凭证")
def second_factor_change(ctx: Context, *, change: str) -> Person:
    """Note what the actor has done with her own second factor (totp_activated, recovery_codes_generated …)."""
    return _signed_in(ctx.actor)


@existing("second_factor.reset", title="重置第二登录凭证", permission="security.reset", select=people_for)
def second_factor_reset(ctx: Context, person: Person, *, reason: str) -> Person:
    """Remove a lost authenticator and end the person's sessions; she sets up a new one at her next sign-in.

    Raises:
        Invalid: no reason.
        Forbidden: one's own.
    """
    if not reason.strip():
        raise Invalid("second_factor.reason", fields={"reason": "请写明原因，如更换手机。"})
    not_oneself(ctx.actor, person.party_id)
    Authenticator.objects.filter(user=person).delete()
    for session in UserSession.objects.filter(user=person):
        session.end()
    return person


def forget_old(days: int = 7) -> int:
    """Delete locks, codes and access tokens that have been over for some days, and what is known of ended sessions (network
    address, browser) at once; how many.
    """
    before = clock.now() - timedelta(days=days)
    over = Q(expires_at__lt=before) | Q(revoked_at__lt=before)
    running = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=clock.now())
    old = (
        SignInLock.objects.filter(last_failed_at__lt=before),
        SignInCode.objects.filter(over | Q(used_at__lt=before)),
        AccessToken.objects.filter(over),
        UserSession.objects.filter(~Exists(running)),
    )
    return sum(rows.delete()[0] for rows in old)
