"""The moves on a whole case: start, urge, oversee, extensions, suspend, terminate, jump, reopen, events."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from renda.kernel.errors import Invalid, NotFound, Refused
from renda.kernel.flow.engine import closing, opening
from renda.kernel.flow.engine.calls import begin
from renda.kernel.flow.engine.moves_act import rescan
from renda.kernel.flow.engine.offers import case_offers, find_task, require
from renda.kernel.flow.engine.paths import last_places
from renda.kernel.flow.engine.run import Run
from renda.kernel.flow.engine.tokens import enter, finish, leave
from renda.kernel.flow.engine.world import Due
from renda.kernel.flow.models import Case, CaseEvent, PendingRequest, Task
from renda.kernel.flow.shapes import Deadline, Definition, Node


def start(run: Run, definition: tuple[int, Definition], *, submit: bool = True, **values: Any) -> Case:
    """Start a case; as ``calls.begin``, with its event."""
    with run.tree.recording():
        case = begin(run, definition, submit=submit, **values)
        run.event(case, "start", node=run.definition(case).start.id)
    return case


def _reasoned(reason: str) -> str:
    if not reason.strip():
        raise Invalid(fields={"reason": "请写明理由。"})
    return reason


def urge(run: Run, case: Case, opinion: str = "") -> CaseEvent:
    """催办: counted; not twice within the definition's hours."""
    require(run, case, "urge")
    with run.tree.recording():
        run.tree.set(case, urged=case.urged + 1, urged_at=run.now)
        return run.event(case, "urge", opinion=opinion)


def oversee(run: Run, case: Case, opinion: str = "") -> CaseEvent:
    """督办: marks the case and starts its own clock."""
    require(run, case, "oversee")
    with run.tree.recording():
        deadline = run.definition(case).oversee.deadline
        due = run.due(case, deadline) if deadline else None
        run.tree.set(case, overseen_at=run.now, oversee_due_at=due.at if due else None)
        return run.event(case, "oversee", opinion=opinion)


def extend_request(
    run: Run, case: Case, task_id: int, wanted_at: datetime, reason: str, *, version: int | None = None
) -> CaseEvent:
    """申请延期, before the due; the clock runs on while it is asked.

    Raises:
        Invalid: no reason, or a moment that is not later than the due.
    """
    task = find_task(run, case, task_id)
    offer = require(run, case, "extend_request", task=task, version=version)
    _reasoned(reason)
    _later(run, task, wanted_at, "wanted_at")
    node = run.tree.node(task)
    with run.tree.recording():
        run.tree.set(task, read_at=task.read_at or run.now)
        _ask(
            run,
            case,
            "extend",
            reason,
            task_id=task.id,
            wanted_at=wanted_at,
            approvers=run.parties(node.extend.who, case),
        )
        return run.event(
            case,
            "extend_request",
            node=node.id,
            task_id=task.id,
            on_behalf_of_id=offer.on_behalf_of,
            opinion=reason,
            target=wanted_at.isoformat(),
        )


def _ask(run: Run, case: Case, kind: str, reason: str, **values: Any) -> PendingRequest:
    return run.tree.insert(
        PendingRequest,
        tenant_id=case.tenant_id,
        case_id=case.id,
        kind=kind,
        asked_by_id=run.mover.person,
        asked_at=run.now,
        reason=reason,
        **values,
    )


def _later(run: Run, task: Task, moment: datetime | None, field: str) -> datetime:
    """A new due moment, which lies behind the present one and has not passed while it was asked for."""
    if moment is None or moment <= max(run.now, task.due_at or run.now):
        raise Invalid(fields={field: "延期的日期应晚于现在的期限，也不能是过去的时间。"})
    return moment


def _request(run: Run, case: Case, request_id: int, move: str) -> PendingRequest:
    """The request, if the mover may answer it so.

    Raises:
        NotFound: no such request in this case.
        Refused: answered already, or not hers to answer.
    """
    request = run.tree.requests.get(request_id)
    if request is None or request.case_id != case.id:
        raise NotFound
    if not any(offer.move == move and offer.request_id == request_id for offer in case_offers(run, case)):
        raise Refused("flow.not_now", "这项申请已经处理，或者不由您审批。")
    return request


def _answer(run: Run, request: PendingRequest, state: str) -> None:
    run.tree.set(request, state=state, closed_by_id=run.mover.person, closed_at=run.now)


def extend_grant(
    run: Run, case: Case, request_id: int, *, due_at: datetime | None = None, opinion: str = ""
) -> CaseEvent:
    """同意延期: the task's due becomes the wanted one, or the one the approver names.

    Raises:
        Invalid: a moment that is not later than the due.
    """
    request = _request(run, case, request_id, "extend_grant")
    task = find_task(run, case, request.task_id or 0)
    new_due = _later(run, task, due_at or request.wanted_at, "due_at")
    with run.tree.recording():
        _answer(run, request, "granted")
        gap = task.due_at - task.soon_at if task.due_at and task.soon_at else timedelta()
        run.tree.set(
            task,
            due_at=new_due,
            soon_at=new_due - gap if task.soon_at else None,
            due_soon=False,
            overdue=False,
            provisional=False,
            extensions=task.extensions + 1,
        )
        about = {"node": task.node, "task_id": task.id}
        return run.event(case, "extend_grant", opinion=opinion, target=new_due.isoformat(), **about)


def extend_refuse(run: Run, case: Case, request_id: int, *, opinion: str = "") -> CaseEvent:
    """不同意延期: the due stays."""
    return _refuse(run, case, request_id, "extend_refuse", opinion)


def jump_refuse(run: Run, case: Case, request_id: int, *, opinion: str = "") -> CaseEvent:
    """不同意跳转: the case stays where it is."""
    return _refuse(run, case, request_id, "jump_refuse", opinion)


def _refuse(run: Run, case: Case, request_id: int, move: str, opinion: str) -> CaseEvent:
    request = _request(run, case, request_id, move)
    with run.tree.recording():
        _answer(run, request, "refused")
        return run.event(case, move, task_id=request.task_id, opinion=opinion)


def suspend(run: Run, case: Case, reason: str) -> CaseEvent:
    """挂起: clocks stop, nothing else moves, events queue. An agreed wait for others is this, with its reason."""
    require(run, case, "suspend")
    _reasoned(reason)
    with run.tree.recording():
        run.tree.set(case, suspended_at=run.now)
        return run.event(case, "suspend", opinion=reason)


def resume(run: Run, case: Case, opinion: str = "") -> CaseEvent:
    """恢复: clocks go on with what was left, queued events arrive."""
    require(run, case, "resume")
    stopped = case.suspended_at
    assert stopped is not None
    with run.tree.recording():
        queued = case.queued
        run.tree.set(case, suspended_at=None, queued=[])
        _restart_clocks(run, case, stopped)
        for name in queued:
            _arrive(run, case, name)
        rescan(run)
        return run.event(case, "resume", opinion=opinion)


def _restart_clocks(run: Run, case: Case, stopped: datetime) -> None:
    """Give back what the suspension took; what is overdue already, and a fixed date of the subject, stay."""
    tree, flow = run.tree, run.definition(case)

    def shifted(deadline: Deadline, at: datetime) -> Due:
        return run.world.shift(deadline.key, case.tenant_id, at, stopped, run.now)

    for task in tree.of_case("task", case.id):
        deadline = tree.node(task).deadline
        if deadline and task.unfinished and task.due_at is not None and not task.overdue:
            due = shifted(deadline, task.due_at)
            tree.set(task, due_at=due.at, soon_at=due.soon_at, provisional=due.provisional)
    for activation in tree.of_case("activation", case.id):
        until = tree.node(activation).until
        if activation.state == "open" and activation.due_at is not None and until.or_after is not None:
            moment = run.world.value(case, until.at.removeprefix("field:")) if until.at else None
            at = shifted(until.or_after, activation.due_at).at
            tree.set(activation, due_at=min(at, moment) if moment else at)
    for name, rule in (("due_at", flow.deadline), ("oversee_due_at", flow.oversee.deadline)):
        if rule is not None and getattr(case, name) is not None:
            tree.set(case, **{name: shifted(rule, getattr(case, name)).at})


def terminate(run: Run, case: Case, reason: str = "") -> CaseEvent:
    """终止 by the administrator, with a reason; 撤销 by whom the definition names, while nobody has acted.

    Raises:
        Invalid: the administrator gave no reason.
    """
    require(run, case, "terminate")
    if run.administers(case):
        _reasoned(reason)
    with run.tree.recording():
        finish(run, case, "terminated", "terminated")
        return run.event(case, "terminate", opinion=reason)


def jump(run: Run, case: Case, to: str, reason: str) -> CaseEvent:
    """跳转, asked by one administrator; it happens when a second one grants it.

    Raises:
        Invalid: no reason. Refused: a node inside a parallel block, or none.
    """
    offer = require(run, case, "jump")
    _reasoned(reason)
    if to not in {node for node, _ in offer.targets}:
        raise Refused("flow.no_target", "不能跳转到这个环节。")
    opening.check_choices(run, case)
    _need_choice(run, case, run.definition(case).by_id[to])
    with run.tree.recording():
        _ask(run, case, "jump", reason, node=to, choices={node: list(who) for node, who in run.choices.items()})
        return run.event(case, "jump", opinion=reason, target=to)


def _need_choice(run: Run, case: Case, node: Node) -> None:
    """Whoever grants the jump cannot choose people; so the one who asks must.

    Raises:
        Invalid: the node's people are chosen, and nobody has chosen or acted there yet.
    """
    known = run.choices.get(node.id) or case.choices.get(node.id) or last_places(run, case, node.id)
    if opening.is_chosen(node) and not node.on_empty and not known:
        raise opening.nobody_chosen(node)


def jump_grant(run: Run, case: Case, request_id: int, opinion: str = "") -> CaseEvent:
    """The second administrator confirms: every token is cancelled and the case goes to the node."""
    request = _request(run, case, request_id, "jump_grant")
    with run.tree.recording():
        _answer(run, request, "granted")
        if request.choices:
            run.choices = request.choices
            opening.remember_choices(run, case)
        token = next(t for t in run.tree.of_case("token", case.id) if t.parent_id is None)
        here = run.tree.activations.get(token.activation_id or 0)
        closing.branches(run, token, "jumped")
        _go_to(run, case, token, request.node, here.id if here else None)
        rescan(run)
        return run.event(case, "jump_grant", opinion=opinion, node=request.node, target=request.node)


def _go_to(run: Run, case: Case, token: Any, node: str, came_from: int | None) -> None:
    """A new round at a node for those who acted there last; a node passed before keeps the path it had."""
    visits = [a for a in run.tree.of_case("activation", case.id) if a.node == node and a.outcome != "withdrawn"]
    if visits:
        came_from = max(visits, key=lambda a: a.round).came_from_id
    places = last_places(run, case, node) if run.definition(case).by_id[node].kind in ("task", "start") else None
    enter(run, token, node, came_from, places=places)


def reopen(run: Run, case: Case, to: str, reason: str = "") -> CaseEvent:
    """唤醒: an ended case goes on with a new round at a named node; its overall clock starts anew.

    Raises:
        Refused: not a node the definition names.
    """
    offer = require(run, case, "reopen")
    if to not in {node for node, _ in offer.targets}:
        raise Refused("flow.no_target", "不能在这个环节唤醒。")
    with run.tree.recording():
        ended = case.ended_at
        run.tree.set(case, state="running", outcome="", ended_at=None)
        deadline = run.definition(case).deadline
        if deadline is not None and case.due_at is not None and ended is not None:
            remaining = deadline.again == "remaining"
            due = (
                run.world.shift(deadline.key, case.tenant_id, case.due_at, ended, run.now)
                if remaining
                else run.world.due(deadline.key, case.tenant_id, run.now)
            )
            run.tree.set(case, due_at=due.at if due else None, provisional=bool(due and due.provisional))
        token = next(t for t in run.tree.of_case("token", case.id) if t.parent_id is None)
        path = [a for a in run.tree.of_case("activation", case.id) if a.token_id == token.id]
        last = max(path, key=lambda a: (a.opened_at, a.id))
        _go_to(run, case, token, to, last.id)
        return run.event(case, "reopen", opinion=reason, node=to, target=to)


def signal(run: Run, case: Case, name: str) -> CaseEvent | None:
    """An event of the business reaches the case; None when no wait asked for it.

    It is queued while the case is suspended. An event that nobody waits for is not kept: what may come early
    belongs in a field and a ``when``.
    """
    if not case.running:
        return None
    with run.tree.recording():
        if case.suspended_at is not None:
            run.tree.set(case, queued=[*case.queued, name])
        elif not _arrive(run, case, name):
            rescan(run)
        return run.event(case, "signal", action=name[:24], target=name) if run.tree.effects else None


def _arrive(run: Run, case: Case, name: str) -> bool:
    waits = [
        a
        for a in run.tree.of_case("activation", case.id)
        if a.state == "open" and run.tree.node(a).kind == "wait" and run.tree.node(a).until.event == name
    ]
    for activation in waits:
        if activation.state == "open":
            leave(run, activation, "event")
    return bool(waits)
