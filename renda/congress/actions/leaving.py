"""What somebody who leaves an office leaves behind: posts, tasks, reception days. Used by the actions that end offices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from renda.congress.models import DeputyLevel, OrganisationKind, Post, PostKind, ReceptionDay
from renda.kernel import clock
from renda.kernel.actions.api import Context
from renda.kernel.parties.models import Holding


def deputy_post(tenant_id: int, level: str = "") -> Post:
    """The post that gives a deputy of this congress her rights; for the levels above the one by which they are served.

    Raises:
        Post.DoesNotExist: nobody of that level is served here yet.
    """
    posts = Post.objects.filter(tenant_id=tenant_id, kind=PostKind.DEPUTY, organisation__kind=OrganisationKind.CONGRESS)
    if level in (DeputyLevel.NATIONAL, DeputyLevel.PROVINCE):
        found: Post = posts.get(title=service_title(level))
        return found
    own: Post = posts.earliest("party_id")
    return own


def service_title(level: str) -> str:
    """The title of the post by which deputies of a level above are served."""
    return f"{DeputyLevel(level).label}人大代表（联系服务）"


def end_holdings(ctx: Context, post: Post, people: Sequence[int]) -> None:
    """These people hold the post no longer: from now on it gives nothing."""
    for holding in Holding.objects.filter(person_id__in=people, post_id=post.party_id, ends_on__isnull=True):
        holding.ends_on = clock.today() - timedelta(days=1)
        ctx.update(holding, "ends_on")


_ELECTED_KINDS = (PostKind.CHAIR, PostKind.VICE_CHAIR, PostKind.LEADER, PostKind.MEMBER)
_ELECTED_BODIES = (
    OrganisationKind.STANDING_COMMITTEE,
    OrganisationKind.COUNCIL_OF_CHAIRPERSONS,
    OrganisationKind.SPECIAL_COMMITTEE,
    OrganisationKind.PRESIDIUM,
)


def end_elected_posts(ctx: Context, tenant_id: int, person_id: int) -> int:
    """Who is a deputy no longer sits in no standing or special committee and chairs no presidium; how many ended.

    选举法 2020 第五十四条 (recall), 第五十六条 (resignation).
    """
    rows = Holding.objects.filter(
        person_id=person_id,
        ends_on__isnull=True,
        post__post__tenant_id=tenant_id,
        post__post__kind__in=_ELECTED_KINDS,
        post__post__organisation__kind__in=_ELECTED_BODIES,
    )
    for holding in rows:
        holding.ends_on = clock.today() - timedelta(days=1)
        ctx.update(holding, "ends_on")
    return len(rows)


def cancel_receptions(ctx: Context, tenant_id: int, people: Sequence[int]) -> None:
    """The announced reception days of deputies who may not act any more are off."""
    days = ReceptionDay.objects.filter(
        tenant_id=tenant_id, person_id__in=people, day__gte=clock.today(), cancelled_at__isnull=True
    )
    for day in days:
        day.cancelled_at, day.cancel_reason = ctx.now, "接待代表有变动"
        ctx.update(day, "cancelled_at", "cancel_reason")


def hand_over(ctx: Context, tenant_id: int, successors: Mapping[int, int | None]) -> None:
    """Open tasks of deputies in this congress's cases go to their successors, else to the administrator's pool."""
    if successors:
        pairs = [[person, successor] for person, successor in successors.items()]
        ctx.defer("congress.hand_over", tenant_id=tenant_id, pairs=pairs)
