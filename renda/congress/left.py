"""Who has left: an account that sleeps and whose last office ended before a moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import DateField, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest

from renda.congress.models import Mandate, Person
from renda.kernel.parties.models import Holding


def _last(rows: Any) -> Subquery:
    return Subquery(rows.order_by().values("person_id").annotate(last=Max("ends_on")).values("last"), DateField())


def people_left(rows: QuerySet[Any], before: datetime) -> QuerySet[Any]:
    """Accounts put to sleep whose last post, mandate or term of the account ended before; none is open."""
    posts = Holding.objects.filter(person_id=OuterRef("pk"))
    mandates = Mandate._base_manager.filter(person_id=OuterRef("pk"))
    found: QuerySet[Any] = (
        rows.filter(party__is_active=False)
        .exclude(pk__in=Holding.objects.filter(ends_on=None).values("person_id"))
        .exclude(pk__in=Mandate._base_manager.filter(ends_on=None).values("person_id"))
        # GREATEST passes over what is empty.
        .annotate(left_on=Greatest(_last(posts), _last(mandates), F("expires_on"), output_field=DateField()))
        .filter(Q(left_on__lt=before.date()))
    )
    return found


def addresses_left(rows: QuerySet[Any], before: datetime) -> QuerySet[Any]:
    """The addresses of such people."""
    return rows.filter(party_id__in=people_left(Person.objects.all(), before).values("pk"))
