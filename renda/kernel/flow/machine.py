"""The machine's actions: time passes, calendars arrive, people leave. Nobody else may call them."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from renda.kernel import clock
from renda.kernel.actions.api import Context, Existing, existing
from renda.kernel.flow import api, turns
from renda.kernel.flow.models import Activation, Case, Task
from renda.kernel.parties import Actor
from renda.kernel.parties.models import Holding, Party
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant

logger = logging.getLogger(__name__)
CHUNK = 200


def _for_machine(actor: Actor) -> QuerySet[Case]:
    return Case.objects.all() if actor.kind == "machine" else Case.objects.none()


@existing("flow.time_out", title="到时处理", select=_for_machine, case_field="id")
def flow_time_out(ctx: Context, case: Case) -> Case:
    """Due-soon and overdue marks, timeouts, waits that are over: everything due in a case now."""
    api.time_out(ctx, case)
    return case


@existing("flow.recount", title="重算暂定时限", select=_for_machine, case_field="id")
def flow_recount(ctx: Context, case: Case) -> Case:
    """Count a case's provisional dues again."""
    api.recount(ctx, case)
    return case


@existing("flow.hand_over", title="移交离任人员待办", select=_for_machine, case_field="id")
def flow_hand_over(ctx: Context, case: Case, *, person: int, successor: int | None = None) -> Case:
    """A leaver's tasks in one case go to her successor, else to the administrator's pool."""
    api.hand_over(ctx, case, person=person, successor=successor)
    return case


def due_cases(now: datetime) -> list[int]:
    """Running cases in scope in which time has something to do; four indexed queries."""
    alive = Q(case__state=Case.State.RUNNING, case__suspended_at=None)
    acts = Task.objects.filter(alive, state=Task.State.OPEN, kind="act")
    found: set[int] = set(acts.filter(overdue=False, due_at__lt=now).values_list("case_id", flat=True))
    found.update(acts.filter(due_soon=False, overdue=False, soon_at__lte=now).values_list("case_id", flat=True))
    claimed = acts.filter(claimed_by__isnull=False, assignee__kind=Party.Kind.POST)
    held = Holding.on(timezone.localdate(now)).filter(post=OuterRef("assignee"), person=OuterRef("claimed_by"))
    found.update(claimed.exclude(Exists(held)).values_list("case_id", flat=True))
    waits = Activation.objects.filter(alive, state="open", due_at__lte=now)
    found.update(waits.values_list("case_id", flat=True))
    return sorted(found)


def run_clock() -> int:
    """Let time act on every case that is due at the kernel clock's moment; gives how many cases.

    The set form in chunks; a chunk with a faulty case is done one by one, so that one case never stops the clock.
    Congresses whose history is being replayed are passed over (``turns``).
    """
    actor = Actor.machine("流程时钟", everywhere())
    with turns.present(actor.tenants) as present:
        with tenant_transaction(actor.tenants):
            cases = due_cases(clock.now())
            if replayed := actor.tenants - present:
                logger.info("the clock passes over %d congresses whose history is being replayed", len(replayed))
                here = Case.objects.filter(id__in=cases, tenant_id__in=present)
                cases = list(here.order_by("id").values_list("id", flat=True))
        _in_chunks(flow_time_out, actor, cases)
    return len(cases)


def next_moments(cases: Iterable[int]) -> dict[int, set[datetime]]:
    """When the clock has something to do in running cases in scope: the minutes at which it would see each mark, timeout
    and end of a wait that is known now. Two indexed queries.
    """
    found: defaultdict[int, set[datetime]] = defaultdict(set)
    alive = Q(case__in=list(cases), case__state=Case.State.RUNNING, case__suspended_at=None)
    acts = Task.objects.filter(alive, state=Task.State.OPEN, kind="act", overdue=False)
    for case, soon_at, due_at, due_soon in acts.values_list("case_id", "soon_at", "due_at", "due_soon"):
        found[case].update(_minute_after(at) for at in (None if due_soon else soon_at, due_at) if at is not None)
    waits = Activation.objects.filter(alive, state="open", due_at__isnull=False)
    for case, due_at in waits.values_list("case_id", "due_at"):
        found[case].add(_minute_after(due_at))
    return found


def _minute_after(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0) + timedelta(minutes=1)


def pass_time(until: Mapping[int, datetime]) -> None:
    """Let the clock act on each case, minute by minute as it would have, up to a moment of its own (replayed history).

    Nobody is told. What an act opens is followed up: a timeout, then the wait behind it.
    """
    actor = Actor.machine("流程时钟", everywhere())
    clock_act = flow_time_out.quietly()
    waiting = list(until)
    while waiting:
        with tenant_transaction(actor.tenants):
            moments = next_moments(waiting)
        due = sorted((at, case) for case, ats in moments.items() for at in ats if at <= until[case])
        for start in range(0, len(due), CHUNK):
            part = due[start : start + CHUNK]
            clock_act.many(actor, [(case, {}) for _, case in part], times=[at for at, _ in part])
        waiting = list({case for _, case in due})


def recount_year(year: int) -> int:
    """Count provisional dues again after a year's calendar was loaded; gives how many cases were looked at."""
    actor = Actor.machine("节假日安排公布", everywhere())
    with tenant_transaction(actor.tenants):
        running = Q(case__state=Case.State.RUNNING)
        waiting = Task.objects.filter(running, provisional=True, state__in=("open", "waiting"))
        found = set(waiting.values_list("case_id", flat=True))
        waits = Activation.objects.filter(running, provisional=True, state="open")
        found.update(waits.values_list("case_id", flat=True))
        found.update(Case.objects.filter(state=Case.State.RUNNING, provisional=True).values_list("id", flat=True))
    _in_chunks(flow_recount, actor, sorted(found))
    return len(found)


def hand_over(person: int, successor: int | None = None) -> int:
    """A person has left: all her unfinished tasks move on; gives how many cases it concerned."""
    actor = Actor.machine("人员离任", everywhere())
    with tenant_transaction(actor.tenants):
        mine = Task.objects.filter(Q(assignee_id=person) | Q(claimed_by_id=person), state__in=("open", "waiting"))
        cases = sorted(set(mine.values_list("case_id", flat=True)))
    _in_chunks(flow_hand_over, actor, cases, person=person, successor=successor)
    return len(cases)


def everywhere() -> Iterable[int]:
    """All tenants in use: work of the machine crosses congresses as the cases do."""
    return list(Tenant.objects.filter(is_active=True).values_list("id", flat=True))


def _in_chunks(action: Existing[Case, Any, Case], actor: Actor, cases: Sequence[int], **given: Any) -> None:
    for start in range(0, len(cases), CHUNK):
        chunk = cases[start : start + CHUNK]
        try:
            action.many(actor, [(case, given) for case in chunk], skip_refused=True)
        except Exception:
            logger.exception("%s: a set of %d cases failed, one by one now", action.name, len(chunk))
            _one_by_one(action, actor, chunk, **given)


def _one_by_one(action: Existing[Case, Any, Case], actor: Actor, cases: Sequence[int], **given: Any) -> None:
    for case in cases:
        try:
            action(actor, case, **given)
        except Exception:
            logger.exception("%s: case %d", action.name, case)
