"""The invariants over random flows, random people and random moves, after every move."""

from __future__ import annotations

import os
import random
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from renda.kernel.errors import Invalid, RendaError
from renda.kernel.flow.engine import moves_case
from renda.kernel.flow.engine.tree import Tree
from renda.kernel.flow.models import Case
from renda.kernel.flow.tests import presses
from renda.kernel.flow.tests.invariants import check, check_hand, check_joins, check_replay, dump
from renda.kernel.flow.tests.random_flows import PEOPLE, FlowMaker, random_world
from renda.kernel.flow.tests.world import ADMIN, run

LONG = os.environ.get("RENDA_HYPOTHESIS_PROFILE") == "long"
profile = settings(
    max_examples=4000 if LONG else 250,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate] if LONG else list(Phase),
    derandomize=not LONG,
)


def a_case(dice: random.Random) -> Tree | None:
    """A started case of a random flow, or None when nobody at all could be found for its first node."""
    world = random_world(dice)
    published = world.publish(FlowMaker(dice).make())
    world.subjects[7] = {"level": dice.randint(0, 5), "people": dice.sample(list(PEOPLE), 2)}
    tree = Tree(world, {})
    initiator = dice.choice([None, 1, 2])
    try:
        moves_case.start(
            run(tree, initiator),
            published,
            tenant_id=1,
            subject_type="test.Subject",
            subject_id=7,
            title="办件",
            initiator_id=initiator,
        )
    except RendaError:
        assert not tree.effects or not tree.cases
        return None
    return tree


def one_move(dice: random.Random, tree: Tree) -> None:
    """One press (or some time), and what must be true of it."""
    case = dice.choice(list(tree.cases.values()))
    kind = dice.random()
    if kind < 0.08:
        presses.pass_time(dice, tree)
        return
    if kind < 0.12:
        presses.change_people(dice, tree)
        return
    chosen = presses.legal(dice, tree, case) if kind < 0.75 else presses.arbitrary(dice, tree, case)
    if chosen is None:
        return
    who, move, given_ = chosen
    was_offered = presses.offered(tree, case, who, move, given_)
    before, events = dump(tree), len(tree.events)
    done, refused = attempt(tree, case, who, move, given_)
    if refused is not None:
        # 7: a refused move changes nothing. 11: what was offered is refused only for what a form gets wrong.
        assert dump(tree) == before
        assert len(tree.events) == events
        assert not was_offered or isinstance(refused, Invalid)
    else:
        # Opening one's own task a second time writes nothing.
        assert was_offered or (done is None and dump(tree) == before), f"{move} by {who} was not offered"
        if move in ("act", "send_back"):
            check_hand(tree, done)


def attempt(
    tree: Tree, case: Case, who: int | None, move: str, given_: dict[str, Any]
) -> tuple[Any, RendaError | None]:
    """A press and its refusal."""
    try:
        return presses.press(tree, case, who, move, given_), None
    except RendaError as error:
        return None, error


@profile
@given(st.integers(0, 2**40))
def test_every_invariant_holds_after_every_move(seed: int) -> None:
    dice = random.Random(seed)
    tree = a_case(dice)
    if tree is None:
        return
    check(tree)
    for _ in range(40 if LONG else 25):
        one_move(dice, tree)
        check(tree)
    check_joins(tree)
    check_replay(tree)


@profile
@given(st.integers(0, 2**40))
def test_a_second_press_on_the_same_task_is_told_so(seed: int) -> None:
    """9: of two presses that saw the same version, one is done and the other changes nothing."""
    dice = random.Random(seed)
    tree = a_case(dice)
    if tree is None:
        return
    for _ in range(15):
        case = dice.choice(list(tree.cases.values()))
        chosen = presses.legal(dice, tree, case)
        if chosen is None:
            continue
        who, move, given_ = chosen
        if attempt(tree, case, who, move, given_)[1] is not None:
            continue
        if "version" not in given_ or move in ("copy_to", "circulate", "extend_request"):
            continue  # these leave the task as it is, twice is not a conflict
        before = dump(tree)
        refused = attempt(tree, case, who, move, given_)[1]
        assert refused is not None, f"{move} was done twice"
        assert refused.status in (409, 403)
        assert dump(tree) == before


@profile
@given(st.integers(0, 2**40))
def test_an_administrator_always_gets_a_case_to_its_end(seed: int) -> None:
    """1: whatever happened, a running case can still be terminated and leaves nothing behind."""
    dice = random.Random(seed)
    tree = a_case(dice)
    if tree is None:
        return
    for _ in range(10):
        one_move(dice, tree)
    root = tree.root
    if root.running:
        moves_case.terminate(run(tree, ADMIN), root, "测试结束")
    check(tree)
    assert all(not c.running for c in tree.cases.values() if c.parent_activation_id is not None or c is root)
