"""The moves among assignees: transfer, consult, claim, release, add, remove, copy."""

from __future__ import annotations

from collections.abc import Sequence

from renda.kernel.errors import Invalid
from renda.kernel.flow.engine import closing, opening
from renda.kernel.flow.engine.moves_act import settle
from renda.kernel.flow.engine.offers import Offer, find_task, require
from renda.kernel.flow.engine.run import Run
from renda.kernel.flow.engine.seats import MAIN, can_join, chains
from renda.kernel.flow.models import Case, CaseEvent, Task


def _event(
    run: Run,
    case: Case,
    move: str,
    task: Task,
    offer: Offer,
    to: Sequence[int] = (),
    opinion: str = "",
    origin: str = "",
) -> CaseEvent:
    return run.event(
        case,
        move,
        node=task.node,
        task_id=task.id,
        on_behalf_of_id=offer.on_behalf_of,
        origin=origin,
        target=",".join(map(str, to)),
        opinion=opinion,
    )


def _unfit(message: str) -> Invalid:
    return Invalid("flow.unfit", fields={"to": message})


def transfer(
    run: Run, case: Case, task_id: int, to: int, *, version: int | None = None, opinion: str = ""
) -> CaseEvent:
    """转办: the task moves to another party, its deadline unchanged. The administrator may do it for a leaver.

    Raises:
        Invalid: the receiver does not fit the node's rule, or has a part in this node already.
    """
    task = find_task(run, case, task_id)
    offer = require(run, case, "transfer", task=task, version=version)
    with run.tree.recording():
        origin = str(task.assignee_id)
        hand_to(run, case, task, to)
        return _event(run, case, "transfer", task, offer, [to], opinion, origin)


def hand_to(run: Run, case: Case, task: Task, to: int, *, ruled: bool = True, stands_in: bool = False) -> None:
    """Give a task to another party; the node's rule of who may receive binds all but administrator and machine.

    Raises:
        Invalid: as ``transfer``.
    """
    node = run.tree.node(task)
    allowed = node.transfer.to
    if ruled and allowed and to not in run.parties(allowed, case) and not run.administers(case):
        raise _unfit("按流程规定，这项工作不能转给所选的人。")
    seat = None if task.role == "consult" else task.seat
    fits = can_join(run.tree, task.activation_id, to, seat) if task.kind == "act" else _can_read(run, task, to)
    if not fits:
        raise _unfit("所选的人已经参与这个环节，或者暂时无人在岗。")
    tenant_id = run.world.tenant_of(to) or case.tenant_id
    run.admit(tenant_id)
    run.tree.set(
        task,
        assignee_id=to,
        tenant_id=tenant_id,
        claimed_by_id=None,
        read_at=None,
        action="",
        stands_in=stands_in,
        transfers=task.transfers + 1,
        version=task.version + 1,
    )


def _can_read(run: Run, task: Task, to: int) -> bool:
    """Whether a party is there and has not the same to read already."""
    same = (t for t in run.tree.tasks_of(task.activation_id) if t.kind == "read" and t.assignee_id == to)
    return bool(run.world.humans(to)) and not any(other.unfinished for other in same)


def claim(run: Run, case: Case, task_id: int, *, version: int | None = None) -> CaseEvent:
    """签收: a post's task becomes one holder's own until it is done or released."""
    task = find_task(run, case, task_id)
    offer = require(run, case, "claim", task=task, version=version)
    with run.tree.recording():
        run.tree.set(
            task,
            claimed_by_id=run.mover.person,
            read_at=task.read_at or run.now,
            version=task.version + 1,
        )
        return _event(run, case, "claim", task, offer)


def release(run: Run, case: Case, task_id: int, *, version: int | None = None) -> CaseEvent:
    """放回: the post's other holders see it again. By the claimer, or the administrator."""
    task = find_task(run, case, task_id)
    offer = require(run, case, "release", task=task, version=version)
    with run.tree.recording():
        run.tree.set(task, claimed_by_id=None, version=task.version + 1)
        return _event(run, case, "release", task, offer)


def consult(run: Run, case: Case, task_id: int, to: int, *, version: int | None = None, opinion: str = "") -> CaseEvent:
    """委派: the asked party gets a task before mine, and it comes back to me with the opinion."""
    task = find_task(run, case, task_id)
    offer = require(run, case, "consult", task=task, version=version)
    if not can_join(run.tree, task.activation_id, to, None):
        raise _unfit("所选的人在这个环节已有待办，或者暂时无人在岗。")
    with run.tree.recording():
        _insert_before(run, case, task, to, "consult")
        return _event(run, case, "consult", task, offer, [to], opinion)


def add_assignee(
    run: Run,
    case: Case,
    task_id: int,
    to: int,
    place: str,
    *,
    version: int | None = None,
    opinion: str = "",
) -> CaseEvent:
    """加签 before me, after me, or parallel to me (its own seat, counted as the mode counts).

    Raises:
        Invalid: the place is not allowed here, or the party has a part in this node already.
    """
    task = find_task(run, case, task_id)
    offer = require(run, case, "add_assignee", task=task, version=version)
    if place not in offer.places:
        raise Invalid(fields={"place": "这个环节不能这样加签。"})
    if not can_join(run.tree, task.activation_id, to, -1):
        raise _unfit("所选的人已经参与这个环节，或者暂时无人在岗。")
    with run.tree.recording():
        if place == "before":
            _insert_before(run, case, task, to, place)
        else:
            add(run, case, task, to, place)
        return _event(run, case, "add_assignee", task, offer, [to], opinion, place)


def _insert_before(run: Run, case: Case, task: Task, to: int, role: str) -> None:
    tree = run.tree
    for other in chains(tree, task.activation_id)[task.seat]:
        if other.position < task.position:
            tree.set(other, position=other.position - 1)
    tree.set(task, state="waiting", read_at=task.read_at or run.now, version=task.version + 1)
    activation = tree.activations[task.activation_id]
    opening.new(
        run,
        case,
        activation,
        to,
        role=role,
        seat=task.seat,
        position=task.position - 1,
        added_by_id=run.mover.person,
        **_clock(run, task),
    )


def _clock(run: Run, task: Task) -> dict[str, object]:
    """An added task is open now and shares the due of the one it was added to."""
    return {
        "state": "open",
        "opened_at": run.now,
        "due_at": task.due_at,
        "soon_at": task.soon_at,
        "provisional": task.provisional,
        "due_soon": task.due_soon,
        "overdue": task.overdue,
    }


def add(run: Run, case: Case, task: Task, to: int, place: str) -> Task:
    """A task after this one in its seat, or a seat beside it."""
    tree = run.tree
    activation = tree.activations[task.activation_id]
    clock = _clock(run, task)
    if place == "after":
        for other in chains(tree, activation.id)[task.seat]:
            if other.position > task.position:
                tree.set(other, position=other.position + 1)
        clock.update(state="waiting", opened_at=None)
        seat, position = task.seat, task.position + 1
    else:
        seat, position = max(t.seat for t in tree.tasks_of(activation.id)) + 1, 0
    if run.mover.person is not None:
        tree.set(task, read_at=task.read_at or run.now, version=task.version + 1)
    return opening.new(
        run, case, activation, to, role=place, seat=seat, position=position, added_by_id=run.mover.person, **clock
    )


def remove_assignee(run: Run, case: Case, task_id: int, *, version: int | None = None, opinion: str = "") -> CaseEvent:
    """减签: the other's task (his whole seat, when he has one) is cancelled; the node may thereby complete."""
    task = find_task(run, case, task_id)
    offer = require(run, case, "remove_assignee", task=task, version=version)
    with run.tree.recording():
        chain = chains(run.tree, task.activation_id)[task.seat]
        for one in chain if task.role in MAIN else [task]:
            closing.task(run, one, "removed")
        settle(run, task)
        return _event(run, case, "remove_assignee", task, offer, [task.assignee_id], opinion)


def copy_to(
    run: Run,
    case: Case,
    task_id: int,
    to: Sequence[int],
    *,
    version: int | None = None,
    opinion: str = "",
) -> CaseEvent:
    """抄送: ``read`` tasks for all at once; those who have one get no second.

    Raises:
        Invalid: nobody to send it to.
    """
    return _send(run, case, task_id, to, "copy_to", in_turn=False, version=version, opinion=opinion)


def circulate(
    run: Run,
    case: Case,
    task_id: int,
    to: Sequence[int],
    *,
    in_turn: bool = True,
    version: int | None = None,
    opinion: str = "",
) -> CaseEvent:
    """传阅: as ``copy_to``, one reader after another unless told otherwise."""
    return _send(run, case, task_id, to, "circulate", in_turn=in_turn, version=version, opinion=opinion)


def _send(
    run: Run,
    case: Case,
    task_id: int,
    to: Sequence[int],
    move: str,
    *,
    in_turn: bool,
    version: int | None,
    opinion: str,
) -> CaseEvent:
    task = find_task(run, case, task_id)
    offer = require(run, case, move, task=task, version=version)
    activation = run.tree.activations[task.activation_id]
    reading = {t.assignee_id for t in run.tree.tasks_of(activation.id) if t.kind == "read" and t.unfinished}
    fresh = [p for p in dict.fromkeys(to) if p not in reading and run.world.humans(p)]
    if not fresh:
        raise _unfit("请选择接收人（已经收到的不再重复发送）。")
    with run.tree.recording():
        run.tree.set(task, read_at=task.read_at or run.now)
        opening.readers(run, case, activation, fresh, in_turn=in_turn, added_by=run.mover.person)
        return _event(run, case, move, task, offer, fresh, opinion)
