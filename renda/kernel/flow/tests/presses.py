"""Random presses: legal ones from the offers, arbitrary ones, stale ones."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from renda.kernel.errors import RendaError
from renda.kernel.flow.engine import handover, moves_act, moves_case, moves_seat, moves_time
from renda.kernel.flow.engine.offers import Offer, offers
from renda.kernel.flow.engine.tree import Tree
from renda.kernel.flow.models import Case
from renda.kernel.flow.tests.random_flows import PEOPLE, everybody
from renda.kernel.flow.tests.world import POSTS, FakeWorld, run

Press = tuple[int | None, str, dict[str, Any]]
TASK_MOVES = [
    "act",
    "send_back",
    "transfer",
    "consult",
    "claim",
    "release",
    "add_assignee",
    "copy_to",
    "circulate",
    "extend_request",
    "read",
]
CASE_MOVES = ["urge", "oversee", "suspend", "resume", "terminate", "jump", "reopen"]
WORK = [
    "act",
    "send_back",
    "withdraw",
    "consult",
    "add_assignee",
    "extend_request",
    "extend_grant",
    "jump_grant",
    "resume",
    "reopen",
]
REQUEST_MOVES = ["extend_grant", "extend_refuse", "jump_grant", "jump_refuse"]


def press(tree: Tree, case: Case, who: int | None, move: str, given: dict[str, Any]) -> Any:
    """Do one move.

    Raises:
        RendaError: as the move says.
    """
    r = run(tree, who)
    for module in (moves_act, moves_seat, moves_case, moves_time):
        if hasattr(module, move):
            return getattr(module, move)(r, case, **given)
    raise AssertionError(move)


def legal(dice: random.Random, tree: Tree, case: Case) -> Press | None:
    """A press that the offers of a random person allow; a receiver or a node may still turn out unfit."""
    people = everybody(tree.world)
    dice.shuffle(people)
    for who in people:
        found = offers(run(tree, who), case)
        found = [o for o in found if o.move in WORK or dice.random() < 0.1]
        if found:
            offer = dice.choice(found)
            return who, offer.move, arguments(dice, tree, offer)
    return None


def arguments(dice: random.Random, tree: Tree, offer: Offer) -> dict[str, Any]:
    """Arguments that fit an offer."""
    given: dict[str, Any] = {}
    if offer.task_id is not None and offer.request_id is None:
        given["task_id"] = offer.task_id
        if offer.move != "read":
            given["version"] = offer.version
    if offer.request_id is not None:
        given["request_id"] = offer.request_id
    return {**given, **_details(dice, tree, offer)}


def _details(dice: random.Random, tree: Tree, offer: Offer) -> dict[str, Any]:
    somebody = dice.choice([*PEOPLE, *list(POSTS)[:4]])
    target, resumes = dice.choice(offer.targets) if offer.targets else ("", ())
    match offer.move:
        case "act":
            level = {"fields": {"level": dice.randint(0, 5)}} if dice.random() < 0.2 else {}
            node = tree.node(tree.activations[tree.tasks[offer.task_id or 0].activation_id])
            return {"action": offer.action, **(level if node.fields.write else {})}
        case "send_back":
            return {"to": target, "resume": dice.choice(resumes)}
        case "transfer" | "consult":
            return {"to": somebody}
        case "add_assignee":
            return {"to": somebody, "place": dice.choice(offer.places)}
        case "copy_to" | "circulate":
            return {"to": dice.sample(list(PEOPLE), 2)}
        case "extend_request":
            due = tree.tasks[offer.task_id or 0].due_at or tree.world.now
            return {"wanted_at": due + timedelta(days=1), "reason": "材料未到"}
        case "suspend" | "terminate":
            return {"reason": "理由"}
        case "jump":
            return {"to": target, "reason": "理由"}
        case "reopen":
            return {"to": target}
    return {}


def arbitrary(dice: random.Random, tree: Tree, case: Case) -> Press:
    """Any move by anybody on anything."""
    who = dice.choice(everybody(tree.world))
    move = dice.choice([*TASK_MOVES, *CASE_MOVES, *REQUEST_MOVES, "withdraw", "remove_assignee"])
    nodes = [node.id for node in tree.definition(case).nodes]
    if not tree.tasks:
        move = dice.choice(CASE_MOVES)
    given: dict[str, Any] = {}
    if move in REQUEST_MOVES:
        given["request_id"] = dice.choice([*tree.requests, 0])
    elif move not in CASE_MOVES:
        task = dice.choice(list(tree.tasks.values()))
        given["task_id"] = task.id
        if move != "read" and dice.random() < 0.5:
            given["version"] = max(0, task.version - dice.randint(0, 1))
    task_id = given.get("task_id")
    offer = Offer(
        move,
        case.id,
        action=dice.choice(["approve", "reject", "answer", "note", "reply", "submit"]),
        task_id=task_id,
        targets=((dice.choice(nodes), ("walk", "straight")),),
        places=("before", "after", "parallel"),
    )
    if move == "extend_request" and tree.tasks[given["task_id"]].due_at is None:
        given.update(wanted_at=tree.world.now + timedelta(days=9), reason="材料未到")
        return who, move, given
    given.update(_details(dice, tree, offer))
    return who, move, given


def offered(tree: Tree, case: Case, who: int | None, move: str, given: dict[str, Any]) -> bool:
    """Whether a press is among the buttons."""
    for offer in offers(run(tree, who), case):
        same = offer.move == move and offer.action == given.get("action", offer.action)
        same = same and offer.task_id == given.get("task_id", offer.task_id)
        same = same and offer.request_id == given.get("request_id", offer.request_id)
        same = same and given.get("version", offer.version) == offer.version
        if same and offer.targets and "to" in given:
            ways = dict(offer.targets)
            same = given["to"] in ways and given.get("resume", "walk") in (ways[given["to"]] or ("walk",))
        if same and offer.places:
            same = given["place"] in offer.places
        if same:
            return True
    return False


def pass_time(dice: random.Random, tree: Tree) -> None:
    """Time goes by, the machine does what is due, an event may come."""
    world = tree.world
    assert isinstance(world, FakeWorld)
    world.pass_time(hours=dice.choice([1, 9, 30, 60]))
    for case in list(tree.cases.values()):
        moves_time.tick(run(tree, None), case)
        if dice.random() < 0.3:
            moves_case.signal(run(tree, None), case, "rated")


def change_people(dice: random.Random, tree: Tree) -> None:
    """Somebody takes or gives up a post, lends her work, or leaves the house and what she had is handed over."""
    world = tree.world
    assert isinstance(world, FakeWorld)
    person, post = dice.choice(list(PEOPLE)), dice.choice(list(POSTS)[:4])
    match dice.choice(["take", "give up", "lend", "leave", "return"]):
        case "take":
            world.holders[post] = {*world.holders[post], person}
        case "give up":
            world.holders[post] = world.holders[post] - {person}
        case "lend":
            world.delegations[person] = dice.sample(list(PEOPLE), dice.randint(0, 2))
        case "return":
            world.inactive.discard(person)
        case "leave":
            world.inactive.add(person)
            successor = dice.choice([None, *PEOPLE])
            for one in list(tree.cases.values()):
                handover.hand_over(run(tree, None), one, person, successor)


__all__ = ["RendaError", "arbitrary", "change_people", "legal", "offered", "pass_time", "press"]
