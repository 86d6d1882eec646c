"""Which saved filters exist for whom: one's own, and those that somebody shares with an organisation of one's posts."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from renda.kernel.parties import Actor
from renda.kernel.saved_filters.models import SavedFilter


def own_filters(actor: Actor) -> QuerySet[SavedFilter]:
    """What the actor has saved, by list and name."""
    herself = () if actor.party_id is None else (actor.party_id,)
    return SavedFilter.objects.filter(party_id__in=herself).order_by("path", "name")


def filters_for(actor: Actor) -> QuerySet[SavedFilter]:
    """Her own, and what is shared with her organisations."""
    if actor.party_id is None:
        return SavedFilter.objects.none()
    shared = Q(shared_with__in=organisations_of(actor))
    return SavedFilter.objects.filter(Q(party_id=actor.party_id) | shared).order_by("name", "pk")


def organisations_of(actor: Actor) -> list[int]:
    """The organisations of the actor's posts."""
    return sorted({post.organisation_id for post in actor.posts})
