"""Delegation (委托): for some days somebody else sees and acts in my name or in my post's. A rule, not a move.

What the engine makes of it: ``engine.offers.way``. The trail says 代某某; a secret vote is never lent.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from renda.kernel import clock
from renda.kernel.actions.api import Context, existing, new
from renda.kernel.errors import Forbidden, Invalid, Refused
from renda.kernel.flow.models import Delegation, FlowDefinition
from renda.kernel.flow.policy import DELEGATE
from renda.kernel.notices.api import register_kind, send
from renda.kernel.parties import Actor, HeldPost
from renda.kernel.parties.models import Holding, Party
from renda.kernel.policy import may
from renda.kernel.tenancy.models import Tenant
from renda.kernel.ui import wording

LONGEST = timedelta(days=366)  # whoever is away for longer hands the post over
PAGE = "/flows/delegations/"
DELEGATED = register_kind("flow.delegated", "委托办理", is_required=True)

# Gives the ids of the posts whose holders may be somebody's delegate; a capability that knows posts registers it.
Posts = Callable[[], QuerySet[Any, Any]]
_posts: list[Posts] = []


def register_posts(posts: Posts) -> None:
    """Register which posts make their holder fit to act for others."""
    if posts not in _posts:
        _posts.append(posts)


def lendable(actor: Actor) -> dict[int, frozenset[int]]:
    """What the actor may delegate: party → the tenants it works in.

    A post where its kind may; she herself when all her posts may, because her own tasks come with all of them.
    """
    if actor.party_id is None or not actor.posts:
        return {}
    posts = [post for post in actor.posts if may(_holding_only(actor, post), DELEGATE, post.tenant_id)]
    found = {post.post_id: frozenset({post.tenant_id}) for post in posts}
    if len(posts) == len(actor.posts):
        return {actor.party_id: frozenset(post.tenant_id for post in posts), **found}
    return found


def _holding_only(actor: Actor, post: HeldPost) -> Actor:
    return Actor(actor.kind, actor.name, actor.party_id, (post,), actor.tenants)


def delegates_for(actor: Actor, party_id: int) -> QuerySet[Party]:
    """The people who could act for one of the actor's parties: those whose posts of today reach its work, in its congress or
    above it. Who works only below would not see it.
    """
    people = Party.objects.filter(kind=Party.Kind.PERSON, is_active=True).exclude(id=actor.party_id)
    held = Holding.on(clock.today()).filter(person_id=OuterRef("id"), post__is_active=True)
    fit = Q()
    for posts in _posts:
        fit |= Q(post_id__in=posts())
    tenants = lendable(actor).get(party_id)
    if not tenants or not fit:
        return people.none()
    for path in Tenant.objects.filter(id__in=tenants).values_list("path", flat=True):
        people = people.filter(Exists(held.filter(fit, post__tenant_id__in=path)))
    return people.order_by("name", "id")


def flows_for(actor: Actor) -> dict[str, str]:
    """The flows in use where the actor works: key → title."""
    above = {one for path in Tenant.objects.filter(id__in=actor.tenants).values_list("path", flat=True) for one in path}
    rows = FlowDefinition.objects.filter(Q(tenant=None) | Q(tenant_id__in=above), retired_at=None)
    return dict(rows.exclude(published_at=None).order_by("-tenant_id", "title").values_list("key", "title"))


def given_by(actor: Actor) -> QuerySet[Delegation]:
    """What the actor or one of her posts has delegated, also by who held the post before."""
    return Delegation.objects.filter(from_party_id__in=actor.party_ids)


def received_by(actor: Actor) -> QuerySet[Delegation]:
    """What is delegated to the actor."""
    if actor.party_id is None:
        return Delegation.objects.none()
    return Delegation.objects.filter(to_party_id=actor.party_id)


@new("flow.delegate", permission=DELEGATE, title="委托办理")
def flow_delegate(
    ctx: Context, *, from_party: int, to_person: int, starts_on: date, ends_on: date, flow_key: str = ""
) -> Delegation:
    """Let a person act in the name of the actor or of a post she holds, from a day to a day (both included).

    ``flow_key``: only in cases of this flow.

    Raises:
        Forbidden: it is not hers to lend.
        Invalid: the person, the days or the flow do not fit, or the same is delegated already.
    """
    if from_party not in lendable(ctx.actor):
        raise Forbidden("flow.not_yours", "只能委托自己的或自己岗位的工作，且该岗位允许委托。")
    person = delegates_for(ctx.actor, from_party).filter(id=to_person).first()
    today = clock.today()
    faults = {}
    if person is None:
        faults["to_person"] = "请选择本级或上级机关的在岗人员；下级人员看不到这里的事项，不能受托。"
    if starts_on < today:
        faults["starts_on"] = "开始日期不能早于今天。"
    if not starts_on <= ends_on <= starts_on + LONGEST:
        faults["ends_on"] = "结束日期不能早于开始日期，也不能超过一年；更长时间请移交岗位。"
    if flow_key and flow_key not in flows_for(ctx.actor):
        faults["flow_key"] = "没有这个流程。"
    if faults or person is None:
        raise Invalid("flow.delegate", fields=faults)
    same = Delegation.objects.filter(from_party_id=from_party, to_party=person, flow_key__in=["", flow_key])
    if same.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
        raise Invalid("flow.delegate", fields={"to_person": "这段时间已经委托给这个人。"})
    delegation = Delegation(
        from_party_id=from_party, to_party=person, flow_key=flow_key, starts_on=starts_on, ends_on=ends_on
    )
    ctx.insert(delegation)
    days = f"{wording.day(starts_on)}至{wording.day(ends_on)}"
    send(ctx, [person.id], f"{ctx.actor.name}委托您代为办理", f"{days}。", PAGE, kind=DELEGATED)
    ctx.emit(f"party:{from_party}", f"party:{person.id}")
    return delegation


@existing("flow.revoke_delegation", select=given_by, title="收回委托")
def flow_revoke_delegation(ctx: Context, delegation: Delegation) -> Delegation:
    """Take it back: from now on the delegate sees and does nothing any more. What was done stays.

    Raises:
        Refused: it is over.
    """
    yesterday = clock.today() - timedelta(days=1)
    if delegation.ends_on <= yesterday:
        raise Refused("flow.delegation_over", "这项委托已经结束。")
    delegation.ends_on = yesterday
    ctx.update(delegation, "ends_on")
    send(ctx, [delegation.to_party_id], f"{ctx.actor.name}收回了委托", url=PAGE, kind=DELEGATED)
    ctx.emit(f"party:{delegation.from_party_id}", f"party:{delegation.to_party_id}")
    return delegation
