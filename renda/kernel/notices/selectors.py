"""An inbox is the notices of the person and of the posts she holds; what failed is seen by who keeps the system."""

from __future__ import annotations

from django.db import models

from renda.kernel.notices.models import Delivery, Notice, PersonAddress, Subscription
from renda.kernel.notices.policy import RETRY
from renda.kernel.parties import Actor
from renda.kernel.policy import tenants_where

MANY = 99


def inbox(actor: Actor) -> models.QuerySet[Notice]:
    """The actor's notices, newest first."""
    return Notice.objects.filter(party_id__in=actor.party_ids).order_by("-created_at", "-id")


def unread(actor: Actor) -> models.QuerySet[Notice]:
    """What the actor has not read yet."""
    return inbox(actor).filter(read_at__isnull=True)


def unread_count(actor: Actor) -> int:
    """How many she has not read; counting stops at ``MANY`` + 1 (shown as 99+)."""
    return unread(actor).order_by()[: MANY + 1].count() if actor.party_ids else 0


def own_addresses(actor: Actor) -> models.QuerySet[PersonAddress]:
    """Where the actor has shown that she is reached."""
    return PersonAddress.objects.filter(party_id__in=_herself(actor)).order_by("channel")


def own_subscriptions(actor: Actor) -> models.QuerySet[Subscription]:
    """What the actor has subscribed to, newest first."""
    return Subscription.objects.filter(party_id__in=_herself(actor)).order_by("-created_at", "-id")


def deliveries_for(actor: Actor) -> models.QuerySet[Delivery]:
    """What is on its way, was sent or has failed where a post of the actor keeps the system."""
    return Delivery.objects.filter(tenant_id__in=tenants_where(actor, RETRY))


def failed_deliveries(actor: Actor) -> models.QuerySet[Delivery]:
    """Dead letters: what is not tried any more by itself."""
    return deliveries_for(actor).filter(state=Delivery.State.FAILED)


def _herself(actor: Actor) -> tuple[int, ...]:
    return () if actor.party_id is None else (actor.party_id,)
