"""The machine's moves: due-soon and overdue marks, what happens when time runs out, waits that are over."""

from __future__ import annotations

from typing import Any

from renda.kernel.errors import RendaError
from renda.kernel.flow.engine import closing, handover, opening
from renda.kernel.flow.engine.moves_act import rescan, settle
from renda.kernel.flow.engine.moves_seat import add, hand_to
from renda.kernel.flow.engine.paths import can_reject
from renda.kernel.flow.engine.run import Run
from renda.kernel.flow.engine.seats import MAIN, can_join
from renda.kernel.flow.engine.tokens import leave
from renda.kernel.flow.engine.world import Due
from renda.kernel.flow.models import Activation, Case, CaseEvent, Task
from renda.kernel.flow.shapes import Node


def tick(run: Run, case: Case) -> list[CaseEvent]:
    """Everything that time alone brings about in a case now, one event each."""
    done: list[CaseEvent] = []
    if not case.running or case.suspended_at is not None:
        return done
    done += handover.free_claims(run, case)
    for task in list(run.tree.of_case("task", case.id)):
        done += _task(run, case, task)
    for activation in list(run.tree.of_case("activation", case.id)):
        over = activation.due_at is not None and activation.due_at <= run.now
        if activation.state == "open" and over and case.suspended_at is None:
            with run.tree.recording():
                leave(run, activation, "timeout")
                rescan(run)
                done.append(run.event(case, "time_out", action="timeout", node=activation.node))
    return done


def _task(run: Run, case: Case, task: Task) -> list[CaseEvent]:
    if task.state != "open" or task.kind != "act":
        return []
    if task.due_at is not None and task.due_at < run.now and not task.overdue:
        return [time_out(run, case, task)]
    if task.soon_at is not None and task.soon_at <= run.now and not (task.due_soon or task.overdue):
        with run.tree.recording():
            run.tree.set(task, due_soon=True)
            return [run.event(case, "due_soon", node=task.node, task_id=task.id)]
    return []


def time_out(run: Run, case: Case, task: Task) -> CaseEvent:
    """The task is overdue: it is marked, and the node's ``on_timeout`` rules apply in their order, once."""
    activation = run.tree.activations[task.activation_id]
    node = run.tree.node(activation)
    with run.tree.recording():
        run.tree.set(task, overdue=True, due_soon=True)
        applied = [
            rule for rule in node.on_timeout if task.state == "open" and _apply(run, case, node, activation, task, rule)
        ]
        rescan(run)
        move = "time_out" if applied else "overdue"
        return run.event(case, move, node=node.id, task_id=task.id, target=" ".join(applied))


def _apply(run: Run, case: Case, node: Node, activation: Activation, task: Task, rule: str) -> bool:
    if rule == "remind":
        return True
    if rule.startswith("go:"):
        closing.unfinished(run, activation, "timed_out")
        leave(run, activation, rule)
        return True
    if task.role not in MAIN:
        # An adviser, or somebody added, is only reminded: the deadline is the seat's.
        return False
    if rule == "reject" and not can_reject(run, case, activation):
        return False
    if rule in ("approve", "reject"):
        run.tree.set(task, state="done", action=rule, reason="timed_out", closed_at=run.now, version=task.version + 1)
        closing.requests_of(run, task)
        settle(run, task)
        return True
    return _escalate(run, case, node, task, transfers=rule == "escalate:transfer")


def _escalate(run: Run, case: Case, node: Node, task: Task, *, transfers: bool) -> bool:
    """To the superior: his own seat where the mode has seats to add, else instead of the assignee; a ``single``
    or ``sequence`` node that says "add" lets him read along.
    """
    for superior in run.world.superiors(task.assignee_id, case):
        if transfers:
            try:
                hand_to(run, case, task, superior, ruled=False)
            except RendaError:
                continue
            return True
        if node.mode in ("all", "any", "ratio"):
            if can_join(run.tree, task.activation_id, superior, -1):
                add(run, case, task, superior, "parallel")
                return True
        elif run.world.humans(superior):
            opening.readers(run, case, run.tree.activations[task.activation_id], [superior], in_turn=False)
            return True
    return False


def recount(run: Run, case: Case) -> list[CaseEvent]:
    """Count provisional dues again: the year they reach into has its calendar now.

    A case that was ever suspended keeps its dues (its pauses were given back by the calendar of their day), and so
    does a task whose extension was granted to a date.
    """
    tree = run.tree
    paused = any(event.move == "suspend" for event in tree.events)
    if not case.running or paused:
        return []
    with tree.recording():
        for task in tree.of_case("task", case.id):
            activation = tree.activations[task.activation_id]
            deadline = tree.node(activation).deadline
            if deadline and task.provisional and task.unfinished and activation.round == 1:
                due = run.due(case, deadline, assigned=activation.opened_at)
                tree.set(task, **_as_due(due), soon_at=due.soon_at if due else None)
        for activation in tree.of_case("activation", case.id):
            span = tree.node(activation).until.or_after
            if activation.state == "open" and activation.provisional and span is not None:
                tree.set(activation, **_as_due(run.due(case, span, assigned=activation.opened_at)))
        rule = run.definition(case).deadline
        if case.provisional and rule is not None:
            tree.set(case, **_as_due(run.due(case, rule)))
        return [run.event(case, "recount")] if tree.effects else []


def _as_due(due: Due | None) -> dict[str, Any]:
    return {"due_at": due.at if due else None, "provisional": bool(due and due.provisional)}
