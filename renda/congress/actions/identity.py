"""Linking a person to her identity at the city's provider: by herself, or by who may also give her sign-in codes."""

from __future__ import annotations

from django.conf import settings
from django.db.models import QuerySet

from renda.congress.actions.people import guard_administrators, not_oneself
from renda.congress.identity import LONGEST
from renda.congress.models import IdentityLink, Person
from renda.congress.selectors import fills_posts, people_for
from renda.kernel import policy
from renda.kernel.actions.api import Context, existing, new
from renda.kernel.errors import Forbidden, Invalid, NotFound, Refused
from renda.kernel.notices.api import register_kind, send
from renda.kernel.parties import Actor

LINKED = register_kind("account.identity", "账号关联统一身份", is_required=True)
_NOT_YOU = "今后可以用统一身份认证登录您的账号。不是您本人或您委托的工作人员操作的，请立即联系本单位业务管理员。"


def own_links(actor: Actor) -> QuerySet[IdentityLink]:
    """The actor's own."""
    return IdentityLink.objects.filter(person_id__in=() if actor.party_id is None else (actor.party_id,))


@new("identity.link", title="关联统一身份", private=["subject"])
def identity_link(ctx: Context, *, subject: str) -> Person:
    """Link the actor's account to a subject that the provider has just named her; it replaces the one before.

    Raises:
        NotFound: nobody is signed in.
        Refused: there is no subject, or it is another person's.
    """
    person = Person.objects.filter(party_id=ctx.actor.party_id or 0).first()
    if person is None:
        raise NotFound
    if not subject:
        raise Refused("identity.nothing", "没有待确认的统一身份，请重新认证。")
    _store(ctx, person, subject)
    return person


@existing(
    "identity.assign", title="设置统一身份账号", permission="person.invite", select=people_for, private=["subject"]
)
def identity_assign(ctx: Context, person: Person, *, subject: str) -> Person:
    """Link a person to a subject of the provider; an empty one takes the link away.

    Raises:
        Invalid: too long.
        Forbidden: one's own account, or one whose codes others give (as ``person.invite``).
        Refused: the subject is another person's.
    """
    not_oneself(ctx.actor, person.party_id)
    guard_administrators(ctx.actor, person)
    if fills_posts(person.party_id) and not policy.may(ctx.actor, "holding.assign", person.tenant_id):
        raise Forbidden("person.business_administrator", "业务管理员的统一身份由另一位业务管理员设置。")
    if len(subject) > LONGEST:
        raise Invalid("identity.subject", fields={"subject": f"账号标识最多 {LONGEST} 个字符。"})
    if subject.strip():
        _store(ctx, person, subject.strip())
    else:
        IdentityLink.objects.filter(person=person, issuer=settings.RENDA_OIDC["issuer"]).delete()
    return person


@existing("identity.unlink", title="解除统一身份关联", select=own_links)
def identity_unlink(ctx: Context, link: IdentityLink) -> None:
    """It signs her in no more."""
    ctx.detail(issuer=link.issuer)
    link.delete()


def _store(ctx: Context, person: Person, subject: str) -> None:
    issuer = settings.RENDA_OIDC["issuer"]
    if IdentityLink.objects.filter(issuer=issuer, subject=subject).exclude(person=person).exists():
        raise Refused("identity.taken", "这个统一身份账号已关联到另一个账号，请联系业务管理员核对。")
    assert ctx.actor.party_id is not None
    link = IdentityLink(
        person=person, issuer=issuer, subject=subject, linked_by_id=ctx.actor.party_id, linked_at=ctx.now
    )
    IdentityLink.objects.bulk_create(
        [link],
        update_conflicts=True,
        unique_fields=["person", "issuer"],
        update_fields=["subject", "linked_by", "linked_at"],
    )
    send(ctx, [person.party_id], "账号已关联统一身份", _NOT_YOU, "/account/", kind=LINKED)
