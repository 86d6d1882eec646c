"""Ending what is under way: tasks, requests, activations, whole branches."""

from __future__ import annotations

from renda.kernel.flow.engine.run import Run
from renda.kernel.flow.models import Activation, Case, PendingRequest, Task, Token


def task(run: Run, one: Task, reason: str) -> None:
    """Cancel an unfinished task and what was asked for it."""
    run.tree.set(one, state="cancelled", reason=reason, closed_at=run.now, version=one.version + 1)
    requests_of(run, one)


def request(run: Run, one: PendingRequest) -> None:
    """Cancel a pending request."""
    if one.state == "pending":
        run.tree.set(one, state="cancelled", closed_at=run.now)


def requests_of(run: Run, one: Task) -> None:
    """Cancel what is still asked for a task."""
    for row in run.tree.requests.values():
        if row.task_id == one.id:
            request(run, row)


def unfinished(run: Run, activation: Activation, reason: str) -> None:
    """Cancel the unfinished ``act`` tasks of an activation; ``read`` tasks live on."""
    for one in list(run.tree.tasks_of(activation.id)):
        if one.kind == "act" and one.unfinished:
            task(run, one, reason)


def activation(run: Run, one: Activation, reason: str) -> None:
    """Cancel an open activation with its tasks, and the child it waits for."""
    if one.state != "open":
        return
    unfinished(run, one, reason)
    run.tree.set(one, state="cancelled", outcome=reason, closed_at=run.now)
    child = run.tree.cases.get(one.child_id or 0)
    if child is not None and child.running:
        case(run, child, "terminated", "terminated")


def case(run: Run, one: Case, state: str, outcome: str) -> None:
    """End or terminate a case with all that is under way in it, the children it waits for among that."""
    tree = run.tree
    for token in tree.of_case("token", one.id):
        if token.parent_id is None:
            branches(run, token, state)
            tree.set(token, state="gone")
    for asked in tree.of_case("request", one.id):
        request(run, asked)
    tree.set(one, state=state, outcome=outcome, ended_at=run.now, suspended_at=None, queued=[])


def branches(run: Run, owner: Token, reason: str) -> None:
    """Cancel what a token has under way: its own activation, and every live token under it."""
    for token in run.tree.of_case("token", owner.case_id):
        if token.parent_id == owner.id and token.state != "gone":
            branches(run, token, reason)
            run.tree.set(token, state="gone")
    current = run.tree.activations.get(owner.activation_id or 0)
    if current is not None:
        activation(run, current, reason)
