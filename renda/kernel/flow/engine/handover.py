"""When a person leaves: her own tasks move on, her posts' tasks stay."""

from __future__ import annotations

from renda.kernel.errors import RendaError
from renda.kernel.flow.engine.moves_seat import hand_to
from renda.kernel.flow.engine.run import Run
from renda.kernel.flow.models import Case, CaseEvent, Task


def hand_over(run: Run, case: Case, person: int, successor: int | None) -> list[CaseEvent]:
    """Move a leaver's unfinished tasks to her successor, else to the administrator's pool, one event each.

    Nobody is skipped silently: a task that nobody can take stays where it is, in the trail as ``hand_over`` to none.
    """
    tasks = [task for task in run.tree.of_case("task", case.id) if task.unfinished]
    events = [_free(run, case, task) for task in tasks if task.claimed_by_id == person and task.assignee_id != person]
    return events + [_move(run, case, task, successor) for task in tasks if task.assignee_id == person]


def free_claims(run: Run, case: Case) -> list[CaseEvent]:
    """Give back to their posts the tasks whose claimer does not hold the post any more, one event each."""
    claimed = [
        task
        for task in run.tree.of_case("task", case.id)
        if task.unfinished and task.claimed_by_id is not None and task.assignee_id != task.claimed_by_id
    ]
    run.world.learn(task.assignee_id for task in claimed)
    return [_free(run, case, task) for task in claimed if task.claimed_by_id not in run.world.humans(task.assignee_id)]


def _free(run: Run, case: Case, task: Task) -> CaseEvent:
    with run.tree.recording():
        run.tree.set(task, claimed_by_id=None, version=task.version + 1)
        return _event(run, case, task, task.assignee_id, task.assignee_id)


def _move(run: Run, case: Case, task: Task, successor: int | None) -> CaseEvent:
    leaver, pool = task.assignee_id, run.parties(run.definition(case).administrator, case)
    for party in [*([successor] if successor is not None else []), *pool]:
        with run.tree.recording():
            try:
                hand_to(run, case, task, party, ruled=False, stands_in=party != successor)
            except RendaError:
                continue
            return _event(run, case, task, leaver, party)
    with run.tree.recording():
        return _event(run, case, task, leaver, None)


def _event(run: Run, case: Case, task: Task, leaver: int, to: int | None) -> CaseEvent:
    about = {"node": task.node, "task_id": task.id}
    return run.event(case, "hand_over", origin=str(leaver), target=str(to or ""), **about)
