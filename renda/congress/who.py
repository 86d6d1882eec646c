"""What the who-expressions of flow files mean: ``post:KIND`` and ``head`` at an organisation or a congress."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from renda.congress.models import HEAD_KINDS, Congress, Organisation, OrganisationKind, Post, PostKind, Station
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
    work committee or presidium. ``head``: the post that answers for the organisation, best kind first.
    """
    word, _, kind = expression.partition(":")
    if word == "head":
        return _head(anchor)
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
    return _posts(kind, where)


def _at_station(kind: str, station: Station) -> list[int]:
    if kind == PostKind.STATION_MANAGER:
        return [station.manager_id] if station.manager_id else []
    committee = Q(organisation__kind=OrganisationKind.SUBDISTRICT_COMMITTEE, tenant_id=station.tenant_id)
    here = Q(organisation__place_id=station.place_id) | Q(organisation__place_id=station.place.parent_id)
    return _posts(kind, committee & here) or _in_congress(kind, station.tenant_id)


def _head(anchor: models.Model | None) -> list[int]:
    if not isinstance(anchor, Organisation):
        return []
    found = dict(
        Post.objects.filter(organisation=anchor, kind__in=HEAD_KINDS, party__is_active=True)
        .order_by("-party_id")
        .values_list("kind", "party_id")
    )
    return next(([found[kind]] for kind in HEAD_KINDS if kind in found), [])
