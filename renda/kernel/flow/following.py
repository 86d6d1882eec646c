"""Who is told after every move, the machine's too: subjects that keep where their case stands (a list sorts and filters
by it), and the administrators of work that has just fallen to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from renda.kernel.actions.api import Context
from renda.kernel.flow.engine.run import Run
from renda.kernel.flow.engine.tree import Tree
from renda.kernel.flow.models import Case, CaseEvent, Task
from renda.kernel.flow.world import database_of, mover_of
from renda.kernel.notices.api import register_kind, send


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case stands after a move: the nodes of its live tokens, the earliest due of its open work and whose work
    it is, its end; ``move`` is the event's (``overdue``, ``act`` …).
    """

    move: str
    nodes: tuple[str, ...]
    assignees: tuple[int, ...]
    due_at: datetime | None
    outcome: str
    state: str
    moment: datetime


UNASSIGNED = register_kind("flow.unassigned", "待指派", is_required=True)
UNASSIGNED_PAGE = "/flows/unassigned/"

Follower = Callable[[Context, Any, Standing], None]
_followers: dict[str, Follower] = {}


def follow(subject_type: str, follower: Follower) -> None:
    """Have ``follower(ctx, subject, standing)`` called after each move of a subject's cases; it stores by ``ctx.update``.

    Raises:
        ValueError: the model has another follower.
    """
    if _followers.setdefault(subject_type, follower) is not follower:
        raise ValueError(f"cases of {subject_type} have two followers")


def tell_administrators(ctx: Context, tree: Tree, event: CaseEvent) -> None:
    """Tell the administrators who stand in for somebody since this move: the work waits to be given to somebody."""
    run = Run(tree, mover_of(ctx.actor))
    for task in _fallen(tree, event):
        case = tree.cases[task.case_id]
        if task.assignee_id in run.parties(tree.definition(case).administrator, case):
            node = tree.node(task)
            said = f"“{node.title}”没有可以办理的人，请指派。"
            send(ctx, [task.assignee_id], f"待指派：{case.title}", said, UNASSIGNED_PAGE, kind=UNASSIGNED)


def _fallen(tree: Tree, event: CaseEvent) -> list[Task]:
    changed = (effect for effect in event.effects if effect[1] == "task" and "stands_in" in effect[-1])
    rows = (tree.tasks[effect[2]["id"] if effect[0] == "+" else effect[2]] for effect in changed)
    return [task for task in dict.fromkeys(rows) if task.stands_in and task.state == Task.State.OPEN]


def tell(ctx: Context, tree: Tree, case: Case, event: CaseEvent) -> None:
    """Call the followers of the case's subject and of every other case of its tree in which the move moved something: a
    child that ends moves its caller, a call starts its child.
    """
    moved = {case.id: None} | dict.fromkeys(_moved(tree, event))
    for one in moved:
        _tell(ctx, tree, tree.cases[one], event)


def _moved(tree: Tree, event: CaseEvent) -> Iterator[int]:
    """The cases whose tokens or tasks a move made or changed."""
    for effect in event.effects:
        if effect[1] in ("token", "activation", "task"):
            row = tree.rows[effect[1]][effect[2]["id"] if effect[0] == "+" else effect[2]]
            yield row.case_id


def _tell(ctx: Context, tree: Tree, case: Case, event: CaseEvent) -> None:
    follower = _followers.get(case.subject_type)
    if follower is None:
        return
    tokens = [token for token in tree.of_case("token", case.id) if token.state == "live"]
    work = [task for task in tree.of_case("task", case.id) if task.kind == "act" and task.state == "open"]
    standing = Standing(
        move=event.move,
        nodes=tuple(token.node for token in tokens),
        assignees=tuple(task.assignee_id for task in work),
        due_at=min((task.due_at for task in work if task.due_at is not None), default=None),
        outcome=case.outcome,
        state=case.state,
        moment=event.at,
    )
    follower(ctx, database_of(tree).subject_of(case), standing)
