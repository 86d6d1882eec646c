"""取回: the exact inverse of an act, row by row, and when it is too late."""

from __future__ import annotations

from typing import Any

import pytest

from renda.kernel.errors import Refused
from renda.kernel.flow.engine import moves_act, moves_seat
from renda.kernel.flow.tests.bench import FIRST, LAST, Bench, flow
from renda.kernel.flow.tests.invariants import check, check_replay, dump
from renda.kernel.flow.tests.world import run

# A stale press stays stale, the trail grows; everything else must be as before.
GROWS = {"version", "admitted"}


def as_before(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Each old row is as it was, each new one is cancelled or gone."""
    for key, row in before["rows"].items():
        now = after["rows"][key]
        assert {n: v for n, v in now.items() if n not in GROWS} == {n: v for n, v in row.items() if n not in GROWS}
    for key in after["rows"].keys() - before["rows"].keys():
        if key[0] != "party":
            row = after["rows"][key]
            assert row["state"] in ("cancelled", "gone"), (key, row)
            assert row.get("reason", row.get("outcome", "withdrawn")) in ("withdrawn", "")
    assert after["subjects"] == before["subjects"]


def round_trip(bench: Bench, who: int, *act: Any, **given: Any) -> None:
    """Act, take it back, compare; then act again: the way is free."""
    bench.world.subjects.setdefault(bench.case.subject_id, {})
    before = dump(bench.tree)
    bench.world.pass_time(hours=1)
    bench.act(who, *act, **given)
    bench.world.pass_time(hours=1)
    bench.withdraw(who)
    as_before(before, dump(bench.tree))
    check(bench.tree)
    check_replay(bench.tree)
    bench.act(who, *act, **given)
    check(bench.tree)


@pytest.mark.parametrize("mode", ["single", "any", "all", "sequence", "ratio"])
def test_an_act_and_its_inverse(mode: str) -> None:
    round_trip(Bench.at_desk(mode), 1)


def test_siblings_that_the_act_cancelled_are_open_again_with_their_due() -> None:
    bench = Bench.at_desk("any")
    due = bench.task(2).due_at
    round_trip(bench, 1)
    bench.withdraw(1)
    assert bench.task(2).due_at == due
    bench.act(2)
    assert bench.at == ["last"]


def test_the_deciding_vote() -> None:
    for mode in ("all", "ratio"):
        bench = Bench.at_desk(mode)
        bench.act(1)
        if mode == "all":
            bench.act(2)
        round_trip(bench, 3)


def test_a_skipped_same_person_node_is_undone_with_the_act() -> None:
    graph = flow("single")
    graph["node"][3]["same_person"] = "skip"
    bench = Bench(graph, desk=[LAST])
    bench.start()
    bench.act(FIRST)
    bench.act(LAST)
    assert bench.case.outcome == "done"
    assert "withdraw" not in bench.moves(LAST)  # it ended the case
    graph["edge"][-2]["to"] = "extra"
    graph["node"].append({"id": "extra", "title": "再审", "who": "who:first", "actions": ["approve"]})
    graph["edge"].append({"from": "extra", "to": "done"})
    again = Bench(graph, desk=[LAST])
    again.start()
    again.act(FIRST)
    round_trip(again, LAST)


def test_fields_are_as_before() -> None:
    bench = Bench.at_desk("single")
    bench.world.subjects[7] = {"level": 2}
    round_trip(bench, 1, fields={"level": 5})


def test_a_send_back_can_be_taken_back() -> None:
    bench = Bench.at_desk("all")
    bench.act(2)
    before = dump(bench.tree)
    bench.send_back(1, "first")
    bench.withdraw(1)
    as_before(before, dump(bench.tree))
    check(bench.tree)


def test_a_branch_that_was_opened_and_not_looked_at() -> None:
    bench = Bench(parallel(), left=[1], right=[2])
    bench.start()
    round_trip(bench, FIRST)
    assert bench.at == ["block", "left", "right"]


def test_ones_own_vote_any_time_while_the_vote_is_open() -> None:
    bench = Bench.at_desk("all")
    bench.act(1)
    bench.read(2)
    bench.act(2, "reject")
    bench.withdraw(1)
    assert bench.states(1, 2, 3) == ["open", "done", "open"]
    bench.act(1)
    bench.act(3)
    assert bench.case.outcome == "refused"


@pytest.mark.parametrize("how", ["read", "act", "claim"])
def test_too_late_once_the_next_has_read_acted_or_claimed(how: str) -> None:
    bench = Bench(flow("single"), desk=[100])
    bench.world.holders[100] = {1, 2}
    bench.start()
    bench.act(FIRST)
    assert "withdraw" in bench.moves(FIRST)
    who, task = run(bench.tree, 2), bench.task(100).id
    if how == "read":
        moves_act.read(who, bench.case, task)
    elif how == "claim":
        moves_seat.claim(who, bench.case, task)
    else:
        moves_act.act(who, bench.case, task, "note")
    assert "withdraw" not in bench.moves(FIRST)
    with pytest.raises(Refused):
        bench.withdraw(FIRST)


def test_a_copy_that_was_read_does_not_stand_in_the_way() -> None:
    graph = flow("single")
    graph["node"].insert(2, {"id": "copies", "kind": "circulate", "title": "传阅", "who": "who:readers"})
    graph["edge"][1] = {"from": "first", "to": "copies"}
    graph["edge"].append({"from": "copies", "to": "desk"})
    bench = Bench(graph, readers=[7, 8])
    bench.start()
    bench.act(FIRST)
    bench.read(7, kind="read")
    bench.withdraw(FIRST)
    assert bench.at == ["first"]
    assert bench.task(7, state="done", kind="read").pk
    assert bench.task(8, state="cancelled", kind="read").reason == "withdrawn"


def test_what_took_a_number_or_is_final_stays() -> None:
    bench = Bench.at_desk("single")
    bench.act(1, final=True)
    assert "withdraw" not in bench.moves(1)
    declared = Bench.at_desk("single", final=["approve"])
    declared.act(1)
    assert "withdraw" not in declared.moves(1)


def test_what_the_business_cannot_undo_stays() -> None:
    bench = Bench.at_desk("single")
    bench.world.lasting = {"answer"}
    bench.act(1)
    assert "withdraw" in bench.moves(1)
    bench.withdraw(1)
    graph = flow("single")
    graph["edge"][-1]["to"] = "last"
    answered = Bench(graph, desk=[1])
    answered.world.lasting = {"answer"}
    answered.start()
    answered.act(FIRST)
    answered.act(1, "answer")
    assert "withdraw" not in answered.moves(1)
    answered.world.lasting = set()
    assert "withdraw" in answered.moves(1)


def test_what_fired_a_join_stays() -> None:
    bench = Bench(parallel(), left=[1], right=[2])
    bench.start()
    bench.act(FIRST)
    bench.act(1)
    assert "withdraw" in bench.moves(1)  # it only waits at the join
    bench.act(2)
    assert bench.at == ["last"]
    assert "withdraw" not in bench.moves(2)
    assert "withdraw" not in bench.moves(1)


def test_nobody_takes_back_what_another_did() -> None:
    bench = Bench.at_desk("single")
    task = bench.task(1)
    bench.act(1)
    with pytest.raises(Refused):
        bench.withdraw(LAST, task)


def parallel() -> dict[str, Any]:
    """first (11) → block: left (1), right (2) → last (12)."""
    graph = flow("single")
    graph["node"][2:3] = [
        {"id": "block", "title": "并行", "kind": "parallel", "join": "meet"},
        {"id": "left", "title": "左", "who": "who:left", "actions": ["approve", "send_back"]},
        {"id": "right", "title": "右", "who": "who:right", "actions": ["approve", "send_back"]},
        {"id": "meet", "title": "汇合", "kind": "join"},
    ]
    graph["reopen"] = {}
    graph["edge"] = [
        {"from": "start", "on": "submit", "to": "first"},
        {"from": "first", "to": "block"},
        {"from": "block", "to": "left"},
        {"from": "block", "to": "right"},
        {"from": "left", "to": "meet"},
        {"from": "right", "to": "meet"},
        {"from": "meet", "to": "last"},
        {"from": "last", "to": "done"},
    ]
    return {**graph, "node": [n for n in graph["node"] if n["id"] != "refused"]}
