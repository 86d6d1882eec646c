"""What may be pressed: one function for the buttons and for the moves (invariant 11).

``offers`` lists every legal move of a person in a case. Each move asks ``require`` for its own offer first, which is
made by the same code. What an offer cannot list (who may receive, a reason that must not be empty) its move checks as
a form is checked, with ``Invalid``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from renda.kernel.errors import Forbidden, NotFound, Refused
from renda.kernel.flow.engine import undo
from renda.kernel.flow.engine.paths import can_reject, targets
from renda.kernel.flow.engine.run import Run
from renda.kernel.flow.engine.seats import MAIN, chains, may_fill
from renda.kernel.flow.errors import TaskGone
from renda.kernel.flow.models import Case, CaseEvent, PendingRequest, Task
from renda.kernel.flow.shapes import ASSIGNEE_MOVES, Node


@dataclass(frozen=True, slots=True)
class Offer:
    """One button. ``targets``: (node, ways to resume) of a send-back or jump; ``places``: of an added assignee."""

    move: str
    case_id: int
    action: str = ""
    task_id: int | None = None
    version: int | None = None
    request_id: int | None = None
    on_behalf_of: int | None = None
    targets: tuple[tuple[str, tuple[str, ...]], ...] = ()
    places: tuple[str, ...] = ()
    primary: bool = False
    title: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody acts on a task: with her own hand, or in a principal's name (代)."""

    person: int
    principal: int | None = None


def way(run: Run, case: Case, node: Node, task: Task) -> Way | None:
    """How the mover may act on a task: as assignee or holder of the post, else as a delegate; None: not at all."""
    person = run.mover.person
    if person is None:
        return None
    if task.assignee_id in run.mover.parties and _free(run, node, task, person):
        return Way(person)
    if node.secret:
        return None
    for party in run.world.principals(person, run.definition(case).key):
        # A post's delegate acts in the post's name, a person's delegate for all that person could act on.
        if task.assignee_id in run.world.parties_of(party) and party != person and _free(run, node, task, party):
            return Way(person, party)
    return None


def _free(run: Run, node: Node, task: Task, human: int) -> bool:
    """Not claimed by somebody else, and no second seat for one human."""
    if task.claimed_by_id is not None and task.claimed_by_id != human:
        return False
    return task.kind == "read" or may_fill(run.tree, node, task, human)


def actions_of(run: Run, case: Case, node: Node, task: Task) -> tuple[str, ...]:
    """The actions on a task, by its role: an adviser replies, whoever was added in a chain approves or rejects.

    ``reject`` is not among them where a rejection would have nowhere to go.
    """
    if task.role == "consult":
        return ("reply", *(a for a in node.actions if a in ("copy_to", "circulate")))
    actions = node.actions
    if task.role in ("before", "after"):
        passing = (a for a in actions if a in ("transfer", "consult", "copy_to", "circulate"))
        actions = ("approve", "reject", *passing)
    closes = "reject" in actions and decisive(run, case, node, task, "reject")
    if closes and not can_reject(run, case, run.tree.activations[task.activation_id]):
        return tuple(a for a in actions if a != "reject")
    return actions


def decisive(run: Run, case: Case, node: Node, task: Task, action: str) -> bool:
    """Whether an action closes the task."""
    if task.role in MAIN:
        return node.kind == "start" or run.definition(case).decisive(node, action)
    return action in ("reply", "approve", "reject")


def task_offers(run: Run, case: Case, task: Task) -> Iterator[Offer]:
    """The moves on one task."""
    if task.state != "open":
        return
    activation = run.tree.activations[task.activation_id]
    node = run.tree.node(activation)
    if task.kind == "read":
        yield from _reading(run, case, node, task)
        blocks = node.wait_readers and activation.state == "open" and case.suspended_at is None
        if blocks and run.administers(case):
            yield _offer(case, task, "transfer")
        return
    if not case.running or case.suspended_at is not None:
        return
    how = way(run, case, node, task)
    if how is not None:
        yield from _acting(run, case, node, task, how)
        yield from _claiming(run, case, task, how)
    if run.administers(case):
        if how is None or "transfer" not in node.actions or task.transfers >= node.transfer.limit:
            yield _offer(case, task, "transfer")
        if task.claimed_by_id is not None and (how is None or task.claimed_by_id != how.person):
            yield _offer(case, task, "release")


def _offer(case: Case, task: Task, move: str, how: Way | None = None, **values: Any) -> Offer:
    behalf = how.principal if how else None
    return Offer(move, case.id, task_id=task.id, version=task.version, on_behalf_of=behalf, **values)


def _reading(run: Run, case: Case, node: Node, task: Task) -> Iterator[Offer]:
    how = way(run, case, node, task)
    if how is not None:
        yield _offer(case, task, "read", how, title="已阅")


def _acting(run: Run, case: Case, node: Node, task: Task, how: Way) -> Iterator[Offer]:
    if task.read_at is None:
        yield _offer(case, task, "read", how)
    first = True
    for action in actions_of(run, case, node, task):
        if action in ASSIGNEE_MOVES:
            yield from _assignee_move(run, case, node, task, how, action)
            continue
        closes = decisive(run, case, node, task, action)
        yield _offer(case, task, "act", how, action=action, title=node.button(action), primary=first and closes)
        first = first and not closes


def _assignee_move(run: Run, case: Case, node: Node, task: Task, how: Way, move: str) -> Iterator[Offer]:
    if move == "send_back":
        found = targets(run, case, run.tree.activations[task.activation_id])
        if found:
            yield _offer(case, task, move, how, targets=tuple((one.node, one.resumes) for one in found))
    elif move == "transfer":
        if task.transfers < node.transfer.limit:
            yield _offer(case, task, move, how)
    elif move == "add_assignee":
        places = tuple(p for p in node.add if p != "parallel" or node.mode in ("all", "any", "ratio"))
        if places:
            yield _offer(case, task, move, how, places=places)
    elif move == "extend":
        if _may_ask(run, case, node, task):
            yield _offer(case, task, "extend_request", how)
    else:
        yield _offer(case, task, move, how)


def _may_ask(run: Run, case: Case, node: Node, task: Task) -> bool:
    asked = any(r.task_id == task.id and r.state == "pending" for r in run.tree.requests.values())
    in_time = task.due_at is not None and run.now < task.due_at
    return in_time and not asked and task.extensions < node.extend.times and bool(run.parties(node.extend.who, case))


def _claiming(run: Run, case: Case, task: Task, how: Way) -> Iterator[Offer]:
    """A post's task may be claimed by one of its holders, and given back."""
    if how.principal is not None or task.assignee_id == how.person:
        return
    if task.claimed_by_id is None:
        yield _offer(case, task, "claim", how, title="签收")
    elif task.claimed_by_id == how.person:
        yield _offer(case, task, "release", how, title="放回")


def removal(run: Run, case: Case, task: Task) -> Offer | None:
    """减签: by whoever added, or the administrator; the other has not acted; never the last seat."""
    if not (case.running and case.suspended_at is None and task.kind == "act" and task.unfinished):
        return None
    seats = chains(run.tree, task.activation_id)
    chain = seats[task.seat] if task.role in MAIN else [task]
    if any(one.action or one.state in ("done", "sent_back") for one in chain):
        return None
    if task.role in MAIN and len(seats) < 2:
        return None
    added = task.added_by_id is not None and task.added_by_id == run.mover.person
    return _offer(case, task, "remove_assignee") if added or run.administers(case) else None


def case_offers(run: Run, case: Case) -> Iterator[Offer]:
    """The moves on the case as a whole."""
    if not case.running:
        if case.state == "ended" and case.parent_activation_id is None:
            yield from _reopening(run, case)
        return
    administers = run.administers(case)
    if administers or (not acted(run, case) and run.named(run.definition(case).terminate, case)):
        yield Offer("terminate", case.id)
    may_suspend = administers or run.named(run.definition(case).suspend, case)
    if case.suspended_at is not None:
        if may_suspend:
            yield Offer("resume", case.id)
        return
    if may_suspend and not _open_secret_vote(run, case):
        yield Offer("suspend", case.id)
    yield from _pushing(run, case)
    if administers:
        yield Offer("jump", case.id, targets=tuple((node, ()) for node in jump_targets(run, case)))
    yield from _granting(run, case)


def _pushing(run: Run, case: Case) -> Iterator[Offer]:
    flow = run.definition(case)
    rested = case.urged_at is None or run.now - case.urged_at >= timedelta(hours=flow.urge.hours)
    if rested and run.named((*flow.urge.who, *flow.oversee.who), case) and _somebody_works(run, case):
        yield Offer("urge", case.id, title="催办")
    if case.overseen_at is None and run.named(flow.oversee.who, case):
        yield Offer("oversee", case.id, title="督办")


def _somebody_works(run: Run, case: Case) -> bool:
    return any(task.kind == "act" and task.state == "open" for task in run.tree.of_case("task", case.id))


def _reopening(run: Run, case: Case) -> Iterator[Offer]:
    rule = run.definition(case).reopen
    if rule.to and (run.administers(case) or run.named(rule.who, case)):
        yield Offer("reopen", case.id, targets=tuple((node, ()) for node in rule.to))


def _granting(run: Run, case: Case) -> Iterator[Offer]:
    for request in run.tree.of_case("request", case.id):
        if may_grant(run, case, request):
            move = "extend" if request.kind == "extend" else "jump"
            yield Offer(f"{move}_grant", case.id, request_id=request.id, task_id=request.task_id)
            yield Offer(f"{move}_refuse", case.id, request_id=request.id, task_id=request.task_id)


def may_grant(run: Run, case: Case, request: PendingRequest) -> bool:
    """The named approver; for a jump, any administrator but the one who asked."""
    if request.state != "pending" or run.mover.person is None:
        return False
    if request.kind == "jump":
        return run.administers(case) and run.mover.person != request.asked_by_id
    return not run.mover.parties.isdisjoint(request.approvers)


def jump_targets(run: Run, case: Case) -> list[str]:
    """Nodes outside every parallel block at which a token can stop."""
    flow = run.definition(case)
    kinds = {"task", "circulate", "wait", "call", "end"} | ({"start"} if case.initiator_id is not None else set())
    return [n.id for n in flow.nodes if n.kind in kinds and flow.block_of.get(n.id) == ()]


def acted(run: Run, case: Case) -> bool:
    """Whether any human has acted since the case was submitted (the machine's own acts carry a reason)."""
    start = run.definition(case).start.id
    return any(
        task.action and task.kind == "act" and not task.reason
        for activation in run.tree.of_case("activation", case.id)
        if activation.node != start
        for task in run.tree.tasks_of(activation.id)
    )


def _open_secret_vote(run: Run, case: Case) -> bool:
    return any(a.state == "open" and run.tree.node(a).secret for a in run.tree.of_case("activation", case.id))


def withdrawable(run: Run, case: Case) -> list[tuple[CaseEvent, Task]]:
    """The mover's own acts that can be taken back now, with the task each was done on."""
    if not case.running or case.suspended_at is not None or run.mover.person is None:
        return []
    mine = [
        event
        for event in run.tree.events
        if event.case_id == case.id and run.mover.person in (event.actor_id, event.on_behalf_of_id)
    ]
    found = [(event, undo.task_of(run, event)) for event in mine]
    return [(event, task) for event, task in found if task is not None and undo.possible(run, event)]


def _task_part(run: Run, case: Case) -> list[Offer]:
    tasks = run.tree.of_case("task", case.id)
    found = [offer for task in tasks for offer in task_offers(run, case, task)]
    return found + [offer for task in tasks if (offer := removal(run, case, task)) is not None]


def open_offers(run: Run, case: Case) -> list[Offer]:
    """Every legal move of the mover in a case but taking back, which alone needs the case's events."""
    return [*_task_part(run, case), *case_offers(run, case)]


def offers(run: Run, case: Case) -> list[Offer]:
    """Every legal move of the mover in a case."""
    taken_back = [
        Offer("withdraw", case.id, action=event.action, task_id=task.id, version=task.version, title="取回")
        for event, task in withdrawable(run, case)
    ]
    return [*_task_part(run, case), *taken_back, *case_offers(run, case)]


def require(
    run: Run, case: Case, move: str, *, task: Task | None = None, version: int | None = None, action: str = ""
) -> Offer:
    """The offer behind a press.

    Raises:
        TaskGone: the task is no longer as the person saw it.
        Forbidden: she is nobody who could ever do this here.
        Refused: not in this state.
    """
    if move == "remove_assignee" and task is not None:
        offer = removal(run, case, task)
    else:
        found = task_offers(run, case, task) if task is not None else case_offers(run, case)
        offer = next((one for one in found if one.move == move and one.action == action), None)
    if task is not None and (stale(task, version) or (offer is None and task.state != "open")):
        raise gone(run, task)
    if offer is not None:
        return offer
    if task is not None and run.mover.kind == "person" and is_mine(run, case, task):
        raise Refused("flow.not_now", "这个环节现在不能这样操作。")
    if task is not None or run.mover.kind != "person":
        raise Forbidden("flow.not_assignee", "您不是这项工作的办理人。")
    raise Refused("flow.not_now", "现在不能这样操作，或者您没有这项权限。")


def is_mine(run: Run, case: Case, task: Task) -> bool:
    """Whether a task is the mover's to see: as assignee, holder of the post, or delegate."""
    node = run.tree.node(task)
    return task.assignee_id in run.mover.parties or way(run, case, node, task) is not None


def stale(task: Task, version: int | None) -> bool:
    """Whether the task has changed since the person saw it."""
    return version is not None and version != task.version


def gone(run: Run, task: Task) -> TaskGone:
    """Who was quicker, and when."""
    for event in reversed(run.tree.events):
        closed_it = task.closed_at is not None and event.at == task.closed_at
        if (event.task_id == task.id or closed_it) and event.move not in ("read", "due_soon", "overdue"):
            name = run.world.name(event.actor_id) if event.actor_id else event.actor_name
            return TaskGone(name, event.at)
    return TaskGone()


def find_task(run: Run, case: Case, task_id: int) -> Task:
    """A task of this case (not of another one in its tree).

    Raises:
        NotFound: there is none.
    """
    task = run.tree.tasks.get(task_id)
    if task is None or task.case_id != case.id:
        raise NotFound
    return task
