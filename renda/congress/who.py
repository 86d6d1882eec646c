"""What the who-expressions of flow files mean: ``post:KIND``, ``head`` and ``superior``."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from renda.congress.models import HEAD_KINDS, Congress, Organisation, OrganisationKind, Post, PostKind, Station
from renda.kernel import clock
from renda.kernel.parties.models import Holding, Party
from renda.kernel.tenancy.models import Tenant

# "The congress's" clerk, vetter … sits in the body that does the daily work of deputies, not in any committee.
_DAILY_WORK = (
    OrganisationKind.DEPUTIES_WORK_COMMITTEE,
    OrganisationKind.PRESIDIUM,
)
_DAILY_POSTS = (PostKind.ASSIGNER, PostKind.VETTER, PostKind.SUPERVISOR, PostKind.CLERK, PostKind.LEADER)


def posts_named(expression: str, anchor: models.Model | None, tenant_id: int) -> list[int]:
    """Party ids of posts, or an empty list when the expression is not of ours.

    ``post:KIND``: the posts of that kind in the organisation (anchor an organisation), in the congress (anchor a
    congress, a tenant, or nothing: the case's own), or at a station (its manager; its sub-district's working
    committee before the congress). A congress's assigner, vetter, supervisor, clerk, leader are those of its deputies'
    work committee or presidium; its business administrator is that of the nearest congress above which has one. ``head``: the post that answers for the organisation, best kind first.
    ``superior`` (anchor a party): see ``_superiors``.
    """
    word, _, kind = expression.partition(":")
    if word == "superior":
        return _superiors(anchor)
    if word == "head":
        return _head(Q(organisation=anchor)) if isinstance(anchor, Organisation) else []
    if word != "post" or kind not in PostKind.values:
        return []
    if isinstance(anchor, Organisation):
        return _posts(kind, Q(organisation=anchor))
    if isinstance(anchor, Station):
        return _at_station(kind, anchor)
    if isinstance(anchor, Tenant | Congress):
        tenant_id = anchor.id
    return _in_congress(kind, tenant_id)


def _posts(kind: str, where: Q) -> list[int]:
    posts = Post.objects.filter(where, kind=kind, party__is_active=True, organisation__is_active=True)
    return list(posts.order_by("party_id").values_list("party_id", flat=True))


def _in_congress(kind: str, tenant_id: int) -> list[int]:
    where = Q(tenant_id=tenant_id)
    if kind in _DAILY_POSTS:
        where &= Q(organisation__kind__in=_DAILY_WORK)
    found = _posts(kind, where)
    if not found and kind == PostKind.BUSINESS_ADMINISTRATOR:
        # A township has none: its county's office administers its flows.
        above = Tenant.objects.filter(id=tenant_id).values_list("parent_id", flat=True).first()
        return _in_congress(kind, above) if above is not None else []
    return found


def _at_station(kind: str, station: Station) -> list[int]:
    if kind == PostKind.STATION_MANAGER:
        return [station.manager_id] if station.manager_id else []
    committee = Q(organisation__kind=OrganisationKind.SUBDISTRICT_COMMITTEE, tenant_id=station.tenant_id)
    here = Q(organisation__place_id=station.place_id) | Q(organisation__place_id=station.place.parent_id)
    return _posts(kind, committee & here) or _in_congress(kind, station.tenant_id)


def _head(where: Q) -> list[int]:
    found = dict(
        Post.objects.filter(where, kind__in=HEAD_KINDS, party__is_active=True, organisation__is_active=True)
        .order_by("-party_id")
        .values_list("kind", "party_id")
    )
    return next(([found[kind]] for kind in HEAD_KINDS if kind in found), [])


def _superiors(anchor: models.Model | None) -> list[int]:
    """Whom a post answers to; for a person whom her posts of today answer to, none of her own posts among them.

    The head of its organisation; for the head that of the organisation above; without one, for a handling unit the
    head of the body that assigns and oversees (deputies' work committee, presidium), for a body of the congress its
    chair. A deputy answers to voters and electing units (选举法 2020 第四十九条): she has no superior here.
    """
    if not isinstance(anchor, Party):
        return []
    where = Q(party=anchor)
    if anchor.kind == Party.Kind.PERSON:
        today = clock.today()
        held = Holding.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), person=anchor, starts_on__lte=today)
        where = Q(party_id__in=held.values("post_id"))
    posts = list(Post.objects.filter(where).select_related("organisation").order_by("party_id"))
    own = {post.party_id for post in posts}
    return list(dict.fromkeys(above for post in posts for above in _above(post) if above not in own))


def _above(post: Post) -> list[int]:
    unit = post.organisation
    if post.kind == PostKind.DEPUTY:
        return []
    bodies = _DAILY_WORK if unit.is_handler else (OrganisationKind.STANDING_COMMITTEE, OrganisationKind.PRESIDIUM)
    for where in (
        Q(organisation=unit),
        Q(organisation_id=unit.parent_id),
        Q(tenant_id=unit.tenant_id, organisation__kind__in=bodies),
    ):
        if (found := _head(where)) and found != [post.party_id]:
            return found
    return []


def security_officers(tenant_id: int | None) -> list[int]:
    """The posts of the security officers (保密员) of a congress or the nearest one above that has one; without a congress,
    those of the top. Where nobody has been appointed to such a post yet, the business administrator hears of it.
    """
    tenant = Tenant.objects.filter(id=tenant_id) if tenant_id is not None else Tenant.objects.filter(parent=None)
    path = tenant.values_list("path", flat=True).first() or []
    held = Holding.objects.filter(ends_on__isnull=True).values("post_id")
    for kind in (PostKind.SECRECY_OFFICER, PostKind.BUSINESS_ADMINISTRATOR):
        posts = Post.objects.filter(kind=kind, tenant_id__in=path, organisation__is_active=True, party_id__in=held)
        found = dict(posts.values_list("party_id", "tenant_id"))
        if found:
            nearest = max(found.values(), key=path.index)
            return sorted(party for party, where in found.items() if where == nearest)
    return []
