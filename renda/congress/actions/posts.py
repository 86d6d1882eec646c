"""Who holds which post. Rights come with it and go with it."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Q

from renda.congress.actions.people import administers, not_oneself, not_the_last
from renda.congress.models import SEPARATED_ADMINISTRATORS, Person, Post, PostKind
from renda.congress.policy import APPOINTS
from renda.congress.selectors import business_holdings_for, holdings_for, people_for, posts_for
from renda.kernel import clock
from renda.kernel.actions.api import Context, existing
from renda.kernel.errors import Forbidden, Invalid, Refused
from renda.kernel.parties.models import Holding

# A term of office: an appointment further off is a mistyped year.
FARTHEST = timedelta(days=5 * 366)


def _holds_now(person_id: int) -> list[tuple[str, int]]:
    """What she holds or will hold: (kind, post)."""
    now = Q(ends_on__isnull=True) | Q(ends_on__gte=clock.today())
    rows = Holding.objects.filter(now, person_id=person_id)
    return list(rows.values_list("post__post__kind", "post_id"))


def _give(ctx: Context, post: Post, person_id: int, starts_on: date | None) -> Holding:
    if not post.party.is_active:
        raise Refused("post.closed", "这个岗位已经撤销。")
    if starts_on is not None and abs(starts_on - clock.today()) > FARTHEST:
        raise Invalid("holding.day", fields={"starts_on": "任职日期应在前后五年之内。"})
    if not Person.objects.filter(party_id=person_id, party__is_active=True).exists():
        raise Invalid("holding.person", fields={"person": "没有这个账号，或账号已停用。"})
    held = _holds_now(person_id)
    if any(post_id == post.party_id for _, post_id in held):
        raise Refused("holding.already", "此人已在这个岗位上。")
    if (post.kind in SEPARATED_ADMINISTRATORS and held) or administers(person_id):
        # The database refuses it as well (trigger separate_administrators).
        raise Refused("holding.separated", "系统、安全、审计管理员由三人分任，不得兼任其他岗位。")
    holding = Holding(person_id=person_id, post_id=post.party_id, starts_on=starts_on or clock.today())
    ctx.insert(holding)
    return holding


@existing("holding.assign", title="安排岗位人员", permission="holding.assign", select=posts_for)
def holding_assign(ctx: Context, post: Post, *, person_id: int, starts_on: date | None = None) -> Holding:
    """A person of the actor's congresses takes a post on a day (today); her rights begin with it, not before.

    Raises:
        Forbidden: one's own person, or a post that is not the office's to fill.
        Invalid: no such person, or a day too far off.
        Refused: the post is closed; she holds it already, or is one of the three separated administrators.
    """
    not_oneself(ctx.actor, person_id)
    if post.kind in SEPARATED_ADMINISTRATORS:
        raise Forbidden("holding.administrator", "平台管理员由系统管理员、安全管理员相互任免。")
    if post.kind == PostKind.DEPUTY:
        raise Forbidden("holding.deputy", "代表由选举产生，请通过代表名册登记。")
    if not people_for(ctx.actor).filter(party_id=person_id).exists():
        raise Invalid("holding.person", fields={"person": "没有这个账号，或账号已停用。"})
    return _give(ctx, post, person_id, starts_on)


@existing("administrator.assign", title="任命平台管理员", permission="holding.assign_administrator", select=posts_for)
def administrator_assign(ctx: Context, post: Post, *, person_id: int) -> Holding:
    """A person becomes one of the three administrators; each kind is appointed by another, never by its own.

    Raises:
        Forbidden: one's own person, or a kind that the actor does not appoint.
        Invalid, Refused: as ``holding.assign``.
    """
    not_oneself(ctx.actor, person_id)
    if not _appoints(ctx, post.kind):
        raise Forbidden("administrator.kind", "这一类管理员不由您任免。")
    return _give(ctx, post, person_id, None)


def _appoints(ctx: Context, kind: str) -> bool:
    return any(kind in APPOINTS.get(post.kind, ()) for post in ctx.actor.posts)


def _end(ctx: Context, holding: Holding, on: date | None = None) -> Holding:
    if holding.ends_on is not None and holding.ends_on < clock.today():
        raise Refused("holding.ended", "此人已不在这个岗位上。")
    day = on or clock.today()
    if not holding.starts_on <= day <= clock.today() + FARTHEST:
        raise Invalid("holding.day", fields={"on": "免去日期应在任职之后、五年之内。"})
    # The day before is the last: from that day on the post gives nothing.
    holding.ends_on = day - timedelta(days=1)
    ctx.update(holding, "ends_on")
    return holding


@existing("holding.end", title="免去岗位", permission="holding.assign", select=business_holdings_for)
def holding_end(ctx: Context, holding: Holding, *, on: date | None = None) -> Holding:
    """The person leaves the post from a day on (today); the post's tasks stay with it.

    Raises:
        Forbidden: one's own post.
        Invalid: a day before she took it, or too far off.
        Refused: ended already, or a deputy's (that ends with the mandate).
    """
    not_oneself(ctx.actor, holding.person_id)
    if Post.objects.filter(party_id=holding.post_id, kind=PostKind.DEPUTY).exists():
        raise Refused("holding.deputy", "代表职务随任期或资格终止而结束，不在这里办理。")
    return _end(ctx, holding, on)


@existing("administrator.end", title="免去平台管理员", permission="holding.assign_administrator", select=holdings_for)
def administrator_end(ctx: Context, holding: Holding) -> Holding:
    """One of the three administrators leaves her post.

    Raises:
        Forbidden: one's own, or a kind that the actor does not appoint.
        Refused: ended already, or the only one of her kind.
    """
    not_oneself(ctx.actor, holding.person_id)
    kind = Post.objects.values_list("kind", flat=True).get(party_id=holding.post_id)
    if not _appoints(ctx, kind):
        raise Forbidden("administrator.kind", "这一类管理员不由您任免。")
    not_the_last(holding.person_id)
    return _end(ctx, holding)
