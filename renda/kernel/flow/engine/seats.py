"""Seats: who fills them, how each stands, and what an activation's mode makes of them.

One human never fills two seats. Posts make that a matching: seats are given, and a post's holder may act, only if
every other open seat can still be filled by somebody else; so no seat is ever left without anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from renda.kernel.flow.engine.tree import Tree
from renda.kernel.flow.models import Task
from renda.kernel.flow.shapes import Node

MAIN = ("own", "parallel")
PENDING = ""


@dataclass(frozen=True, slots=True)
class Place:
    """One seat to be opened: its party, its weight, and whether the party stands in for somebody not found."""

    party: int
    weight: int = 1
    stands_in: bool = False


def chains(tree: Tree, activation_id: int) -> dict[int, list[Task]]:
    """The seats of an activation: number → its chain of ``act`` tasks in order.

    Not in it: what was removed, and what only records that nobody was there to be asked.
    """
    found: dict[int, list[Task]] = {}
    for task in tree.tasks_of(activation_id):
        if task.kind == "act" and task.reason not in ("removed", "nobody"):
            found.setdefault(task.seat, []).append(task)
    return {seat: sorted(chain, key=lambda task: task.position) for seat, chain in sorted(found.items())}


def main(chain: Sequence[Task]) -> Task:
    """The task the seat was opened for."""
    return next(task for task in chain if task.role in MAIN)


def standing(chain: Sequence[Task]) -> str:
    """``reject`` as soon as anybody in the chain rejected; the own task's action when all is done; else pending."""
    if any(task.state == "done" and task.action == "reject" and task.role != "consult" for task in chain):
        return "reject"
    if any(task.state != "done" for task in chain):
        return PENDING
    return main(chain).action


def verdict(node: Node, seats: dict[int, list[Task]]) -> str:
    """The outcome of an activation, or pending: the table of modes."""
    standings = [standing(chain) for chain in seats.values()]
    settled = [one for one in standings if one]
    if node.kind == "start" or node.mode in ("single", "any"):
        return settled[0] if settled else PENDING
    if node.mode == "ratio":
        return _ratio(node.threshold or Fraction(1, 2), seats, standings)
    if "reject" in settled and (node.mode == "sequence" or node.veto == "at_once"):
        return "reject"
    if len(settled) < len(standings):
        return PENDING
    return "reject" if "reject" in settled else "approve"


def _ratio(threshold: Fraction, seats: dict[int, list[Task]], standings: Sequence[str]) -> str:
    weights = [main(chain).weight for chain in seats.values()]
    needed = threshold * sum(weights)
    given = sum(weight for weight, one in zip(weights, standings, strict=True) if one not in (PENDING, "reject"))
    lost = sum(weight for weight, one in zip(weights, standings, strict=True) if one == "reject")
    if given >= needed:
        return "approve"
    return "reject" if sum(weights) - lost < needed else PENDING


def matching(options: Iterable[frozenset[int]]) -> bool:
    """Whether each seat can have a human of its own (augmenting paths)."""
    seats = list(options)
    taken: dict[int, int] = {}

    def fill(seat: int, tried: set[int]) -> bool:
        for human in seats[seat] - tried:
            tried.add(human)
            if human not in taken or fill(taken[human], tried):
                taken[human] = seat
                return True
        return False

    return all(fill(seat, set()) for seat in range(len(seats)))


def distinct(places: Iterable[Place], humans: Callable[[int], frozenset[int]]) -> list[Place]:
    """The places that can be filled by different humans, in order; a vacant post and a repeated party fall out.

    Two posts in the hands of one person are thereby one seat.
    """
    kept: list[Place] = []
    options: list[frozenset[int]] = []
    for place in places:
        able = humans(place.party)
        if not able or any(place.party == other.party for other in kept):
            continue
        if matching([*options, able]):
            kept.append(place)
            options.append(able)
    return kept


def human_of(task: Task) -> int | None:
    """The human whom a task's act counts for: the principal, else the hand."""
    return task.principal_id or task.claimed_by_id


def seated(tree: Tree, activation_id: int, but_seat: int) -> tuple[set[int], list[frozenset[int]]]:
    """For all seats but one: the humans who filled theirs, and for each open one the humans who can."""
    filled: set[int] = set()
    open_seats: list[frozenset[int]] = []
    for seat, chain in chains(tree, activation_id).items():
        if seat == but_seat:
            continue
        for task in chain:
            human = human_of(task)
            if task.role != "consult" and task.state == "done" and human is not None:
                filled.add(human)
        own = main(chain)
        if own.unfinished:
            open_seats.append(
                frozenset({own.claimed_by_id}) if own.claimed_by_id else tree.world.humans(own.assignee_id)
            )
    return filled, open_seats


def may_fill(tree: Tree, node: Node, task: Task, human: int) -> bool:
    """Whether a human may act in a seat without having, or being the only one left for, another."""
    if task.role == "consult":
        return True
    filled, others = seated(tree, task.activation_id, task.seat)
    if human in filled:
        return False
    if not node.votes or not others:
        return True
    left = [able - {human} - filled for able in others]
    before = [able - filled for able in others]
    return matching(left) or not matching(before)


def can_join(tree: Tree, activation_id: int, party: int, seat: int | None) -> bool:
    """Whether a party may get a task: none of its own open here, no seat yet, and a human who fills no other seat.

    ``seat`` None: it comes in as an adviser and fills no seat.
    """
    for task in tree.tasks_of(activation_id):
        if task.kind == "act" and task.assignee_id == party:
            seated_already = seat is not None and task.role != "consult" and task.state == "done"
            if task.unfinished or seated_already:
                return False
    able = tree.world.humans(party)
    if seat is None or not able:
        return bool(able)
    filled, others = seated(tree, activation_id, seat)
    return matching([able - filled, *(other - filled for other in others)])
