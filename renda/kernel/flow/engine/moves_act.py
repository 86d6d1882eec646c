"""The moves that carry a task through: act, send back, withdraw, read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from renda.kernel.errors import Invalid, Refused
from renda.kernel.flow.engine import closing, opening, undo
from renda.kernel.flow.engine.offers import (
    Offer,
    decisive,
    find_task,
    gone,
    is_mine,
    require,
    stale,
    withdrawable,
)
from renda.kernel.flow.engine.paths import targets
from renda.kernel.flow.engine.rights import writable
from renda.kernel.flow.engine.run import Run
from renda.kernel.flow.engine.seats import chains, standing, verdict
from renda.kernel.flow.engine.tokens import child_is_over, leave, send_to
from renda.kernel.flow.models import Activation, Case, CaseEvent, Task


def act(
    run: Run,
    case: Case,
    task_id: int,
    action: str,
    *,
    version: int | None = None,
    opinion: str = "",
    fields: Mapping[str, Any] | None = None,
    final: bool = False,
) -> CaseEvent:
    """Approve, reject, or any action of the business. ``final``: it took a number or published something.

    Raises:
        TaskGone: somebody was quicker.
        Forbidden, Refused: as ``offers.require``.
        Invalid: a field that may not be written here, a missing or unfit choice.
    """
    task = find_task(run, case, task_id)
    offer = require(run, case, "act", task=task, version=version, action=action)
    node = run.tree.node(task)
    closed = set(fields or ()) - writable(node, task)
    if closed:
        raise Invalid(fields=dict.fromkeys(sorted(closed), "这个环节不能填写这一项。"))
    with run.tree.recording():
        if run.choices:
            opening.remember_choices(run, case)
        if fields:
            run.tree.write_subject(case, fields)
        if decisive(run, case, node, task, action):
            _close(run, task, action, opinion, offer)
            settle(run, task)
        else:
            run.tree.set(
                task, action=action, version=task.version + 1, read_at=task.read_at or run.now, **_opinion(opinion)
            )
        rescan(run)
        final = final or action in node.final
        return run.event(case, "act", action=action, opinion=opinion, final=final, **_about(task, offer))


def _opinion(opinion: str) -> dict[str, str]:
    return {"opinion": opinion} if opinion else {}


def _about(task: Task, offer: Offer) -> dict[str, Any]:
    return {"node": task.node, "task_id": task.id, "on_behalf_of_id": offer.on_behalf_of}


def _close(run: Run, task: Task, action: str, opinion: str, offer: Offer, state: str = "done") -> None:
    run.tree.set(
        task,
        state=state,
        action=action,
        claimed_by_id=run.mover.person,
        principal_id=offer.on_behalf_of,
        read_at=task.read_at or run.now,
        closed_at=run.now,
        version=task.version + 1,
        **_opinion(opinion),
    )
    closing.requests_of(run, task)


def settle(run: Run, task: Task) -> None:
    """What follows when a task of a seat is done or removed: its chain, its mode, its node."""
    tree = run.tree
    activation = tree.activations[task.activation_id]
    node = tree.node(activation)
    seats = chains(tree, activation.id)
    chain = seats.get(task.seat, [])
    if chain and standing(chain) == "reject":
        for other in chain:
            if other.unfinished:
                closing.task(run, other, "rejected")
    outcome = verdict(node, chains(tree, activation.id))
    if outcome:
        leave(run, activation, outcome)
    else:
        _open_next(run, activation, in_turn=node.mode == "sequence")


def _open_next(run: Run, activation: Activation, *, in_turn: bool) -> None:
    """Open the first unfinished task of each seat whose turn it is."""
    for chain in chains(run.tree, activation.id).values():
        pending = next((one for one in chain if one.unfinished), None)
        if pending is None:
            continue
        if pending.state == "waiting":
            opening.open_waiting(run, pending)
        if in_turn:
            return


def rescan(run: Run) -> None:
    """Let waits go on whose field condition now holds, and calls whose child ended meanwhile."""
    tree = run.tree
    for activation in list(tree.activations.values()):
        case = tree.cases[activation.case_id]
        if activation.state != "open" or case.suspended_at is not None:
            continue
        node = tree.node(activation)
        if node.kind == "wait" and node.until.when and run.world.holds(case, node.until.when):
            leave(run, activation, "event")
        child = tree.cases.get(activation.child_id or 0)
        if child is not None and not child.running and activation.state == "open":
            child_is_over(run, activation, child)


def send_back(
    run: Run,
    case: Case,
    task_id: int,
    to: str = "previous",
    *,
    resume: str = "walk",
    version: int | None = None,
    opinion: str = "",
) -> CaseEvent:
    """退回 to ``initiator``, ``previous`` or a passed node; then on as usual (walk) or straight back here.

    Raises:
        TaskGone, Forbidden, Refused: as ``offers.require``; a node that is no target, a way that is not offered.
    """
    task = find_task(run, case, task_id)
    offer = require(run, case, "send_back", task=task, version=version)
    activation = run.tree.activations[task.activation_id]
    found = targets(run, case, activation)
    wanted = {"initiator": run.definition(case).start.id, "previous": found[0].node}.get(to, to)
    target = next((one for one in found if one.node == wanted), None)
    if target is None or resume not in target.resumes:
        raise Refused("flow.no_target", "不能退回到这个环节。")
    with run.tree.recording():
        _close(run, task, "send_back", opinion, offer, "sent_back")
        closing.unfinished(run, activation, "sent_back")
        run.tree.set(activation, state="done", outcome="send_back", closed_at=run.now)
        send_to(run, activation, target.activation, straight=resume == "straight")
        return run.event(case, "send_back", action=resume, opinion=opinion, target=wanted, **_about(task, offer))


def withdraw(run: Run, case: Case, task_id: int, *, version: int | None = None, opinion: str = "") -> CaseEvent:
    """取回: undo one's own act on a task while nobody has read or acted on what it opened. ``origin`` of the event is
    the number of the one taken back.

    Raises:
        TaskGone: the task is not as the person saw it.
        Refused: it cannot be taken back any more.
    """
    task = find_task(run, case, task_id)
    if stale(task, version):
        raise gone(run, task)
    event = next((event for event, own in withdrawable(run, case) if own is task), None)
    if event is None:
        raise Refused("flow.not_withdrawable", "下一环节已经查看或办理，不能取回。")
    with run.tree.recording():
        undo.take_back(run, event)
        about = {"node": event.node, "task_id": task.id, "origin": str(event.seq)}
        return run.event(case, "withdraw", action=event.action, opinion=opinion, **about)


def read(run: Run, case: Case, task_id: int) -> CaseEvent | None:
    """The person has opened her task; a ``read`` task is thereby done. Nothing is written the second time.

    Raises:
        Forbidden: it is not her task.
    """
    task = find_task(run, case, task_id)
    if task.state == "open" and task.kind == "act" and task.read_at is not None and is_mine(run, case, task):
        return None
    offer = require(run, case, "read", task=task)
    with run.tree.recording():
        if task.kind == "act":
            run.tree.set(task, read_at=run.now)
        else:
            _close(run, task, "read", "", offer)
            _next_reader(run, task)
        return run.event(case, "read", **_about(task, offer))


def _next_reader(run: Run, task: Task) -> None:
    tree = run.tree
    activation = tree.activations[task.activation_id]
    copies = [t for t in tree.tasks_of(activation.id) if t.kind == "read"]
    turn = [t for t in copies if t.seat == task.seat and t.state == "waiting"]
    if turn:
        tree.set(min(turn, key=lambda t: t.position), state="open", opened_at=run.now)
    node, case = tree.node(activation), tree.cases[activation.case_id]
    waits = node.kind == "circulate" and activation.state == "open" and case.suspended_at is None
    if waits and not any(t.unfinished for t in copies):
        leave(run, activation, "approve")
