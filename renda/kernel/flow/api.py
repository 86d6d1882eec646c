"""The flow engine's door: ``from renda.kernel.flow import api as flow``.

Each move takes the action's context and the case (or its id), and does one thing: ask the engine, hand its rows to
the gate. What every move takes besides its own arguments is ``OnCase``; what moves on a task take, ``OnTask``.

Raised by every move: ``TaskGone`` (somebody was quicker), ``Forbidden``, ``Refused``, ``Invalid``, ``NotFound``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.db import models

from renda.kernel.actions.api import Context
from renda.kernel.errors import Refused
from renda.kernel.flow.engine import handover, moves_act, moves_case, moves_seat, moves_time
from renda.kernel.flow.engine.offers import Offer, task_offers
from renda.kernel.flow.engine.run import Run
from renda.kernel.flow.errors import TaskGone
from renda.kernel.flow.models import Case, CaseEvent, Task
from renda.kernel.flow.reading import (
    CaseOrId,
    CaseView,
    TaskDue,
    approvers_of,
    assignees_of,
    explain_due,
    offered,
    opinions,
    report_to,
    said,
    trail,
    view,
    views,
)
from renda.kernel.flow.reading import case_id as _id
from renda.kernel.flow.store import Store, save
from renda.kernel.flow.subjects import SUBJECTS
from renda.kernel.flow.todo import brings, to_do
from renda.kernel.flow.world import database_of, mover_of

__all__ = [
    "Case",
    "CaseEvent",
    "CaseView",
    "Offer",
    "Task",
    "TaskDue",
    "TaskGone",
    "approvers_of",
    "assignees_of",
    "brings",
    "explain_due",
    "offered",
    "opinions",
    "report_to",
    "said",
    "to_do",
    "trail",
    "view",
    "views",
]

Assignees = Mapping[str, Sequence[int]]
Move = Callable[..., CaseEvent | None]


class OnCase(TypedDict, total=False):
    """What every move takes.

    ``subject``: the action's own instance of the case's subject, with what it has just set; without it the subject is
    read when an expression or a condition needs it. ``assignees``: whom the mover chose for nodes ahead, by node.
    """

    subject: models.Model | None
    assignees: Assignees | None


class OnTask(OnCase, total=False):
    """What a move on a task takes besides.

    ``task_id`` may be left out where the mover has only one task that the move fits. ``version`` is the task's as the
    person saw it; with it a stale press is told so. ``opinion``: the mover's words, kept in the trail.
    """

    task_id: int | None
    version: int | None
    opinion: str


def _on_case(
    ctx: Context,
    case: CaseOrId,
    move: Move,
    *,
    subject: models.Model | None = None,
    assignees: Assignees | None = None,
    mine: tuple[str, str] | None = None,
    **given: Any,
) -> Case:
    """Do one engine move. ``mine``: the (move, action) that finds the mover's task when no ``task_id`` is given."""
    store = Store.of(ctx)
    tree = store.tree(_id(case), lock=True)
    row = tree.cases[_id(case)]
    if subject is not None:
        store.world.know_subject(subject)
    run = Run(tree, mover_of(ctx.actor), assignees or {})
    if mine is not None and given.get("task_id") is None:
        given["task_id"] = _my_task(run, row, *mine)
    event = move(run, row, **given)
    if event is not None:
        save(ctx, tree, event)
    return row


def _on_task(ctx: Context, case: CaseOrId, move: Move, **given: Any) -> Case:
    """Do one engine move on a task of the mover."""
    return _on_case(ctx, case, move, mine=(move.__name__, given.get("action", "")), **given)


def _my_task(run: Run, case: Case, move: str, action: str) -> int:
    """The one task the mover can do this on.

    Raises:
        Refused: there is none.
    """
    for task in run.tree.of_case("task", case.id):
        if any(offer.move == move and offer.action == action for offer in task_offers(run, case, task)):
            return int(task.id)
    raise Refused("flow.not_now", "现在不能这样操作，或者这项工作不由您办理。")


# A case begins


def start(
    ctx: Context,
    key: str,
    subject: models.Model,
    *,
    tenant_id: int,
    title: str,
    initiator: int | None = None,
    assignees: Assignees | None = None,
    submit: bool = True,
) -> Case:
    """Start a case on the version that the tenant's new cases take.

    ``initiator``: the party whose form it is (None: the public). ``submit=False`` leaves a draft at the start node.
    """
    store = Store.of(ctx)
    tree = store.new_tree()
    run = Run(tree, mover_of(ctx.actor), assignees or {})
    case_id = store.world.new_id()
    store.world.know_subject(subject)
    case = moves_case.start(
        run,
        store.world.definition(key, tenant_id),
        submit=submit,
        case_id=case_id,
        tenant_id=tenant_id,
        subject_type=subject._meta.label,
        subject_id=subject.pk,
        title=title[:200],
        initiator_id=initiator,
    )
    store.adopt(tree)
    save(ctx, tree, tree.events[-1])
    return case


# Moves on a task


def act(
    ctx: Context,
    case: CaseOrId,
    action: str,
    *,
    fields: Mapping[str, Any] | None = None,
    final: bool = False,
    **given: Unpack[OnTask],
) -> Case:
    """Approve, reject, or any action of the business. ``fields``: the subject's fields this node may write.
    ``final``: it took a number or published something, and cannot be withdrawn.
    """
    return _on_task(ctx, case, moves_act.act, action=action, fields=fields, final=final, **given)


def send_back(
    ctx: Context, case: CaseOrId, *, to: str = "previous", resume: str = "walk", **given: Unpack[OnTask]
) -> Case:
    """退回 to ``initiator``, ``previous`` or a node; ``resume``: ``walk`` or ``straight``."""
    return _on_task(ctx, case, moves_act.send_back, to=to, resume=resume, **given)


def withdraw(ctx: Context, case: CaseOrId, **given: Unpack[OnTask]) -> Case:
    """取回 one's own act on the task ``task_id``; what the act did to the business is undone as the subject's type says."""
    row = _on_case(ctx, case, moves_act.withdraw, **given)
    tree = Store.of(ctx).tree(row.id, lock=True)
    undone = next(event for event in tree.events if str(event.seq) == tree.events[-1].origin)
    known = SUBJECTS.get(row.subject_type)
    if known is not None and (inverse := known.inverses.get(undone.action)):
        inverse(ctx, database_of(tree).subject_of(row), undone)
    return row


def read(ctx: Context, case: CaseOrId, *, task_id: int) -> Case:
    """The task was opened by its assignee; a ``read`` task is done by it. The second time nothing is written."""
    return _on_case(ctx, case, moves_act.read, task_id=task_id)


def transfer(ctx: Context, case: CaseOrId, *, to: int, **given: Unpack[OnTask]) -> Case:
    """转办 to a party."""
    return _on_task(ctx, case, moves_seat.transfer, to=to, **given)


def consult(ctx: Context, case: CaseOrId, *, to: int, **given: Unpack[OnTask]) -> Case:
    """委派: ask a party, who answers with the action ``reply``."""
    return _on_task(ctx, case, moves_seat.consult, to=to, **given)


def claim(ctx: Context, case: CaseOrId, *, task_id: int, version: int | None = None) -> Case:
    """签收 a post's task."""
    return _on_case(ctx, case, moves_seat.claim, task_id=task_id, version=version)


def release(ctx: Context, case: CaseOrId, *, task_id: int, version: int | None = None) -> Case:
    """放回 a claimed task."""
    return _on_case(ctx, case, moves_seat.release, task_id=task_id, version=version)


def add_assignee(ctx: Context, case: CaseOrId, *, to: int, place: str, **given: Unpack[OnTask]) -> Case:
    """加签 ``before``, ``after`` or ``parallel`` to the mover's task."""
    return _on_task(ctx, case, moves_seat.add_assignee, to=to, place=place, **given)


def remove_assignee(ctx: Context, case: CaseOrId, **given: Unpack[OnTask]) -> Case:
    """减签: ``task_id`` is the other's."""
    return _on_case(ctx, case, moves_seat.remove_assignee, **given)


def copy_to(ctx: Context, case: CaseOrId, *, to: Sequence[int], **given: Unpack[OnTask]) -> Case:
    """抄送: ``read`` tasks for all at once."""
    return _on_task(ctx, case, moves_seat.copy_to, to=to, **given)


def circulate(
    ctx: Context, case: CaseOrId, *, to: Sequence[int], in_turn: bool = True, **given: Unpack[OnTask]
) -> Case:
    """传阅: ``read`` tasks, one after another unless told otherwise."""
    return _on_task(ctx, case, moves_seat.circulate, to=to, in_turn=in_turn, **given)


def extend_request(
    ctx: Context,
    case: CaseOrId,
    *,
    until: datetime,
    reason: str,
    task_id: int | None = None,
    version: int | None = None,
    **given: Unpack[OnCase],
) -> Case:
    """申请延期 until a moment."""
    asked: dict[str, Any] = {"wanted_at": until, "reason": reason, "task_id": task_id, "version": version}
    return _on_task(ctx, case, moves_case.extend_request, **asked, **given)


# Moves on the case


def extend_grant(
    ctx: Context,
    case: CaseOrId,
    *,
    request_id: int,
    due_at: datetime | None = None,
    opinion: str = "",
    **given: Unpack[OnCase],
) -> Case:
    """同意延期, to the moment asked for or to another."""
    move = moves_case.extend_grant
    return _on_case(ctx, case, move, request_id=request_id, due_at=due_at, opinion=opinion, **given)


def extend_refuse(ctx: Context, case: CaseOrId, *, request_id: int, opinion: str = "", **given: Unpack[OnCase]) -> Case:
    """不同意延期."""
    return _on_case(ctx, case, moves_case.extend_refuse, request_id=request_id, opinion=opinion, **given)


def urge(ctx: Context, case: CaseOrId, *, opinion: str = "", **given: Unpack[OnCase]) -> Case:
    """催办; whom to tell: ``assignees_of``."""
    return _on_case(ctx, case, moves_case.urge, opinion=opinion, **given)


def oversee(ctx: Context, case: CaseOrId, *, opinion: str = "", **given: Unpack[OnCase]) -> Case:
    """督办; whom to report to: ``report_to``."""
    return _on_case(ctx, case, moves_case.oversee, opinion=opinion, **given)


def suspend(ctx: Context, case: CaseOrId, *, reason: str, **given: Unpack[OnCase]) -> Case:
    """挂起."""
    return _on_case(ctx, case, moves_case.suspend, reason=reason, **given)


def resume(ctx: Context, case: CaseOrId, *, opinion: str = "", **given: Unpack[OnCase]) -> Case:
    """恢复."""
    return _on_case(ctx, case, moves_case.resume, opinion=opinion, **given)


def terminate(ctx: Context, case: CaseOrId, *, reason: str = "", **given: Unpack[OnCase]) -> Case:
    """终止 (administrator, with a reason) or 撤销 (whom the definition names, while nobody has acted)."""
    return _on_case(ctx, case, moves_case.terminate, reason=reason, **given)


def jump(ctx: Context, case: CaseOrId, *, to: str, reason: str, **given: Unpack[OnCase]) -> Case:
    """跳转, asked by an administrator; a second one does it by ``jump_grant``."""
    return _on_case(ctx, case, moves_case.jump, to=to, reason=reason, **given)


def jump_grant(ctx: Context, case: CaseOrId, *, request_id: int, opinion: str = "", **given: Unpack[OnCase]) -> Case:
    """The second administrator confirms the jump."""
    return _on_case(ctx, case, moves_case.jump_grant, request_id=request_id, opinion=opinion, **given)


def jump_refuse(ctx: Context, case: CaseOrId, *, request_id: int, opinion: str = "", **given: Unpack[OnCase]) -> Case:
    """The second administrator does not confirm it."""
    return _on_case(ctx, case, moves_case.jump_refuse, request_id=request_id, opinion=opinion, **given)


def reopen(ctx: Context, case: CaseOrId, *, to: str, reason: str = "", **given: Unpack[OnCase]) -> Case:
    """唤醒 an ended case at a node."""
    return _on_case(ctx, case, moves_case.reopen, to=to, reason=reason, **given)


def signal(ctx: Context, case: CaseOrId, name: str, *, subject: models.Model | None = None) -> Case:
    """An event of the business; nothing is written when no wait of the case asks for it."""
    return _on_case(ctx, case, moves_case.signal, name=name, subject=subject)


# Moves of the machine


def time_out(ctx: Context, case: CaseOrId) -> list[CaseEvent]:
    """All that time has brought about in a case: marks, timeouts, waits that are over."""
    return _by_machine(ctx, case, moves_time.tick)


def recount(ctx: Context, case: CaseOrId) -> list[CaseEvent]:
    """Provisional dues counted again, after a year's calendar was loaded."""
    return _by_machine(ctx, case, moves_time.recount)


def hand_over(ctx: Context, case: CaseOrId, *, person: int, successor: int | None = None) -> list[CaseEvent]:
    """A person has left: her own open tasks go to the successor she named, else to the administrator's pool. Tasks
    of her posts stay with the posts; what she had claimed of them is free again.
    """
    return _by_machine(ctx, case, lambda run, row: handover.hand_over(run, row, person, successor))


def _by_machine(ctx: Context, case: CaseOrId, work: Callable[[Run, Case], Sequence[CaseEvent]]) -> list[CaseEvent]:
    tree = Store.of(ctx).tree(_id(case), lock=True)
    events = list(work(Run(tree, mover_of(ctx.actor)), tree.cases[_id(case)]))
    for event in events:
        save(ctx, tree, event)
    return events
