"""Which running cases have a due that waits for a year's calendar."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from renda.kernel.deadlines.api import Outlook, Waiting
from renda.kernel.flow.models import Activation, Case, Task
from renda.kernel.flow.subjects import SUBJECTS
from renda.kernel.parties import Actor


def waiting(actor: Actor, limit: int) -> Outlook:
    """The cases in the actor's scope by the year of their earliest provisional due, and the first ``limit`` of them.

    A case is told by its kind and its congress: its title may not be for the reader.
    """
    dues: dict[int, datetime] = {}
    for case, at in _provisional():
        dues[case] = min(dues.get(case, at), at)
    by_year = Counter(timezone.localtime(at).year for at in dues.values())
    first = sorted(dues, key=lambda case: (dues[case], case))[:limit]
    cases = Case.objects.select_related("tenant").in_bulk(first) if first else {}
    return Outlook(by_year, tuple(Waiting(_told(cases[key]), dues[key]) for key in first if key in cases))


def _told(case: Case) -> str:
    known = SUBJECTS.get(case.subject_type)
    return f"{known.title if known else '办件'}（{case.tenant.name}）"


def _provisional() -> Iterable[tuple[int, datetime]]:
    alive = Q(case__state=Case.State.RUNNING, provisional=True, due_at__isnull=False)
    yield from Task.objects.filter(alive, state__in=("open", "waiting")).values_list("case_id", "due_at")
    yield from Activation.objects.filter(alive, state="open").values_list("case_id", "due_at")
    cases = Case.objects.filter(state=Case.State.RUNNING, provisional=True, due_at__isnull=False)
    yield from cases.values_list("id", "due_at")
