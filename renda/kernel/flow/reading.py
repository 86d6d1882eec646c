"""What pages read of a case: its buttons, its trail, its opinions, who has it now."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import OuterRef, Subquery

from renda.kernel import clock
from renda.kernel.actions.api import Context
from renda.kernel.flow.engine.offers import Offer, offers
from renda.kernel.flow.engine.run import Run
from renda.kernel.flow.models import Activation, Case, CaseEvent, Task
from renda.kernel.flow.store import Store, mover_of
from renda.kernel.parties import Actor

CaseOrId = Case | int


def case_id(case: CaseOrId) -> int:
    """The id of a case given as row or id."""
    return case.id if isinstance(case, Case) else case


def offered(actor: Actor, case: CaseOrId) -> list[Offer]:
    """The buttons: exactly what is accepted now. Reads only; call it inside the actor's scope."""
    tree = Store(clock.now()).tree(case_id(case), lock=False)
    return offers(Run(tree, mover_of(actor)), tree.cases[case_id(case)])


def trail(case: CaseOrId) -> list[CaseEvent]:
    """The case's events in order, with actor and principal; without their effects, which only replay needs."""
    rows = CaseEvent.objects.filter(case_id=case_id(case)).select_related("actor", "on_behalf_of")
    return list(rows.defer("effects").order_by("seq"))


def opinions(case: CaseOrId) -> list[Task]:
    """Every task of the case with its opinion, round after round and seat beside seat (``node``, ``round`` on it)."""
    visit = Activation.objects.filter(id=OuterRef("activation_id"))
    tasks = Task.objects.filter(case_id=case_id(case)).select_related("assignee", "claimed_by", "principal")
    tasks = tasks.annotate(node=Subquery(visit.values("node")), round=Subquery(visit.values("round")))
    return list(tasks.order_by("activation_id", "seat", "position", "id"))


def assignees_of(ctx: Context, case: CaseOrId) -> list[int]:
    """The parties whose ``act`` tasks are open: whom an urging or a new deadline concerns."""
    tree = Store.of(ctx).tree(case_id(case), lock=True)
    found: Iterable[int] = (
        task.assignee_id for task in tree.of_case("task", case_id(case)) if task.kind == "act" and task.state == "open"
    )
    return list(dict.fromkeys(found))


def report_to(ctx: Context, case: CaseOrId) -> list[int]:
    """The parties that are told when the case is put under supervision."""
    tree = Store.of(ctx).tree(case_id(case), lock=True)
    run, row = Run(tree, mover_of(ctx.actor)), tree.cases[case_id(case)]
    return run.parties(run.definition(row).oversee.report, row)
