"""What the who-expressions of flow files mean: ``post:KIND`` and ``head`` at an organisation or a congress."""

from __future__ import annotations

from django.db import models

from renda.congress.models import HEAD_KINDS, Congress, Organisation, Post, PostKind, Station
from renda.kernel.tenancy.models import Tenant


def posts_named(expression: str, anchor: models.Model | None, tenant_id: int) -> list[int]:
    """Party ids of posts, or an empty list when the expression is not of ours.

    ``post:KIND``: the posts of that kind in the organisation, or in the congress (anchor a congress, a tenant, a
    station, or nothing: the case's own). ``head``: the post that answers for the organisation, best kind first.
    A station's ``post:station_manager`` is its own manager.
    """
    word, _, kind = expression.partition(":")
    if word == "head":
        return _head(anchor)
    if word != "post" or kind not in PostKind.values:
        return []
    if isinstance(anchor, Station):
        if kind == PostKind.STATION_MANAGER:
            return [anchor.manager_id] if anchor.manager_id else []
        tenant_id = anchor.tenant_id
    posts = Post.objects.filter(kind=kind, party__is_active=True).order_by("party_id")
    if isinstance(anchor, Organisation):
        posts = posts.filter(organisation=anchor)
    elif isinstance(anchor, Tenant):
        posts = posts.filter(tenant=anchor, organisation__is_active=True)
    elif isinstance(anchor, Congress):
        posts = posts.filter(tenant_id=anchor.tenant_id, organisation__is_active=True)
    else:
        posts = posts.filter(tenant_id=tenant_id, organisation__is_active=True)
    return list(posts.values_list("party_id", flat=True))


def _head(anchor: models.Model | None) -> list[int]:
    if not isinstance(anchor, Organisation):
        return []
    found = dict(
        Post.objects.filter(organisation=anchor, kind__in=HEAD_KINDS, party__is_active=True)
        .order_by("-party_id")
        .values_list("kind", "party_id")
    )
    return next(([found[kind]] for kind in HEAD_KINDS if kind in found), [])
