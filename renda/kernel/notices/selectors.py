"""An inbox is the notices of the person and of the posts she holds."""

from __future__ import annotations

from django.db import models

from renda.kernel.notices.models import Notice
from renda.kernel.parties import Actor

MANY = 99


def inbox(actor: Actor) -> models.QuerySet[Notice]:
    """The actor's notices, newest first."""
    return Notice.objects.filter(party_id__in=actor.party_ids).order_by("-created_at", "-id")


def unread_count(actor: Actor) -> int:
    """How many she has not read; counting stops at ``MANY`` + 1 (shown as 99+)."""
    if not actor.party_ids:
        return 0
    unread = Notice.objects.filter(party_id__in=actor.party_ids, read_at__isnull=True)
    return unread[: MANY + 1].count()
