"""Which running cases have a due that waits for a year's calendar."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from renda.kernel.deadlines.api import Outlook, Waiting
from renda.kernel.flow.models import Activation, Case, Task
from renda.kernel.flow.subjects import SUBJECTS, page_of
from renda.kernel.parties import Actor


def waiting(actor: Actor, limit: int) -> Outlook:
    """The cases in the actor's scope by the year of their earliest provisional due, and the first ``limit`` of them.

    A case is told by its title and address where its subject exists for the actor, else by its kind and congress.
    """
    dues: dict[int, datetime] = {}
    for case, at in _provisional():
        dues[case] = min(dues.get(case, at), at)
    by_year = Counter(timezone.localtime(at).year for at in dues.values())
    first = sorted(dues, key=lambda case: (dues[case], case))[:limit]
    cases = Case.objects.select_related("tenant").in_bulk(first) if first else {}
    seen = _seen(actor, cases.values())
    return Outlook(by_year, tuple(_told(cases[key], dues[key], is_seen=key in seen) for key in first if key in cases))


def _told(case: Case, due_at: datetime, *, is_seen: bool) -> Waiting:
    if is_seen:
        return Waiting(case.title, due_at, page_of(case))
    known = SUBJECTS.get(case.subject_type)
    return Waiting(f"{known.title if known else '办件'}（{case.tenant.name}）", due_at)


def _seen(actor: Actor, cases: Iterable[Case]) -> set[int]:
    """The cases whose subjects exist for the actor: one query a kind."""
    by_kind: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for case in cases:
        by_kind[case.subject_type][case.subject_id] = case.id
    found: set[int] = set()
    for label, by_subject in by_kind.items():
        known = SUBJECTS.get(label)
        if known is not None and known.rows is not None:
            here = known.rows(actor).filter(pk__in=by_subject).values_list("pk", flat=True)
            found.update(by_subject[key] for key in here)
    return found


def _provisional() -> Iterable[tuple[int, datetime]]:
    alive = Q(case__state=Case.State.RUNNING, provisional=True, due_at__isnull=False)
    yield from Task.objects.filter(alive, state__in=("open", "waiting")).values_list("case_id", "due_at")
    yield from Activation.objects.filter(alive, state="open").values_list("case_id", "due_at")
    cases = Case.objects.filter(state=Case.State.RUNNING, provisional=True, due_at__isnull=False)
    yield from cases.values_list("id", "due_at")
