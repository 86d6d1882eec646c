"""Counting the voices of issues by place, so that a page adds up places and not messages."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, Max, Min, Q

from renda.kernel import clock
from renda.voice.models import IssueFigure, IssueVoice

# How far back a page looks.
DAYS = 365


def count_voices(issue_id: int | None = None) -> None:
    """Count one issue's voices of the last year again, or all issues', in the scope that is open. Sealed texts do not count."""
    voices = IssueVoice.objects.filter(
        taken_out=False,
        message__is_sealed=False,
        message__submitted_at__gte=clock.now() - timedelta(days=DAYS),
    )
    old = IssueFigure.objects.all()
    if issue_id is not None:
        voices, old = voices.filter(issue_id=issue_id), old.filter(issue_id=issue_id)
    counted = (
        voices.order_by()
        .values("tenant_id", "issue_id", "message__place_id")
        .annotate(
            voices=Count("pk"),
            open=Count("pk", filter=Q(message__concluded_at=None)),
            first_at=Min("message__submitted_at"),
            last_at=Max("message__submitted_at"),
        )
    )
    fresh = [IssueFigure(place_id=row.pop("message__place_id"), **row) for row in counted]
    old.delete()
    IssueFigure.objects.bulk_create(fresh, batch_size=2000)
