"""The path a token took: what was passed, where a send-back may go, who acted there last.

Each activation knows the one it was reached from. A branch's first one was reached from its block, and the node
after a join from the block too; so walking back never enters a block that the token is not in, and "previous" after
a join is the last task before the block.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from renda.kernel.flow.engine.run import Run
from renda.kernel.flow.engine.seats import MAIN, Place, chains, human_of, main
from renda.kernel.flow.engine.tree import Tree
from renda.kernel.flow.models import Activation, Case, Task


@dataclass(frozen=True, slots=True)
class Target:
    """A node a send-back may go to, and how it may resume."""

    node: str
    activation: Activation
    resumes: tuple[str, ...]


def ancestors(tree: Tree, activation_id: int | None) -> Iterator[Activation]:
    """Activations from this one back to the start."""
    current = tree.activations.get(activation_id or 0)
    while current is not None:
        yield current
        current = tree.activations.get(current.came_from_id or 0)


def passed(run: Run, case: Case, activation: Activation) -> list[Activation]:
    """The last visit of each task node passed on the path to here, nearest first.

    Not among them: the node itself, nodes that passed by themselves (skipped, 自动通过), the start of a public
    initiator, who has no account to be sent anything.
    """
    tree = run.tree
    found: dict[str, Activation] = {}
    for one in ancestors(tree, activation.came_from_id):
        kind = tree.node(one).kind
        by_itself = one.outcome == "skip" or any(t.reason == "same_person" for t in tree.tasks_of(one.id))
        is_target = kind == "task" and not by_itself
        is_start = kind == "start" and case.initiator_id is not None
        if one.node != activation.node and (is_target or is_start):
            found.setdefault(one.node, one)
    return list(found.values())


def targets(run: Run, case: Case, activation: Activation) -> list[Target]:
    """Where the assignees of an activation may send back to, by the node's rule."""
    tree = run.tree
    node = tree.node(activation)
    start = run.definition(case).start.id
    found = []
    for index, one in enumerate(passed(run, case, activation)):
        words = {one.node, "passed"}
        if one.node == start:
            words.add("initiator")
        if index == 0:
            words.add("previous")
        if words.isdisjoint(node.send_back):
            continue
        same_block = one.token_id == activation.token_id
        resumes = tuple(way for way in node.resume if way == "walk" or same_block) or ("walk",)
        found.append(Target(one.node, one, resumes))
    return found


def reject_target(run: Run, case: Case, activation: Activation) -> Activation | None:
    """Where a rejection without an edge goes (``on_reject``); None where that was not passed or is nobody's."""
    flow, rule = run.definition(case), run.tree.node(activation).on_reject
    wanted = {"initiator": flow.start.id}.get(rule, rule)
    found = passed(run, case, activation) if rule else []
    return next((one for one in found if rule == "previous" or one.node == wanted), None)


def can_reject(run: Run, case: Case, activation: Activation) -> bool:
    """Whether a rejection here has somewhere to go."""
    has_edge = run.definition(case).edge(activation.node, "reject") is not None
    return has_edge or reject_target(run, case, activation) is not None


def places_of(tree: Tree, activation_id: int) -> list[Place]:
    """The seats of an activation, as they would be opened again."""
    return [_place(main(chain)) for chain in chains(tree, activation_id).values()]


def _place(task: Task) -> Place:
    """A post's task goes back to the post: whoever of its holders is there sees it."""
    return Place(task.assignee_id, task.weight, task.stands_in)


def last_places(run: Run, case: Case, node_id: str) -> list[Place] | None:
    """Those who acted at a node in its last round that anybody acted in; a bench that votes comes back whole.

    None: nobody acted there, ``who`` is resolved anew.
    """
    tree = run.tree
    node = run.definition(case).by_id[node_id]
    rounds = [a for a in tree.of_case("activation", case.id) if a.node == node_id]
    for activation in sorted(rounds, key=lambda a: -a.round):
        tasks = [main(chain) for chain in chains(tree, activation.id).values()]
        acted = [t for t in tasks if t.state in ("done", "sent_back") and not t.reason]
        if acted:
            return [_place(task) for task in (tasks if node.votes else acted)]
    return None


def acted_before(run: Run, came_from: int | None) -> set[int]:
    """The humans who approved (or otherwise sent on) the last task node before here."""
    tree = run.tree
    for one in ancestors(tree, came_from):
        if tree.node(one).kind in ("task", "start") and one.outcome != "skip":
            done = [t for t in tree.tasks_of(one.id) if t.kind == "act" and t.state == "done"]
            found = {human_of(t) for t in done if t.action != "reject" and t.role in MAIN}
            return {human for human in found if human is not None}
    return set()
