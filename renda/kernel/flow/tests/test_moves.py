"""The moves on paths and on whole cases: send back, jump, reopen, suspend, terminate, urge, oversee, delegation."""

from __future__ import annotations

from datetime import timedelta

import pytest

from renda.kernel.errors import Forbidden, Invalid, NotFound, Refused
from renda.kernel.flow.engine import moves_act, moves_case, moves_seat
from renda.kernel.flow.engine.offers import offers
from renda.kernel.flow.tests.bench import ADMIN, FIRST, LAST, Bench, flow
from renda.kernel.flow.tests.invariants import check, check_replay
from renda.kernel.flow.tests.test_withdraw import parallel
from renda.kernel.flow.tests.world import ADMIN_TOO, SUPERVISOR, run


def block() -> Bench:
    bench = Bench(parallel(), left=[1], right=[2])
    bench.start()
    bench.act(FIRST)
    return bench


def targets(bench: Bench, who: int) -> dict[str, tuple[str, ...]]:
    """The send-back targets offered to somebody, with their ways to resume."""
    found = [o for o in offers(run(bench.tree, who), bench.case) if o.move == "send_back"]
    return dict(found[0].targets) if found else {}


def test_out_of_a_block_only_walk_is_offered_and_every_branch_is_cancelled() -> None:
    bench = block()
    assert targets(bench, 1) == {"first": ("walk",), "start": ("walk",)}
    with pytest.raises(Refused):
        bench.send_back(1, "first", resume="straight")
    bench.send_back(1, "first")
    assert bench.at == ["first"]
    assert bench.states(1, 2) == ["sent_back", "cancelled"]
    bench.act(FIRST)
    assert bench.at == ["block", "left", "right"]
    check(bench.tree)
    check_replay(bench.tree)


def test_a_branch_that_waits_at_the_join_is_cancelled_too() -> None:
    bench = block()
    bench.act(2)
    bench.send_back(1, "first")
    bench.act(FIRST)
    bench.act(1)
    assert bench.at == ["block", "right"]


def test_previous_after_a_join_is_the_last_task_before_the_block() -> None:
    bench = block()
    bench.act(1)
    bench.act(2)
    assert set(targets(bench, LAST)) == {"first", "start"}
    bench.send_back(LAST, "previous")
    assert bench.at == ["first"]


def test_the_other_branch_is_no_target() -> None:
    bench = block()
    with pytest.raises(Refused):
        bench.send_back(1, "right")


def test_a_public_initiator_is_no_target() -> None:
    bench = Bench(flow("single"), initiator=None, desk=[1])
    bench.start()
    assert targets(bench, FIRST) == {}
    with pytest.raises(Refused):
        bench.send_back(FIRST, "initiator")


def test_those_who_acted_there_last_get_the_new_round() -> None:
    bench = Bench.at_desk("any")
    bench.act(2)
    bench.world.named["desk"] = [5, 6]
    bench.send_back(LAST, "desk")
    assert [t.assignee_id for t in bench.tree.tasks.values() if t.state == "open"] == [2]


def test_where_nobody_acted_the_rule_is_asked_anew() -> None:
    bench = Bench.at_desk("single", on_timeout=["approve"])
    bench.tick(days=5)
    bench.world.named["desk"] = [8]
    bench.send_back(LAST, "desk")
    assert [t.assignee_id for t in bench.tree.tasks.values() if t.state == "open"] == [8]


def test_a_bench_that_votes_comes_back_whole() -> None:
    bench = Bench.at_desk("ratio", threshold="1/2")
    bench.act(1)
    bench.act(2)
    bench.send_back(LAST, "desk")
    assert bench.states(1, 2, 3) == ["open", "open", "open"]


def test_opinions_of_every_round_are_kept() -> None:
    bench = Bench.at_desk("single")
    bench.act(1, opinion="第一次")
    bench.send_back(LAST, "desk", opinion="请补充")
    bench.act(1, opinion="第二次")
    kept = [(bench.tree.activations[t.activation_id].round, t.opinion) for t in bench.tree.tasks.values() if t.opinion]
    assert kept == [(1, "第一次"), (1, "请补充"), (2, "第二次")]


def test_a_rejection_without_an_edge_goes_where_the_definition_says() -> None:
    graph = flow("all", on_reject="initiator")
    graph["edge"] = [e for e in graph["edge"] if e.get("on") != "reject"]
    graph["node"] = [n for n in graph["node"] if n["id"] != "refused"]
    bench = Bench(graph)
    bench.start()
    bench.act(FIRST)
    for person in (1, 2, 3):
        bench.act(person, "reject" if person == 2 else "approve")
    assert bench.at == ["start"]
    public = Bench(graph, initiator=None)
    public.start()
    public.act(FIRST)
    # Nobody to send it back to: nobody is offered a rejection that would go nowhere.
    assert public.actions(1) == {"approve"}


def test_jump_needs_a_reason_and_a_second_administrator() -> None:
    bench = Bench.at_desk("all")
    with pytest.raises(Refused):
        bench.on_case(1, "jump", "last", "理由")
    with pytest.raises(Invalid):
        bench.on_case(ADMIN, "jump", "last", " ")
    bench.on_case(ADMIN, "jump", "last", "会签已在线下完成")
    (request,) = bench.tree.requests.values()
    assert bench.at == ["desk"]
    with pytest.raises(Refused):
        bench.on_case(ADMIN, "jump_grant", request.id)
    bench.on_case(ADMIN_TOO, "jump_grant", request.id)
    assert bench.at == ["last"]
    assert bench.states(1, 2, 3) == ["cancelled"] * 3
    check(bench.tree)


def test_whoever_asks_for_a_jump_chooses_the_people_there() -> None:
    graph = flow("single")
    graph["node"][3]["who"] = ["choice:who:able"]
    bench = Bench(graph, desk=[1], able=[4, 5])
    bench.start()
    with pytest.raises(Invalid) as missing:
        bench.on_case(ADMIN, "jump", "last", "理由")
    assert set(missing.value.fields) == {"assignees.last"}
    asking = run(bench.tree, ADMIN, last=[6])
    with pytest.raises(Invalid):
        moves_case.jump(asking, bench.case, "last", "理由")
    moves_case.jump(run(bench.tree, ADMIN, last=[5]), bench.case, "last", "理由")
    bench.on_case(ADMIN_TOO, "jump_grant", next(iter(bench.tree.requests)))
    assert bench.task(5).state == "open"


def test_an_event_says_where_the_case_went() -> None:
    bench = block()
    assert [(e.node, e.target) for e in bench.tree.events] == [("start", "start,first"), ("first", "block,left,right")]
    assert (bench.act(1).target, bench.act(2).target) == ("", "last")
    assert bench.send_back(LAST, "first").target == "first"


def test_jump_out_of_a_block_and_never_into_one() -> None:
    bench = block()
    with pytest.raises(Refused):
        bench.on_case(ADMIN, "jump", "left", "理由")
    bench.on_case(ADMIN, "jump", "last", "理由")
    bench.on_case(ADMIN_TOO, "jump_grant", next(iter(bench.tree.requests)))
    assert bench.at == ["last"]
    check(bench.tree)
    with pytest.raises(NotFound):
        bench.on_case(ADMIN_TOO, "jump_grant", 0)


def test_a_refused_jump_moves_nothing() -> None:
    bench = Bench.at_desk("single")
    bench.on_case(ADMIN, "jump", "last", "理由")
    bench.on_case(ADMIN_TOO, "jump_refuse", next(iter(bench.tree.requests)), opinion="不必")
    assert bench.at == ["desk"]


def test_reopen_opens_a_new_round_for_those_who_acted() -> None:
    bench = Bench.at_desk("single")
    with pytest.raises(Refused):
        bench.on_case(10, "reopen", "desk")
    bench.act(1)
    bench.act(LAST)
    assert bench.case.outcome == "done"
    with pytest.raises(Refused):
        bench.on_case(LAST, "reopen", "desk")
    with pytest.raises(Refused):
        bench.on_case(10, "reopen", "last")
    bench.on_case(10, "reopen", "desk", "群众不满意")
    assert (bench.case.state, bench.case.outcome, bench.case.ended_at) == ("running", "", None)
    assert bench.visit("desk").round == 2
    assert bench.task(1).pk
    bench.send_back(1, "previous")
    assert bench.at == ["first"]
    check(bench.tree)


def test_suspension_stops_clocks_and_everything_else() -> None:
    bench = Bench.at_desk("single")
    due = bench.task(1).due_at
    assert due is not None
    with pytest.raises(Refused):
        bench.on_case(1, "suspend", "等待鉴定")
    bench.on_case(SUPERVISOR, "suspend", "等待鉴定")
    assert bench.moves(1) == set()
    assert bench.moves(ADMIN) == {"terminate", "resume"}
    with pytest.raises(Refused):
        bench.act(1)
    assert bench.tick(days=30) == []
    bench.on_case(SUPERVISOR, "resume")
    assert bench.task(1).due_at == due + timedelta(days=30)
    bench.act(1)


def test_an_open_secret_vote_is_not_suspended_nor_delegated() -> None:
    bench = Bench.at_desk("all", secret=True)
    bench.world.delegations = {7: [1]}
    assert "suspend" not in bench.moves(SUPERVISOR)
    assert bench.actions(7) == set()
    with pytest.raises(Refused):
        bench.on_case(SUPERVISOR, "suspend", "理由")


def test_terminate_by_the_initiator_while_nobody_has_acted_and_by_the_administrator_with_a_reason() -> None:
    bench = Bench(flow("single"), desk=[1])
    bench.start()
    assert "terminate" in bench.moves(10)
    bench.act(FIRST)
    assert "terminate" not in bench.moves(10)
    with pytest.raises(Refused):
        bench.on_case(10, "terminate")
    with pytest.raises(Invalid):
        bench.on_case(ADMIN, "terminate", "")
    bench.seat(1, "copy_to", [7])
    bench.on_case(ADMIN, "terminate", "重复来件")
    assert bench.case.state == "terminated"
    assert bench.states(1) == ["cancelled"]
    assert bench.task(7, kind="read").state == "open"
    check(bench.tree)
    early = Bench(flow("single"))
    early.start()
    early.on_case(10, "terminate")
    assert early.case.state == "terminated"


def test_urging_is_counted_and_not_twice_within_the_hours() -> None:
    bench = Bench.at_desk("single")
    with pytest.raises(Refused):
        bench.on_case(1, "urge")
    bench.on_case(10, "urge")
    with pytest.raises(Refused):
        bench.on_case(SUPERVISOR, "urge")
    bench.world.pass_time(hours=24)
    bench.on_case(SUPERVISOR, "urge")
    assert bench.case.urged == 2


def test_overseeing_marks_the_case_with_its_own_clock() -> None:
    bench = Bench.at_desk("single")
    with pytest.raises(Refused):
        bench.on_case(10, "oversee")
    bench.on_case(SUPERVISOR, "oversee", "主任会议决定")
    assert bench.case.oversee_due_at == bench.world.now + timedelta(days=5)
    assert "oversee" not in bench.moves(SUPERVISOR)


def test_a_delegate_acts_in_the_principals_name() -> None:
    bench = Bench.at_desk("all")
    bench.world.delegations = {7: [1], 2: [1]}
    event = bench.act(7, task=bench.task(1))
    task = bench.task(1, state="done")
    assert (task.claimed_by_id, task.principal_id, event.on_behalf_of_id) == (7, 1, 1)
    assert bench.states(2) == ["open"]
    bench.act(2)
    with pytest.raises(Forbidden):
        bench.act(8, task=bench.task(3))
    check(bench.tree)


def test_one_human_in_two_seats_only_in_anothers_name() -> None:
    bench = Bench.at_desk("all")
    bench.world.delegations = {2: [1]}
    bench.act(2)
    bench.act(2, task=bench.task(1))
    assert [t.principal_id for t in bench.tree.tasks.values() if t.claimed_by_id == 2] == [1, None]


def test_two_posts_of_one_person_are_one_seat() -> None:
    bench = Bench(flow("all"), desk=[100, 101, 3])
    bench.world.holders = {100: {1}, 101: {1}}
    bench.start()
    bench.act(FIRST)
    assert [t.assignee_id for t in bench.tree.tasks.values() if t.state == "open"] == [100, 3]


def test_a_holder_leaves_a_seat_to_whoever_has_no_other() -> None:
    bench = Bench(flow("all"), desk=[100, 101])
    bench.world.holders = {100: {1, 2}, 101: {1}}
    bench.start()
    bench.act(FIRST)
    # Only 1 can take 101's seat, so 1 is not offered 100's.
    assert {o.task_id for o in offers(run(bench.tree, 1), bench.case) if o.move == "act"} == {bench.task(101).id}
    bench.act(2, task=bench.task(100))
    bench.act(1, task=bench.task(101))
    assert bench.at == ["last"]


def test_a_posts_task_is_the_first_claimers_until_released() -> None:
    bench = Bench(flow("single"), desk=[100])
    bench.world.holders[100] = {1, 2}
    bench.start()
    bench.act(FIRST)
    task = bench.task(100)
    moves_seat.claim(run(bench.tree, 1), bench.case, task.id)
    with pytest.raises(Refused):
        bench.act(2, task=task)
    with pytest.raises(Refused):
        moves_seat.release(run(bench.tree, 2), bench.case, task.id)
    moves_seat.release(run(bench.tree, 1), bench.case, task.id)
    bench.act(2, task=task)
    assert task.claimed_by_id == 2


def test_a_stranger_is_refused_everything() -> None:
    bench = Bench.at_desk("single")
    stranger, task = run(bench.tree, 66), bench.task(1)
    assert offers(stranger, bench.case) == []
    with pytest.raises(Forbidden):
        moves_act.act(stranger, bench.case, task.id, "approve")
    with pytest.raises(Forbidden):
        moves_act.read(stranger, bench.case, task.id)
    with pytest.raises(Forbidden):
        moves_seat.transfer(stranger, bench.case, task.id, 5)
    with pytest.raises(NotFound):
        moves_act.act(stranger, bench.case, 1, "approve")


def test_only_the_nodes_fields_may_be_written() -> None:
    bench = Bench.at_desk("single")
    with pytest.raises(Invalid) as refused:
        bench.act(1, fields={"title": "新"})
    assert set(refused.value.fields) == {"title"}
    bench.act(1, fields={"level": 3})
    assert bench.world.subjects[7] == {"level": 3}
