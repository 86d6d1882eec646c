"""Accounts: made, changed, put to sleep and woken by the office that keeps them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from allauth.usersessions.models import UserSession
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q, QuerySet

from renda.congress.models import SEPARATED_ADMINISTRATORS, Congress, Person, PostKind
from renda.congress.pinyin import reading
from renda.congress.policy import APPOINTS
from renda.congress.selectors import addressees_for, congresses_for, people_for
from renda.kernel import clock
from renda.kernel.actions.api import Context, existing, new
from renda.kernel.errors import Forbidden, Invalid, NotFound, Refused
from renda.kernel.parties import Actor
from renda.kernel.parties.models import Holding, Party
from renda.kernel.privacy.api import clean_text

_PHONE = re.compile(r"1\d{10}|0\d{2,3}-?\d{7,8}")
LONGEST_NAME = 40


def checked_name(name: str) -> str:
    """A person's name as it is stored: rare characters and points (·) stay, blanks around and inside go.

    Raises:
        Invalid: empty, too long, or with a character that stands in no name.
    """
    text = "".join(clean_text(name).split()).replace("•", "·").replace("・", "·")
    if not text:
        raise Invalid("person.name", fields={"name": "请填写姓名。"})
    if len(text) > LONGEST_NAME or not all(character.isalpha() or character in "·〇" for character in text):
        raise Invalid("person.name", fields={"name": f"姓名只能是汉字、字母和间隔号，不超过 {LONGEST_NAME} 个字。"})
    return text


def checked_phone(phone: str) -> str:
    """A mobile or landline number, or empty.

    Raises:
        Invalid: anything else.
    """
    text = phone.strip().replace(" ", "")
    if text and not _PHONE.fullmatch(text):
        raise Invalid("person.phone", fields={"phone": "请填写 11 位手机号码，或带区号的座机号码。"})
    return text


def checked_email(email: str) -> str:
    """An e-mail address, or empty.

    Raises:
        Invalid: anything else.
    """
    text = email.strip()
    try:
        if text:
            validate_email(text)
    except ValidationError:
        raise Invalid("person.email", fields={"email": "请填写完整的电子邮件地址，如 name@example.cn。"}) from None
    return text


def new_person(
    ctx: Context, *, name: str, tenant_id: int, phone: str = "", occupation: str = "", is_demo: bool = False
) -> Person:
    """A sleeping account with a user name of its own, to be stored by the action that makes it.

    Raises:
        Invalid: name or phone.
    """
    party = Party(kind=Party.Kind.PERSON, name=checked_name(name), tenant_id=tenant_id)
    pinyin, initials = reading(party.name)
    person = Person(
        party=party,
        user_name=f"u{party.id}",
        pinyin=pinyin,
        initials=initials,
        phone=checked_phone(phone),
        occupation=clean_text(occupation).strip()[:120],
        is_demo=is_demo,
    )
    person.set_unusable_password()
    ctx.insert(party, person)
    return person


def guard_administrators(actor: Actor, person: Person) -> None:
    """An account of the three separated administrators is touched only by those who appoint its kind.

    Raises:
        Forbidden: anybody else; and such an administrator may touch no other account.
    """
    held = set(
        Holding.objects.filter(person_id=person.party_id, ends_on__isnull=True).values_list(
            "post__post__kind", flat=True
        )
    )
    kinds = held.intersection(SEPARATED_ADMINISTRATORS)
    mine = {post.kind for post in actor.posts}
    appoints = frozenset().union(*(APPOINTS.get(kind, frozenset()) for kind in mine))
    if not kinds <= appoints or (mine.intersection(SEPARATED_ADMINISTRATORS) and not kinds):
        raise Forbidden("person.administrator", "平台管理员的账号由任免它的管理员管理，不能由您操作。")


def administers(person_id: int) -> frozenset[str]:
    """Which of the three administrators a person is, or is going to be."""
    return frozenset(administrations().filter(person_id=person_id).values_list("post__post__kind", flat=True))


def administrations() -> QuerySet[Holding]:
    """Who holds a post of the three administrators, today or later."""
    running = Q(ends_on__isnull=True) | Q(ends_on__gte=clock.today())
    return Holding.objects.filter(running, post__post__kind__in=SEPARATED_ADMINISTRATORS)


def not_the_last(person_id: int) -> None:
    """One of each kind stays: without a security administrator nobody could appoint a new system administrator.

    Raises:
        Refused: nobody else with a live account is such an administrator.
    """
    for kind in administers(person_id):
        others = administrations().filter(post__post__kind=kind, starts_on__lte=clock.today(), person__is_active=True)
        if not others.exclude(person_id=person_id).exists():
            raise Refused("administrator.last", f"这是唯一的{PostKind(kind).label}，请先任命接任的人。")


def not_oneself(actor: Actor, person_id: int) -> None:
    """Nobody gives or takes rights of her own.

    Raises:
        Forbidden: it is the actor herself.
    """
    if actor.party_id == person_id:
        raise Forbidden("person.oneself", "不能对自己的账号做这项操作，请由其他管理员办理。")


@new("person.create", title="新建人员账号", permission="person.create", private=["name", "phone", "occupation"])
def person_create(
    ctx: Context,
    *,
    congress: Congress,
    name: str,
    phone: str = "",
    occupation: str = "",
    expires_on: date | None = None,
) -> Person:
    """A sleeping account at home in a congress; posts and invitation come after.

    Raises:
        Invalid: name, phone, or an expiry that is over.
        NotFound: the congress is not one of the actor's.
    """
    if not congresses_for(ctx.actor).filter(tenant_id=congress.tenant_id).exists():
        raise NotFound
    person = new_person(ctx, name=name, tenant_id=congress.tenant_id, phone=phone, occupation=occupation)
    person.expires_on = _checked_expiry(expires_on)
    return person


def _checked_expiry(expires_on: date | None) -> date | None:
    if expires_on is not None and expires_on < clock.today():
        raise Invalid("person.expiry", fields={"expires_on": "有效期不能早于今天。"})
    return expires_on


@existing(
    "person.edit",
    title="修改人员资料",
    permission="person.edit",
    select=people_for,
    private=["name", "phone", "occupation"],
)
def person_edit(
    ctx: Context,
    person: Person,
    *,
    name: str,
    phone: str | None = None,
    occupation: str = "",
    expires_on: date | None = None,
) -> Person:
    """Correct what is known of a person; ``phone`` None leaves it as it is.

    Raises:
        Invalid: name, phone or expiry.
        Forbidden: an administrator's account.
    """
    guard_administrators(ctx.actor, person)
    person.party.name = checked_name(name)
    person.pinyin, person.initials = reading(person.party.name)
    person.occupation, person.expires_on = clean_text(occupation).strip()[:120], _checked_expiry(expires_on)
    ctx.update(person.party, "name")
    ctx.update(person, "pinyin", "initials", "occupation", "expires_on")
    if phone is not None:
        person.phone = checked_phone(phone)
        ctx.update(person, "phone")
    return person


@existing("person.disable", title="停用账号", permission="person.disable", select=people_for)
def person_disable(ctx: Context, person: Person, *, reason: str, successor: int | None = None) -> Person:
    """Put an account to sleep: sessions end at once, its own open tasks go to the successor or the pool.

    Raises:
        Invalid: no reason, or the successor is unknown or herself.
        Forbidden: one's own account, or one that other administrators keep.
        Refused: the only administrator of her kind.
    """
    not_oneself(ctx.actor, person.party_id)
    guard_administrators(ctx.actor, person)
    if not reason.strip():
        raise Invalid("person.reason", fields={"reason": "请写明原因，如调离、退休。"})
    if successor is not None and (
        successor == person.party_id or not people_for(ctx.actor).filter(party_id=successor).exists()
    ):
        raise Invalid("person.successor", fields={"successor": "没有这位接任人。"})
    not_the_last(person.party_id)
    person.party.is_active = False
    ctx.update(person.party, "is_active")
    for session in UserSession.objects.filter(user=person):
        session.end()
    ctx.defer("congress.hand_over_all", person=person.party_id, successor=successor)
    return person


@existing("person.enable", title="启用账号", permission="person.disable", select=people_for)
def person_enable(ctx: Context, person: Person, *, reason: str) -> Person:
    """Wake an account again.

    Raises:
        Invalid: no reason.
        Forbidden: one's own account, or one that other administrators keep.
    """
    not_oneself(ctx.actor, person.party_id)
    guard_administrators(ctx.actor, person)
    if not reason.strip():
        raise Invalid("person.reason", fields={"reason": "请写明原因。"})
    person.party.is_active = True
    ctx.update(person.party, "is_active")
    return person


@existing("person.set_email", title="设置电子邮件", select=addressees_for, private=["email"])
def person_set_email(ctx: Context, person: Person, *, email: str) -> Person:
    """Where notices follow by e-mail: set by the person herself, or by the system administrator; empty for nowhere.

    Who else may is decided by ``addressees_for``: an address of somebody else is a setting of the platform.

    Raises:
        Forbidden: another one of the three administrators: where her notices go is hers alone to say.
        Invalid: not an address.
    """
    if person.party_id != ctx.actor.party_id and administers(person.party_id):
        raise Forbidden("person.administrator", "平台管理员的电子邮件由本人设置。")
    person.email = checked_email(email)
    ctx.update(person, "email")
    return person


@dataclass(frozen=True)
class Revealed:
    """How a person is reached, in full; empty where it is not known."""

    phone: str
    email: str


@existing("person.reveal", title="查看联系方式", permission="person.reveal", select=people_for)
def person_reveal(ctx: Context, person: Person, *, reason: str) -> Revealed:
    """The full telephone number and e-mail address; who looked and why is in the trail.

    Raises:
        Invalid: no reason.
    """
    if not reason.strip():
        raise Invalid("person.reason", fields={"reason": "请写明查看的原因。"})
    return Revealed(person.phone, person.email)
