"""Taking a move back (取回): the exact inverse of its event, legal while nobody has touched what it opened."""

from __future__ import annotations

from typing import Any

from renda.kernel.flow.engine.run import Run
from renda.kernel.flow.engine.tree import TABLES, Effect
from renda.kernel.flow.models import Activation, CaseEvent, Task, Token

# What makes a row another row; marks, counters and versions may change without anybody having acted.
STRUCTURE: dict[str, tuple[str, ...]] = {
    "case": ("state", "outcome", "choices"),
    "token": ("state", "node", "activation_id"),
    "activation": ("state", "outcome", "child_id"),
    "task": ("state", "assignee_id", "claimed_by_id", "action", "seat", "position"),
    "request": ("state",),
}
# Never restored: a stale press must stay stale, an admitted tenant stays admitted (so its row is not even loaded).
KEPT = frozenset({"version", "admitted"})


def possible(run: Run, event: CaseEvent) -> bool:
    """Whether an event can be taken back now."""
    if event.final or event.move not in ("act", "send_back") or _irrevocable(run, event):
        return False
    if event.move == "act" and not run.world.invertible(run.tree.cases[event.case_id], event.action):
        return False
    after = _after(event)
    activation = run.tree.activations[run.tree.tasks[event.task_id or 0].activation_id]
    if activation.state != "open" and ("activation", activation.id) not in after:
        return False  # others have completed the node since
    if any(_touched(run, event, key, values) for key, values in after.items()):
        return False
    task = run.tree.tasks[event.task_id or 0]
    # Somebody may have asked the same party's advice since: nobody gets two open tasks at one node.
    return not any(
        other.unfinished and other.assignee_id == task.assignee_id and ("task", other.id) not in after
        for other in run.tree.tasks_of(activation.id)
        if other.kind == "act"
    )


def task_of(run: Run, event: CaseEvent) -> Task | None:
    """The task an event closed and that is still closed by it."""
    task = run.tree.tasks.get(event.task_id or 0)
    if task is None or task.state not in ("done", "sent_back") or task.closed_at != event.at:
        return None
    closing = [e for e in run.tree.events if e.task_id == task.id and e.move in ("act", "send_back")]
    return task if closing and closing[-1] is event else None


def _irrevocable(run: Run, event: CaseEvent) -> bool:
    """It fired a join, ended a case, or started a child."""
    for effect in event.effects:
        if effect[0] == "+" and effect[1] == "case":
            return True
        if effect[0] == "=":
            change = effect[3]
            if effect[1] == "case" and "state" in change:
                return True
            if effect[1] == "activation" and change.get("outcome", ("", ""))[1] == "join":
                return True
    return False


def _after(event: CaseEvent) -> dict[tuple[str, int], dict[str, Any]]:
    """What the event left in each row it wrote (a whole row where it made one)."""
    rows: dict[tuple[str, int], dict[str, Any]] = {}
    for effect in event.effects:
        if effect[1] == "party":
            continue
        if effect[0] == "+":
            made = TABLES[effect[1]](**effect[2])
            rows[effect[1], effect[2]["id"]] = {name: getattr(made, name) for name in STRUCTURE[effect[1]]}
            if effect[1] == "task":
                rows[effect[1], effect[2]["id"]]["read_at"] = effect[2].get("read_at")
        else:
            kept = rows.setdefault((effect[1], effect[2]), {})
            kept.update({name: new for name, (_, new) in effect[3].items()})
            if effect[1] == "task" and kept.get("state") == "open":
                kept.setdefault("read_at", None)
    return rows


def _touched(run: Run, event: CaseEvent, key: tuple[str, int], values: dict[str, Any]) -> bool:
    table, row_id = key
    if table == "subject":
        case = run.tree.cases[row_id]
        return any(run.world.value(case, name) != value for name, value in values.items())
    row = run.tree.rows[table][row_id]
    if isinstance(row, Task) and row.kind == "read":
        return False
    watched = (*STRUCTURE[table], "read_at") if table == "task" else STRUCTURE[table]
    if any(getattr(row, name) != values[name] for name in watched if name in values):
        return True
    made = {effect[2]["id"] for effect in event.effects if effect[0] == "+" and effect[1] == "task"}
    grown = isinstance(row, Activation) and row.id in _made(event, "activation")
    return grown and any(task.kind == "act" and task.id not in made for task in run.tree.tasks_of(row_id))


def _made(event: CaseEvent, table: str) -> set[int]:
    return {effect[2]["id"] for effect in event.effects if effect[0] == "+" and effect[1] == table}


def take_back(run: Run, event: CaseEvent) -> None:
    """Apply the inverse: rows it made are cancelled or gone, rows it changed are as before."""
    for effect in reversed(event.effects):
        if effect[1] == "party":
            continue
        if effect[0] == "+":
            _unmake(run, run.tree.rows[effect[1]][effect[2]["id"]])
        else:
            _restore(run, effect, event)


def _unmake(run: Run, row: object) -> None:
    set_ = run.tree.set
    if isinstance(row, Task):
        if row.kind == "act" or row.unfinished:
            set_(row, state="cancelled", reason="withdrawn", closed_at=run.now, version=row.version + 1)
    elif isinstance(row, Activation):
        set_(row, state="cancelled", outcome="withdrawn", closed_at=run.now)
    elif isinstance(row, Token):
        set_(row, state="gone")


def _restore(run: Run, effect: Effect, event: CaseEvent) -> None:
    _, table, row_id, change = effect
    if table == "subject":
        run.tree.write_subject(run.tree.cases[row_id], {name: old for name, (old, _) in change.items()})
        return
    if row_id in _made(event, table):
        return  # unmade as a whole
    row = run.tree.rows[table][row_id]
    old = {name: before for name, (before, _) in change.items() if name not in KEPT}
    if isinstance(row, Task) and "version" in change:
        old["version"] = row.version + 1
    run.tree.set(row, **old)
