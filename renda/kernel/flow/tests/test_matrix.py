"""Every cell of the table action × mode: what it does to the others, and where the case goes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from renda.kernel.errors import Forbidden, Invalid, Refused
from renda.kernel.flow.errors import TaskGone
from renda.kernel.flow.tests.bench import ADMIN, FIRST, LAST, Bench, flow
from renda.kernel.flow.tests.invariants import check, check_replay
from renda.kernel.flow.tests.world import SUPERVISOR

MODES = ["single", "any", "all", "sequence", "ratio"]
DESK = {"single": [1], "any": [1, 2, 3], "all": [1, 2, 3], "sequence": [1, 2, 3], "ratio": [1, 2, 3]}
# What the others' tasks are while the first one is open.
OTHERS = {"single": [], "any": ["open"] * 2, "all": ["open"] * 2, "sequence": ["waiting"] * 2, "ratio": ["open"] * 2}


def others(bench: Bench, mode: str) -> list[str]:
    return bench.states(*DESK[mode][1:])


@pytest.mark.parametrize("mode", MODES)
def test_opening(mode: str) -> None:
    bench = Bench.at_desk(mode)
    assert bench.states(1) == ["open"]
    assert others(bench, mode) == OTHERS[mode]
    assert bench.task(1).due_at is not None
    check(bench.tree)


@pytest.mark.parametrize(
    ("mode", "at", "rest"),
    [
        ("single", ["last"], []),
        ("any", ["last"], ["cancelled", "cancelled"]),
        ("all", ["desk"], ["open", "open"]),
        ("sequence", ["desk"], ["open", "waiting"]),
        ("ratio", ["desk"], ["open", "open"]),
    ],
)
def test_one_approves(mode: str, at: list[str], rest: list[str]) -> None:
    bench = Bench.at_desk(mode)
    bench.act(1)
    assert bench.at == at
    assert others(bench, mode) == rest
    if rest[:1] == ["cancelled"]:
        assert {t.reason for t in bench.tree.tasks.values() if t.state == "cancelled"} == {"sibling"}


@pytest.mark.parametrize(
    ("mode", "veto", "outcome", "rest"),
    [
        ("single", "at_end", "refused", []),
        ("any", "at_end", "refused", ["cancelled", "cancelled"]),
        ("all", "at_end", "", ["open", "open"]),
        ("all", "at_once", "refused", ["cancelled", "cancelled"]),
        ("sequence", "at_end", "refused", ["cancelled", "cancelled"]),
        ("ratio", "at_end", "", ["open", "open"]),
    ],
)
def test_one_rejects(mode: str, veto: str, outcome: str, rest: list[str]) -> None:
    bench = Bench.at_desk(mode, veto=veto)
    bench.act(1, "reject")
    assert bench.case.outcome == outcome
    assert others(bench, mode) == rest


@pytest.mark.parametrize(
    ("mode", "acts", "outcome"),
    [
        ("all", "aaa", "last"),
        ("all", "ara", "refused"),
        ("all", "rrr", "refused"),
        ("sequence", "aaa", "last"),
        ("sequence", "aar", "refused"),
        ("ratio", "aa", "last"),
        ("ratio", "rr", "refused"),
        ("ratio", "ara", "last"),
        ("ratio", "rar", "refused"),
    ],
)
def test_all_who_act_together_decide(mode: str, acts: str, outcome: str) -> None:
    bench = Bench.at_desk(mode)
    for person, act in enumerate(acts, 1):
        assert bench.at == ["desk"]
        bench.act(person, {"a": "approve", "r": "reject"}[act])
    assert (bench.case.outcome or bench.at[0]) == outcome
    check_replay(bench.tree)


def test_a_heavy_vote_decides_alone() -> None:
    bench = Bench(flow("ratio", threshold="1/2", weights={"who:heavy": 3}), heavy=[2])
    bench.start()
    bench.act(FIRST)
    bench.act(1)
    assert bench.at == ["desk"]
    bench.act(2)
    assert bench.at == ["last"]
    assert bench.states(3) == ["cancelled"]


@pytest.mark.parametrize("mode", ["single", "any"])
def test_a_decisive_action_of_the_business_takes_its_edge(mode: str) -> None:
    bench = Bench.at_desk(mode)
    bench.act(1, "answer")
    assert bench.case.outcome == "done"


@pytest.mark.parametrize("mode", ["single", "any"])
def test_an_action_without_an_edge_is_recorded_and_leaves_the_task_open(mode: str) -> None:
    bench = Bench.at_desk(mode)
    bench.act(1, "note", opinion="已联系")
    task = bench.task(1)
    assert (task.state, task.action, task.opinion) == ("open", "note", "已联系")
    assert bench.at == ["desk"]


@pytest.mark.parametrize("mode", ["all", "sequence", "ratio"])
def test_voting_modes_know_only_approve_and_reject(mode: str) -> None:
    bench = Bench.at_desk(mode)
    assert bench.actions(1) == {"approve", "reject"}
    with pytest.raises(Refused):
        bench.act(1, "answer")


@pytest.mark.parametrize("mode", MODES)
def test_send_back_ends_the_activation_and_opens_a_round_at_the_target(mode: str) -> None:
    bench = Bench.at_desk(mode)
    bench.send_back(1, "first", opinion="补充材料")
    assert bench.at == ["first"]
    assert bench.states(1) == ["sent_back"]
    assert set(others(bench, mode)) <= {"cancelled"}
    bench.act(FIRST)
    assert bench.at == ["desk"]
    assert bench.visit("desk").round == 2
    assert bench.states(1) == ["open"]
    check(bench.tree)


@pytest.mark.parametrize("mode", MODES)
def test_straight_resume_comes_back_to_the_same_assignees(mode: str) -> None:
    bench = Bench.at_desk(mode)
    bench.world.named["desk"] = [8]  # whom the rule names meanwhile does not count
    bench.send_back(1, "initiator", resume="straight")
    assert bench.at == ["start"]
    bench.act(10, "submit")
    assert bench.at == ["desk"]
    assert bench.states(*DESK[mode]) == ["open", *OTHERS[mode]]


@pytest.mark.parametrize("mode", MODES)
def test_transfer_moves_the_task_with_its_deadline(mode: str) -> None:
    bench = Bench.at_desk(mode)
    task = bench.task(1)
    due = task.due_at
    bench.world.pass_time(hours=5)
    bench.seat(1, "transfer", 7)
    assert (task.assignee_id, task.state, task.due_at, task.transfers) == (7, "open", due, 1)
    assert others(bench, mode) == OTHERS[mode]
    with pytest.raises(Forbidden):
        bench.act(1, task=task)
    bench.act(7)
    check(bench.tree)


@pytest.mark.parametrize("mode", ["any", "all", "sequence", "ratio"])
def test_a_seat_cannot_go_to_somebody_who_has_one(mode: str) -> None:
    bench = Bench.at_desk(mode)
    with pytest.raises(Invalid):
        bench.seat(1, "transfer", 2)


def test_transfer_ends_at_the_definitions_limit() -> None:
    bench = Bench.at_desk("single", transfer={"limit": 1})
    bench.seat(1, "transfer", 7)
    assert "transfer" not in bench.moves(7)
    with pytest.raises(Refused):
        bench.seat(7, "transfer", 8)


def test_transfer_asks_the_nodes_rule_of_who_may() -> None:
    bench = Bench.at_desk("single", transfer={"to": "who:last"})
    with pytest.raises(Invalid):
        bench.seat(1, "transfer", 7)
    bench.seat(1, "transfer", LAST)


@pytest.mark.parametrize("mode", MODES)
def test_consult_comes_back_with_the_opinion_and_is_no_vote(mode: str) -> None:
    bench = Bench.at_desk(mode)
    bench.seat(1, "consult", 7)
    assert bench.states(1, 7) == ["waiting", "open"]
    assert bench.actions(7) == {"reply"}
    bench.act(7, "reply", opinion="建议同意")
    assert bench.states(1, 7) == ["open", "done"]
    assert bench.at == ["desk"]
    bench.act(1)
    check(bench.tree)


@pytest.mark.parametrize("mode", MODES)
def test_add_before_mine_waits(mode: str) -> None:
    bench = Bench.at_desk(mode)
    bench.seat(1, "add_assignee", 7, "before")
    assert bench.states(1, 7) == ["waiting", "open"]
    bench.act(7)
    assert bench.states(1) == ["open"]
    assert bench.at == ["desk"]


@pytest.mark.parametrize(
    ("mode", "outcome"),
    [("single", "refused"), ("any", "refused"), ("all", ""), ("sequence", "refused"), ("ratio", "")],
)
def test_a_reject_before_makes_the_seat_a_reject(mode: str, outcome: str) -> None:
    bench = Bench.at_desk(mode)
    bench.seat(1, "add_assignee", 7, "before")
    bench.act(7, "reject")
    assert bench.states(1) == ["cancelled"]
    assert bench.case.outcome == outcome


@pytest.mark.parametrize("mode", MODES)
def test_add_after_opens_after_my_approval_inside_the_node(mode: str) -> None:
    bench = Bench.at_desk(mode)
    bench.seat(1, "add_assignee", 7, "after")
    assert bench.states(1, 7) == ["open", "waiting"]
    bench.act(1)
    assert bench.states(7) == ["open"]
    assert bench.at == ["desk"]
    if mode == "sequence":
        assert bench.states(2) == ["waiting"]
    bench.act(7)
    assert bench.at == (["last"] if mode in ("single", "any") else ["desk"])


@pytest.mark.parametrize("mode", MODES)
def test_my_reject_spares_whoever_was_added_after(mode: str) -> None:
    bench = Bench.at_desk(mode)
    bench.seat(1, "add_assignee", 7, "after")
    bench.act(1, "reject")
    assert bench.states(7) == ["cancelled"]


@pytest.mark.parametrize("mode", ["any", "all", "ratio"])
def test_add_parallel_joins_the_batch_and_its_count(mode: str) -> None:
    bench = Bench.at_desk(mode)
    bench.seat(1, "add_assignee", 7, "parallel")
    assert bench.states(1, 7) == ["open", "open"]
    bench.act(7)
    if mode == "any":
        assert bench.at == ["last"]
        return
    bench.act(1)
    bench.act(2)
    # ratio 2/3 of four seats needs three; all needs the fourth as well.
    assert bench.at == (["last"] if mode == "ratio" else ["desk"])


@pytest.mark.parametrize("mode", ["single", "sequence"])
def test_add_parallel_is_not_for_modes_with_one_hand_at_a_time(mode: str) -> None:
    bench = Bench.at_desk(mode)
    with pytest.raises(Invalid):
        bench.seat(1, "add_assignee", 7, "parallel")


@pytest.mark.parametrize(
    ("mode", "place"), [("single", "before"), ("any", "parallel"), ("all", "parallel"), ("sequence", "before")]
)
def test_remove_by_whoever_added(mode: str, place: str) -> None:
    bench = Bench.at_desk(mode)
    bench.seat(1, "add_assignee", 7, place)
    with pytest.raises((Refused, Forbidden)):
        bench.remove(LAST, 7)
    bench.remove(1, 7)
    assert bench.states(1, 7) == ["open", "cancelled"]
    check(bench.tree)


def test_remove_may_complete_the_node_and_never_takes_the_last_seat() -> None:
    bench = Bench.at_desk("all")
    bench.act(1)
    bench.act(2)
    bench.remove(ADMIN, 3)
    assert bench.at == ["last"]
    alone = Bench.at_desk("single")
    with pytest.raises((Refused, Forbidden)):
        alone.remove(ADMIN, 1)


def test_remove_is_too_late_once_the_other_has_acted() -> None:
    bench = Bench.at_desk("any")
    bench.seat(1, "add_assignee", 7, "parallel")
    bench.act(7, "note")
    with pytest.raises((Refused, Forbidden)):
        bench.remove(1, 7)


@pytest.mark.parametrize("mode", MODES)
def test_copies_block_nobody_and_outlive_the_activation(mode: str) -> None:
    bench = Bench.at_desk(mode)
    bench.seat(1, "copy_to", [7, 8])
    bench.send_back(1, "first")
    assert bench.task(7, kind="read").state == "open"
    bench.read(7, kind="read")
    assert bench.task(7, state="done", kind="read").read_at is not None


def test_circulating_in_turn_opens_one_after_another() -> None:
    bench = Bench.at_desk("single")
    bench.seat(1, "circulate", [7, 8])
    assert bench.task(8, state="waiting", kind="read").pk
    bench.read(7, kind="read")
    assert bench.task(8, kind="read").pk


@pytest.mark.parametrize("mode", MODES)
def test_an_extension_is_asked_granted_and_moves_the_due(mode: str) -> None:
    bench = Bench.at_desk(mode)
    task = bench.task(1)
    assert task.due_at is not None
    wanted = task.due_at.replace(day=task.due_at.day + 2)
    event = bench.on_case(1, "extend_request", task.id, wanted, "现场核实")
    assert event.move == "extend_request"
    assert "extend_request" not in bench.moves(1)
    (request,) = bench.tree.requests.values()
    bench.on_case(SUPERVISOR, "extend_grant", request.id)
    assert (task.due_at, task.extensions, request.state) == (wanted, 1, "granted")
    with pytest.raises(Refused):
        bench.on_case(SUPERVISOR, "extend_grant", request.id)


def test_no_extension_reaches_into_the_past() -> None:
    bench = Bench.at_desk("single")
    task = bench.task(1)
    due = task.due_at
    assert due is not None
    bench.on_case(1, "extend_request", task.id, due + timedelta(days=2), "现场核实")
    (request,) = bench.tree.requests.values()
    bench.world.pass_time(days=9)
    with pytest.raises(Invalid):
        bench.on_case(SUPERVISOR, "extend_grant", request.id)
    assert (task.due_at, request.state) == (due, "pending")
    later = bench.world.now + timedelta(days=1)
    bench.on_case(SUPERVISOR, "extend_grant", request.id, due_at=later)
    assert task.due_at == later


def test_an_extension_is_too_late_after_the_due_and_falls_with_its_task() -> None:
    bench = Bench.at_desk("single")
    task = bench.task(1)
    assert task.due_at is not None
    bench.on_case(1, "extend_request", task.id, task.due_at.replace(day=20), "核实")
    bench.act(1)
    assert [r.state for r in bench.tree.requests.values()] == ["cancelled"]
    late = Bench.at_desk("single")
    late.world.pass_time(days=9)
    assert "extend_request" not in late.moves(1)


@pytest.mark.parametrize("mode", MODES)
def test_a_second_press_is_told(mode: str) -> None:
    bench = Bench.at_desk(mode)
    task = bench.task(1)
    bench.act(1, task=task, version=0)
    with pytest.raises(TaskGone) as told:
        bench.act(1, task=task, version=0)
    assert told.value.who == "甲1"


def test_the_press_that_the_first_one_closed_is_told_as_well() -> None:
    bench = Bench.at_desk("any")
    second = bench.task(2)
    bench.act(1)
    with pytest.raises(TaskGone) as told:
        bench.act(2, task=second)
    assert (told.value.who, told.value.at) == ("甲1", bench.world.now)
