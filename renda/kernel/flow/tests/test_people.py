"""Posts that are vacant, people who leave: who stands in, what is recorded, and how work gets to somebody again."""

from __future__ import annotations

import pytest

from renda.kernel.errors import Forbidden, Invalid
from renda.kernel.flow.engine import handover, moves_seat
from renda.kernel.flow.tests.bench import ADMIN, FIRST, LAST, Bench, flow
from renda.kernel.flow.tests.invariants import check, check_replay
from renda.kernel.flow.tests.test_nodes import with_node
from renda.kernel.flow.tests.world import ADMIN_TOO, BOSS, run


def with_nobody_at_desk(**node: object) -> Bench:
    """A case at a desk whose only post is vacant."""
    bench = Bench(flow("single", **node), desk=[100])
    bench.world.bosses = {FIRST: [BOSS]}
    bench.start()
    bench.act(FIRST)
    return bench


@pytest.mark.parametrize(("on_empty", "who"), [("superior", BOSS), ("administrator", ADMIN), ("", ADMIN)])
def test_whoever_stands_in_is_marked_until_the_task_is_somebodys_own(on_empty: str, who: int) -> None:
    bench = with_nobody_at_desk(on_empty=on_empty)
    task = bench.task(who)
    assert task.stands_in
    assert not bench.task(FIRST, state="done").stands_in
    moves_seat.transfer(run(bench.tree, ADMIN), bench.case, task.id, 7, opinion="请代为办理")
    assert (task.assignee_id, task.stands_in) == (7, False)
    bench.act(7)
    check_replay(bench.tree)


def test_a_stand_in_stays_one_when_the_work_comes_back_to_her() -> None:
    bench = with_nobody_at_desk()
    bench.send_back(ADMIN, "first", resume="straight")
    bench.act(FIRST)
    assert bench.task(ADMIN).stands_in


@pytest.mark.parametrize("mode", ["all", "sequence", "ratio"])
def test_a_vacant_post_that_should_have_voted_is_recorded(mode: str) -> None:
    bench = Bench(flow(mode, threshold="1/2") if mode == "ratio" else flow(mode), desk=[1, 100, 2])
    bench.start()
    bench.act(FIRST)
    missing = next(t for t in bench.tree.tasks.values() if t.assignee_id == 100)
    assert (missing.state, missing.reason, missing.closed_at) == ("cancelled", "nobody", bench.world.now)
    bench.act(1)
    if bench.at == ["desk"]:
        bench.act(2)
    assert bench.at == ["last"]
    # A new round asks again who is there.
    bench.world.holders[100] = {5}
    bench.send_back(LAST, "first")
    bench.act(FIRST)
    assert bench.states(100) == (["waiting"] if mode == "sequence" else ["open"])
    check(bench.tree)


def test_one_hand_is_enough_so_a_vacant_post_beside_it_is_no_news() -> None:
    bench = Bench(flow("any"), desk=[1, 100])
    bench.start()
    bench.act(FIRST)
    assert all(t.assignee_id != 100 for t in bench.tree.tasks.values())


def test_a_leavers_work_goes_to_the_named_successor() -> None:
    bench = Bench.at_desk("all")
    handover.hand_over(run(bench.tree, None), bench.case, 1, 7)
    task = bench.task(7)
    assert (task.state, task.stands_in) == ("open", False)
    assert {e.move for e in bench.tree.events} >= {"hand_over"}
    bench.act(7)
    check(bench.tree)


def test_without_a_successor_it_goes_to_the_administrators_pool() -> None:
    bench = Bench.at_desk("all")
    handover.hand_over(run(bench.tree, None), bench.case, 1, None)
    assert bench.task(ADMIN).stands_in
    # The successor has a seat of his own here, so the pool gets it as well.
    handover.hand_over(run(bench.tree, None), bench.case, 2, 3)
    assert bench.task(ADMIN_TOO).stands_in
    check(bench.tree)


def test_a_posts_work_stays_with_the_post_and_what_its_leaver_had_claimed_is_free_again() -> None:
    bench = Bench(flow("single"), desk=[100])
    bench.world.holders[100] = {1, 2}
    bench.start()
    bench.act(FIRST)
    task = bench.task(100)
    moves_seat.claim(run(bench.tree, 1), bench.case, task.id)
    handover.hand_over(run(bench.tree, None), bench.case, 1, 7)
    assert (task.assignee_id, task.claimed_by_id) == (100, None)
    bench.act(2, task=task)


def test_a_claim_ends_when_its_holder_gives_up_the_post() -> None:
    bench = Bench(flow("single"), desk=[100])
    bench.world.holders[100] = {1, 2}
    bench.start()
    bench.act(FIRST)
    task = bench.task(100)
    moves_seat.claim(run(bench.tree, 1), bench.case, task.id)
    assert bench.tick(hours=1) == []
    bench.world.holders[100] = {2}
    assert [event.move for event in bench.tick(hours=1)] == ["hand_over"]
    bench.act(2, task=task)
    check_replay(bench.tree)


def test_a_circulation_that_waits_for_somebody_who_is_gone_can_be_passed_on() -> None:
    node = {"id": "round", "kind": "circulate", "who": "who:readers", "wait_readers": True}
    bench = Bench(with_node(node, ("approve", "desk")), readers=[100, 7])
    bench.world.holders[100] = {8}
    bench.start()
    bench.act(FIRST)
    bench.read(7, kind="read")
    bench.world.holders[100] = set()
    task = bench.task(100, kind="read")
    with pytest.raises(Forbidden):
        moves_seat.transfer(run(bench.tree, LAST), bench.case, task.id, 9)
    with pytest.raises(Invalid):
        moves_seat.transfer(run(bench.tree, ADMIN), bench.case, task.id, 101)
    moves_seat.transfer(run(bench.tree, ADMIN), bench.case, task.id, 9)
    bench.read(9, kind="read")
    assert bench.at == ["desk"]
    check(bench.tree)
