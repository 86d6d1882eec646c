"""Node kinds: choice, circulate, wait, call, drafts; who nobody is, who just approved, what time does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from renda.kernel.errors import Invalid, Refused
from renda.kernel.flow.engine import moves_act, moves_case
from renda.kernel.flow.engine.offers import offers
from renda.kernel.flow.tests.bench import ADMIN, FIRST, LAST, Bench, flow
from renda.kernel.flow.tests.invariants import check, check_replay
from renda.kernel.flow.tests.random_flows import CHILD
from renda.kernel.flow.tests.world import BOSS, SUPERVISOR, run


def with_node(node: dict[str, Any], *ways: tuple[str, str], **desk: Any) -> dict[str, Any]:
    """The bench's flow with a node between first and desk; ``ways``: (outcome, to)."""
    graph = flow("single", **desk)
    graph["node"].insert(2, {"title": "中间", **node})
    graph["edge"][1]["to"] = node["id"]
    graph["edge"] += [{"from": node["id"], "on": on, "to": to} for on, to in ways]
    return graph


def begin(graph: dict[str, Any], **named: Any) -> Bench:
    bench = Bench(graph, **named)
    bench.start()
    bench.act(FIRST)
    return bench


def test_a_choice_takes_the_first_edge_that_holds_and_else_the_other() -> None:
    graph = with_node({"id": "size", "kind": "choice"})
    graph["edge"] += [
        {"from": "size", "when": "level > 3", "to": "last"},
        {"from": "size", "when": "level > 1", "to": "desk"},
        {"from": "size", "otherwise": True, "to": "refused"},
    ]
    for level, at in ((5, ["last"]), (2, ["desk"]), (0, [])):
        bench = Bench(graph, desk=[1])
        bench.world.subjects[7] = {"level": level}
        bench.start()
        bench.act(FIRST)
        assert bench.at == at


def test_a_circulate_passes_at_once_or_waits_for_its_readers() -> None:
    node = {"id": "round", "kind": "circulate", "who": "who:readers"}
    at_once = begin(with_node(node, ("approve", "desk")), readers=[7, 8])
    assert at_once.at == ["desk"]
    waits = begin(with_node({**node, "wait_readers": True, "order": "in_turn"}, ("approve", "desk")), readers=[7, 8])
    assert waits.at == ["round"]
    waits.read(7, kind="read")
    check(waits.tree)
    waits.read(8, kind="read")
    assert waits.at == ["desk"]
    nobody = begin(with_node({**node, "wait_readers": True}, ("approve", "desk")), readers=[])
    assert nobody.at == ["desk"]


def test_a_wait_goes_on_by_its_event_by_time_or_by_a_field() -> None:
    until = {"event": "rated", "or_after": "15 days", "when": "level > 3"}
    graph = with_node({"id": "rating", "kind": "wait", "until": until}, ("event", "desk"), ("timeout", "last"))
    bench = begin(graph, desk=[1])
    assert bench.on_case(None, "signal", "other") is None
    assert bench.at == ["rating"]
    bench.on_case(None, "signal", "rated")
    assert bench.at == ["desk"]
    late = begin(graph, desk=[1])
    assert late.tick(days=14) == []
    late.tick(days=2)
    assert late.at == ["last"]
    field = begin(graph, desk=[1])
    field.world.subjects[7] = {"level": 4}
    field.on_case(None, "signal", "changed")
    assert field.at == ["desk"]
    at_once = Bench(graph, desk=[1])
    at_once.world.subjects[7] = {"level": 9}
    at_once.start()
    at_once.act(FIRST)
    assert at_once.at == ["desk"]


def test_a_wait_until_a_moment_of_the_subject() -> None:
    graph = with_node({"id": "promise", "kind": "wait", "until": {"at": "field:promised"}}, ("timeout", "desk"))
    bench = Bench(graph, desk=[1])
    bench.world.subjects[7] = {"promised": bench.world.now + timedelta(days=3)}
    bench.start()
    bench.act(FIRST)
    assert bench.at == ["promise"]
    bench.tick(days=3)
    assert bench.at == ["desk"]


def test_events_queue_while_the_case_is_suspended() -> None:
    graph = with_node({"id": "rating", "kind": "wait", "until": {"event": "rated"}}, ("event", "desk"))
    bench = begin(graph, desk=[1])
    bench.on_case(SUPERVISOR, "suspend", "核实")
    bench.on_case(None, "signal", "rated")
    assert bench.at == ["rating"]
    bench.on_case(SUPERVISOR, "resume")
    assert bench.at == ["desk"]


def called(*, wait: bool = True) -> Bench:
    graph = with_node(
        {"id": "child", "kind": "call", "call": {"flow": "child", "wait": wait}},
        ("approve", "desk"),
        ("terminated", "last"),
    )
    bench = Bench(graph, desk=[1], a=[5])
    bench.world.publish(CHILD)
    bench.start()
    bench.act(FIRST)
    return bench


def test_a_call_waits_for_its_child_and_takes_its_outcome() -> None:
    bench = called()
    child = next(c for c in bench.tree.cases.values() if c.parent_id)
    assert bench.at == ["child", "work"]
    assert child.root_id == bench.case.id
    moves_act.act(run(bench.tree, 5), child, bench.task(5).id, "answer")
    assert child.outcome == "approve"
    assert bench.at == ["desk"]
    check_replay(bench.tree)


def test_a_terminated_child_takes_its_own_edge_and_a_terminated_parent_its_children() -> None:
    bench = called()
    child = next(c for c in bench.tree.cases.values() if c.parent_id)
    moves_case.terminate(run(bench.tree, ADMIN), child, "不需要了")
    assert bench.at == ["last"]
    other = called()
    other.on_case(ADMIN, "terminate", "撤销")
    assert {c.state for c in other.tree.cases.values()} == {"terminated"}
    check(other.tree)


def test_a_child_that_ends_while_its_caller_is_suspended_waits_for_it() -> None:
    bench = called()
    child = next(c for c in bench.tree.cases.values() if c.parent_id)
    bench.on_case(SUPERVISOR, "suspend", "核实")
    moves_act.act(run(bench.tree, 5), child, bench.task(5).id, "answer")
    assert bench.at == ["child"]
    bench.on_case(SUPERVISOR, "resume")
    assert bench.at == ["desk"]


def test_a_call_need_not_wait() -> None:
    bench = called(wait=False)
    assert bench.at == ["desk", "work"]


def test_a_draft_stays_with_the_initiator_until_submitted() -> None:
    bench = Bench(flow("single"), desk=[1])
    bench.start(submit=False)
    assert bench.at == ["start"]
    bench.act(10, "submit")
    assert bench.at == ["first"]


@pytest.mark.parametrize(
    ("on_empty", "assignee"), [("skip", LAST), ("superior", BOSS), ("administrator", ADMIN), ("", ADMIN)]
)
def test_nobody_to_be_found_never_hangs(on_empty: str, assignee: int) -> None:
    bench = Bench(flow("single", on_empty=on_empty), desk=[100])  # a vacant post
    bench.world.bosses = {FIRST: [BOSS]}
    bench.start()
    bench.act(FIRST)
    assert [t.assignee_id for t in bench.tree.tasks.values() if t.state == "open"] == [assignee]
    assert (bench.visit("desk").outcome == "skip") == (on_empty == "skip")


def test_without_even_an_administrator_the_move_is_refused() -> None:
    bench = Bench(flow("single"), desk=[], admin=[])
    bench.start()
    with pytest.raises(Refused) as refused:
        bench.act(FIRST)
    assert refused.value.code == "flow.nobody"
    assert bench.at == ["first"]


def test_the_mover_chooses_and_the_choice_must_fit() -> None:
    bench = Bench(flow("single", who="choice:who:able"), able=[4, 5])
    bench.start()
    task = bench.task(FIRST)
    with pytest.raises(Invalid) as missing:
        moves_act.act(run(bench.tree, FIRST), bench.case, task.id, "approve")
    assert set(missing.value.fields) == {"assignees.desk"}
    with pytest.raises(Invalid):
        moves_act.act(run(bench.tree, FIRST, desk=[6]), bench.case, task.id, "approve")
    moves_act.act(run(bench.tree, FIRST, desk=[5]), bench.case, task.id, "approve")
    assert bench.task(5).pk


def test_who_just_approved_need_not_approve_again() -> None:
    graph = flow("single")
    graph["node"][3]["same_person"] = "skip"
    bench = begin(graph, desk=[LAST])
    bench.act(LAST)
    assert bench.case.outcome == "done"
    assert [t.reason for t in bench.tree.tasks.values() if t.reason] == ["same_person"]
    rejected = begin(graph, desk=[1])
    rejected.act(1)
    assert rejected.at == ["last"]


def test_soon_and_overdue_are_marked_once_and_the_node_reminds() -> None:
    bench = Bench.at_desk("single", on_timeout=["remind"])
    events = bench.tick(days=4, hours=-1)
    assert [(e.move, bench.task(1).due_soon, bench.task(1).overdue) for e in events] == [("due_soon", True, False)]
    events = bench.tick(hours=2)
    assert [(e.move, e.target, e.actor_id) for e in events] == [("time_out", "remind", None)]
    assert bench.task(1).overdue
    assert bench.tick(days=1) == []


@pytest.mark.parametrize(
    ("mode", "rule", "result"),
    [
        ("single", "go:last", ["last"]),
        ("all", "go:approve", ["last"]),
        ("single", "approve", ["last"]),
        ("all", "approve", ["last"]),
        ("all", "reject", []),
        ("any", "reject", []),
    ],
)
def test_what_time_does(mode: str, rule: str, result: list[str]) -> None:
    bench = Bench.at_desk(mode, on_timeout=[rule])
    bench.tick(days=5)
    assert bench.at == result
    check(bench.tree)
    assert all(e.actor_id is None for e in bench.tree.events if e.move == "time_out")


def test_escalation_adds_a_seat_transfers_or_lets_the_superior_read() -> None:
    for mode, rule, seats in (("all", "escalate", 4), ("single", "escalate:transfer", 1), ("single", "escalate", 1)):
        bench = Bench.at_desk(mode, on_timeout=[rule])
        bench.world.bosses = {1: [BOSS]}
        bench.tick(days=5)
        acts = [t for t in bench.tree.tasks.values() if t.state == "open" and t.kind == "act"]
        reads = [t for t in bench.tree.tasks.values() if t.state == "open" and t.kind == "read"]
        assert len(acts) == seats
        found = reads if (mode, rule) == ("single", "escalate") else acts
        assert BOSS in {t.assignee_id for t in found}


def test_a_new_round_starts_the_clock_anew_or_takes_what_is_left() -> None:
    for again, left in (("restart", timedelta(days=4)), ("remaining", timedelta(days=3))):
        bench = Bench.at_desk("single", deadline={"within": "4 days", "again": again})
        bench.world.pass_time(days=1)
        bench.send_back(1, "first")
        bench.world.pass_time(days=10)
        bench.act(FIRST)
        due = bench.task(1).due_at
        assert due is not None
        assert due - bench.world.now == left


def test_offers_name_one_primary_action() -> None:
    bench = Bench.at_desk("single")
    found = [o for o in offers(run(bench.tree, 1), bench.case) if o.primary]
    assert [(o.move, o.action) for o in found] == [("act", "approve")]


def test_a_party_named_twice_has_one_seat() -> None:
    bench = Bench(flow("all", who=["who:desk", "field:people"]), desk=[100])
    bench.world.holders[100] = {1, 2}
    bench.world.subjects[7] = {"people": [100, 3]}
    bench.start()
    bench.act(FIRST)
    assert [t.assignee_id for t in bench.tree.tasks.values() if t.state == "open"] == [100, 3]


def test_what_an_act_writes_lets_a_wait_in_another_branch_go_on() -> None:
    graph = flow("single")
    graph["node"] += [
        {"id": "block", "title": "并行", "kind": "parallel", "join": "meet"},
        {"id": "wait", "title": "等候", "kind": "wait", "until": {"when": "level > 3"}},
        {"id": "meet", "title": "汇合", "kind": "join"},
    ]
    graph["edge"][1]["to"] = "block"
    graph["edge"] = [e for e in graph["edge"] if e["from"] != "desk"]
    graph["edge"] += [
        {"from": "block", "to": "desk"},
        {"from": "block", "to": "wait"},
        {"from": "desk", "on": "answer", "to": "meet"},
        {"from": "wait", "on": "event", "to": "meet"},
        {"from": "meet", "to": "last"},
    ]
    bench = begin(graph, desk=[1])
    assert bench.at == ["block", "desk", "wait"]
    bench.act(1, "note", fields={"level": 4})
    assert bench.at == ["block", "desk"]
    bench.act(1, "answer")
    assert bench.at == ["last"]


def test_on_a_loop_the_nearest_visit_counts() -> None:
    graph = flow("single")
    graph["node"][3]["actions"] = ["again", "send_back", "approve"]
    graph["edge"].append({"from": "last", "on": "again", "to": "first"})
    bench = begin(graph, desk=[1])
    bench.act(1)
    bench.act(LAST, "again")
    second = bench.visit("first")
    bench.act(FIRST)
    assert bench.tree.activations[bench.visit("desk").came_from_id or 0] is second
    bench.send_back(1, "first")
    # The new round has the path of the second visit: behind it lie last, desk and the first visit.
    assert bench.visit("first").came_from_id == second.came_from_id
    assert bench.visit("first").round == 3
