"""What pages read of a case: its buttons, its trail, its opinions, who has it now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from renda.kernel import clock
from renda.kernel.actions.api import Context
from renda.kernel.flow.engine.offers import Offer, offers, open_offers
from renda.kernel.flow.engine.rights import FieldRights, rights
from renda.kernel.flow.engine.run import Run
from renda.kernel.flow.engine.tree import Tree
from renda.kernel.flow.engine.world import MACHINE
from renda.kernel.flow.models import Activation, Case, CaseEvent, PendingRequest, Task
from renda.kernel.flow.shapes import Deadline
from renda.kernel.flow.store import Store
from renda.kernel.flow.subjects import SUBJECTS
from renda.kernel.flow.todo import loans
from renda.kernel.flow.world import database_of, explained, mover_of
from renda.kernel.parties import Actor

CaseOrId = Case | int


def case_id(case: CaseOrId) -> int:
    """The id of a case given as row or id."""
    return case.id if isinstance(case, Case) else case


@dataclass(frozen=True, slots=True)
class Assignee:
    """A party that has or had a task of the case: its name, and how many people act for it today."""

    name: str
    people: int


@dataclass(frozen=True, slots=True)
class TaskDue:
    """When a task is due, and why: Chinese lines with rule, article, days counted, and what changed it since."""

    at: datetime
    provisional: bool
    explanation: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseView:
    """What a case's page reads at once: its buttons, its trail, its tasks, who has them (by party), when the open ones
    are due (by task), its requests, and which of the subject's fields it may show.
    """

    offers: list[Offer]
    trail: list[CaseEvent]
    tasks: list[Task]
    assignees: dict[int, Assignee]
    dues: dict[int, TaskDue]
    requests: list[PendingRequest]
    rights: FieldRights


def view(actor: Actor, case: CaseOrId, *, subject: models.Model | None = None) -> CaseView:
    """A case as its page shows it to an actor. Reads only; call it inside the actor's scope.

    ``subject``: the case's subject, when the page has read it already with the rows that its flow asks for.
    """
    store = Store(clock.now(), named=True)
    if subject is not None:
        store.world.know_subject(subject)
    if actor.party_id is not None:
        store.world.know_lent(actor.party_id, [(loan.principal, loan.flows) for loan in loans(actor)])
    tree = store.show(case) if isinstance(case, Case) else store.tree(case, lock=False)
    tasks = tree.of_case("task", case_id(case))
    parties = {task.assignee_id for task in tasks} | _handed_on(tree)
    store.world.learn(parties)
    run, row = Run(tree, mover_of(actor)), tree.cases[case_id(case)]
    return CaseView(
        offers(run, row),
        [event for event in tree.events if event.case_id == case_id(case)],
        tasks,
        {party: Assignee(store.world.name(party), len(store.world.humans(party))) for party in parties},
        {
            task.id: TaskDue(task.due_at, task.provisional, _why_due(tree, task))
            for task in tasks
            if task.state == "open" and task.due_at is not None
        },
        tree.of_case("request", case_id(case)),
        rights(run, row),
    )


def views(actor: Actor, subjects: Mapping[int, models.Model]) -> dict[int, CaseView]:
    """A set of cases (by id, with their subjects) as ``view`` shows one, without what needs their events: no trail, no
    arithmetic of dues, and nothing is offered to be taken back. The number of queries does not grow with the cases of one
    office. Cases out of scope are left out.
    """
    store = Store(clock.now())
    for subject in subjects.values():
        store.world.know_subject(subject)
    if actor.party_id is not None:
        store.world.know_lent(actor.party_id, [(loan.principal, loan.flows) for loan in loans(actor)])
    trees = store.trees(subjects)
    store.world.learn({task.assignee_id for tree in trees.values() for task in tree.tasks.values()})
    return {case: _now(Run(tree, mover_of(actor)), tree.cases[case]) for case, tree in trees.items()}


def _now(run: Run, case: Case) -> CaseView:
    world, tasks = database_of(run.tree), run.tree.of_case("task", case.id)
    assignees = {
        party: Assignee(world.name(party), len(world.humans(party))) for party in {task.assignee_id for task in tasks}
    }
    requests = run.tree.of_case("request", case.id)
    return CaseView(open_offers(run, case), [], tasks, assignees, {}, requests, rights(run, case))


def _handed_on(tree: Tree) -> set[int]:
    """The parties that tasks of the tree were taken from."""
    return {int(event.origin) for event in tree.events if event.move == "transfer" and event.origin}


def offered(actor: Actor, case: CaseOrId) -> list[Offer]:
    """The buttons: exactly what is accepted now. Reads only; call it inside the actor's scope."""
    tree = Store(clock.now()).tree(case_id(case), lock=False)
    return offers(Run(tree, mover_of(actor)), tree.cases[case_id(case)])


def trail(case: CaseOrId) -> list[CaseEvent]:
    """The case's events in order, with actor and principal; without their effects, which only replay needs."""
    rows = CaseEvent.objects.filter(case_id=case_id(case)).select_related("actor", "on_behalf_of")
    return list(rows.defer("effects").order_by("seq"))


def said(cases: Iterable[int], words: Collection[str]) -> list[CaseEvent]:
    """The events of these actions or moves in a set of cases, in order, without their effects."""
    rows = CaseEvent.objects.filter(Q(action__in=words) | Q(move__in=words), case_id__in=list(cases))
    return list(rows.defer("effects").order_by("case_id", "seq"))


def opinions(case: CaseOrId) -> list[Task]:
    """Every task of the case with its opinion, round after round and seat beside seat (``round`` on it)."""
    visit = Activation.objects.filter(id=OuterRef("activation_id"))
    tasks = Task.objects.filter(case_id=case_id(case)).select_related("assignee", "claimed_by", "principal")
    tasks = tasks.annotate(round=Subquery(visit.values("round")))
    return list(tasks.order_by("activation_id", "seat", "position", "id"))


def assignees_of(ctx: Context, case: CaseOrId) -> list[int]:
    """The parties whose ``act`` tasks are open: whom an urging or a new deadline concerns."""
    tree = Store.of(ctx).tree(case_id(case), lock=True)
    found: Iterable[int] = (
        task.assignee_id for task in tree.of_case("task", case_id(case)) if task.kind == "act" and task.state == "open"
    )
    return list(dict.fromkeys(found))


def approvers_of(ctx: Context, case: CaseOrId) -> list[int]:
    """The parties whose word a request waits for: those named for an extension, the administrators for a jump."""
    tree = Store.of(ctx).tree(case_id(case), lock=True)
    run, row = Run(tree, mover_of(ctx.actor)), tree.cases[case_id(case)]
    waiting = [request for request in tree.of_case("request", row.id) if request.state == "pending"]
    found: dict[int, None] = {}
    for request in waiting:
        named = request.approvers if request.kind == "extend" else run.parties(run.definition(row).administrator, row)
        found |= dict.fromkeys(named)
    return list(found)


def report_to(ctx: Context, case: CaseOrId) -> list[int]:
    """The parties that are told when the case is put under supervision."""
    tree = Store.of(ctx).tree(case_id(case), lock=True)
    run, row = Run(tree, mover_of(ctx.actor)), tree.cases[case_id(case)]
    return run.parties(run.definition(row).oversee.report, row)


def explain_due(case: CaseOrId, task_id: int | None = None) -> tuple[str, ...]:
    """The arithmetic of a due in Chinese lines: rule, article, days counted, then what changed it since.

    Of a task, or without one of the whole case.
    """
    tree = Store(clock.now()).tree(case_id(case), lock=False)
    return _why_case_due(tree, tree.cases[case_id(case)]) if task_id is None else _why_due(tree, tree.tasks[task_id])


def _why_due(tree: Tree, task: Task) -> tuple[str, ...]:
    activation, row = tree.activations[task.activation_id], tree.cases[task.case_id]
    deadline = tree.node(activation).deadline
    if deadline is None or task.due_at is None:
        return ()
    start = Run(tree, MACHINE).counts_from(row, deadline, activation.opened_at)
    lines = list(explained(deadline.key, row.tenant_id, start, _counted_from(tree, row, deadline)))
    if deadline.again == "remaining" and activation.round > 1:
        lines = ["退回前余下的时间接着计算。"]
    return (*lines, *_changes(tree, row, activation.opened_at, task))


def _why_case_due(tree: Tree, case: Case) -> tuple[str, ...]:
    deadline = tree.definition(case).deadline
    if deadline is None or case.due_at is None:
        return ()
    woken = [event.at for event in tree.events if event.case_id == case.id and event.move == "reopen"]
    if woken and deadline.again == "remaining":
        return ("唤醒后，办结前余下的时间接着计算。", *_changes(tree, case, woken[-1]))
    begun = woken[-1] if woken else Run(tree, MACHINE).counts_from(case, deadline, case.started_at)
    event = "唤醒" if woken else _counted_from(tree, case, deadline)
    return (*explained(deadline.key, case.tenant_id, begun, event), *_changes(tree, case, begun))


def _counted_from(tree: Tree, case: Case, deadline: Deadline) -> str:
    """The event that a deadline counts from, in words."""
    kind, _, name = deadline.start.partition(":")
    known, node = SUBJECTS.get(case.subject_type), tree.definition(case).by_id.get(name)
    match kind:
        case "field":
            return known.field_title(name) if known else name
        case "node":
            return f"“{node.title if node else name}”办结"
        case "started":
            return "办件发起"
    return "到达本环节"


def _changes(tree: Tree, case: Case, since: datetime, task: Task | None = None) -> list[str]:
    events = (event for event in tree.events if event.case_id == case.id and event.at >= since)
    return [line for event in events for line in _change(event, task)]


def _change(event: CaseEvent, task: Task | None) -> list[str]:
    moment = timezone.localtime(event.at)
    day = f"{moment.year}年{moment.month}月{moment.day}日"
    if event.move == "extend_grant" and task is not None and event.task_id == task.id:
        until = timezone.localtime(datetime.fromisoformat(event.target))
        return [f"{day}经批准延期至{until.year}年{until.month}月{until.day}日。"]
    words = {"suspend": f"{day}起停止计算：{event.opinion}", "resume": f"{day}起继续计算，停止的时间已补足。"}
    return [words[event.move]] if event.move in words else []
