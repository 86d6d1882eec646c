"""What a node lets its assignees see and write of the subject (the definition's ``fields``)."""

from __future__ import annotations

from dataclasses import dataclass

from renda.kernel.flow.engine.offers import way
from renda.kernel.flow.engine.run import Run
from renda.kernel.flow.models import Case, Task
from renda.kernel.flow.shapes import Fields, Node


@dataclass(frozen=True, slots=True)
class FieldRights:
    """Somebody's rights on the fields of a case's subject, by the tasks she has there.

    ``nodes``: what those tasks' nodes say. Without a task the flow hides nothing; whether she sees the matter at all is
    the selector's business. With several tasks she sees what any of them shows.
    """

    nodes: tuple[Fields, ...] = ()
    written: frozenset[str] = frozenset()

    def may_see(self, field: str) -> bool:
        """Whether a page may show her the field."""
        return not self.nodes or any(_shows(one, field) for one in self.nodes)

    def may_write(self, field: str) -> bool:
        """Whether an act of hers may carry the field now."""
        return field in self.written


def _shows(fields: Fields, name: str) -> bool:
    """``hidden`` hides; where ``read`` is spelled out, nothing is shown but that and what may be written."""
    if name in fields.hidden:
        return False
    return not fields.read or name in fields.read or name in fields.write


def writable(node: Node, task: Task) -> frozenset[str]:
    """The fields that an act on a task may carry; an adviser writes none."""
    return frozenset() if task.role == "consult" else frozenset(node.fields.write)


def rights(run: Run, case: Case) -> FieldRights:
    """The mover's rights: by her open tasks, else by those she has had."""
    mine = [
        (task, run.tree.node(task))
        for task in run.tree.of_case("task", case.id)
        if task.assignee_id in run.mover.parties
        or task.claimed_by_id in run.mover.parties
        or (task.state == "open" and _lent(run, case, task))
    ]
    still_open = [(task, node) for task, node in mine if task.state == "open"]
    acting = [(task, node) for task, node in still_open if task.kind == "act"]
    return FieldRights(
        tuple(dict.fromkeys(node.fields for _, node in still_open or mine)),
        frozenset().union(*(writable(node, task) for task, node in acting)),
    )


def _lent(run: Run, case: Case, task: Task) -> bool:
    return way(run, case, run.tree.node(task), task) is not None
