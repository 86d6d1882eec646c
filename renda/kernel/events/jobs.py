"""The outbox keeps a day."""

from __future__ import annotations

from datetime import timedelta

from renda.kernel.clock import now
from renda.kernel.events.models import Event
from renda.kernel.jobs import job

KEPT = timedelta(days=1)


@job("events.trim", every="17 * * * *")
def trim(timestamp: int) -> None:
    """Forget keys older than a day; every page has asked again long ago."""
    Event.objects.filter(created_at__lt=now() - KEPT).delete()
