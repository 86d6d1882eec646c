"""The common issues of an area, as a page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Count, Max, Min, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse

from renda.voice.issues.gathering import FEWEST_PLACES, FEWEST_VOICES
from renda.voice.models import IssueFigure
from renda.voice.statistics.areas import Area

_MOST = 200


@dataclass(frozen=True, slots=True)
class Issue:
    """One matter with what the area says of it: how many messages, from how many villages or districts, when."""

    id: int
    title: str
    voices: int
    places: int
    open: int
    first_at: datetime
    last_at: datetime
    rows_url: str


def issues_of(area: Area) -> list[Issue]:
    """Matters that several places of the congress's area speak of in the last year, the latest first; one query."""
    figures = IssueFigure.objects.filter(tenant__path__contains=[area.tenant_id])
    counted = (
        figures.order_by()
        .values("issue_id", "issue__title")
        .annotate(
            voices=Sum("voices"),
            places=Count(Coalesce("place_id", "tenant_id"), distinct=True),
            open=Sum("open"),
            first_at=Min("first_at"),
            last_at=Max("last_at"),
        )
    )
    several = counted.filter(voices__gte=FEWEST_VOICES, places__gte=FEWEST_PLACES).order_by("-last_at", "issue_id")
    return [
        Issue(pk, title, **counts, rows_url=_rows_url(area, pk))
        for pk, title, counts in ((row.pop("issue_id"), row.pop("issue__title"), row) for row in several[:_MOST])
    ]


def _rows_url(area: Area, issue_id: int) -> str:
    return f"{reverse('voice:message.list')}?{urlencode({'area': str(area), 'issue': issue_id})}"
