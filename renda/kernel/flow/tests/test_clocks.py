"""Clocks: what a due counts from, what stops it, what a new round or a second life of the case makes of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from renda.kernel.flow.engine import moves_time
from renda.kernel.flow.engine.world import Due
from renda.kernel.flow.tests.bench import ADMIN, FIRST, LAST, Bench, flow
from renda.kernel.flow.tests.test_nodes import with_node
from renda.kernel.flow.tests.world import MONDAY, SUPERVISOR, run

DAY = timedelta(days=1)


def due_at_desk(start: str, **subject: Any) -> timedelta:
    """When the desk's task is due, counted from Monday; the case began then, its first node ended a day later."""
    bench = Bench(flow("single", deadline={"within": "4 days", "from": start}), desk=[1])
    bench.world.subjects[7] = subject
    bench.start()
    bench.world.pass_time(days=1)
    bench.act(FIRST)
    due = bench.task(1).due_at
    assert due is not None
    return due - MONDAY


@pytest.mark.parametrize(
    ("start", "subject", "days"),
    [
        ("assigned", {}, 5),
        ("started", {}, 4),
        ("node:last", {}, 5),  # not completed yet: from the assignment
        ("field:happened", {"happened": MONDAY - 2 * DAY}, 2),
        ("field:happened", {"happened": None}, 5),
    ],
)
def test_a_due_counts_from_the_event_that_the_rule_names(start: str, subject: dict[str, Any], days: int) -> None:
    assert due_at_desk(start, **subject) == days * DAY


def test_a_nodes_last_completion_counts() -> None:
    graph = flow("single")
    graph["node"][3]["deadline"] = {"within": "1 days", "from": "node:first"}
    bench = Bench(graph, desk=[1])
    bench.start()
    bench.act(FIRST)
    bench.send_back(1, "first")
    bench.world.pass_time(days=1)
    bench.act(FIRST)
    bench.world.pass_time(days=1)
    bench.act(1)
    assert bench.task(LAST).due_at == MONDAY + 2 * DAY


def overall(again: str = "restart") -> Bench:
    """A case with an overall clock of ten days."""
    graph = {**flow("single"), "deadline": {"within": "10 days", "from": "started", "again": again}}
    bench = Bench(graph, desk=[1])
    bench.start()
    bench.act(FIRST)
    return bench


def test_the_case_has_a_clock_of_its_own_and_marks_belong_to_tasks() -> None:
    bench = overall()
    assert bench.case.due_at == MONDAY + 10 * DAY
    bench.act(1)
    assert bench.tick(days=30) == []


def test_a_suspension_stops_the_clocks_of_case_and_oversight_too() -> None:
    bench = overall()
    bench.on_case(SUPERVISOR, "oversee")
    bench.on_case(SUPERVISOR, "suspend", "等待鉴定")
    bench.world.pass_time(days=3)
    bench.on_case(SUPERVISOR, "resume")
    assert bench.case.due_at == MONDAY + 13 * DAY
    assert bench.case.oversee_due_at == MONDAY + 8 * DAY


def test_what_is_overdue_already_stays_so_through_a_suspension() -> None:
    bench = Bench.at_desk("single")
    due = bench.task(1).due_at
    bench.tick(days=5)
    bench.on_case(SUPERVISOR, "suspend", "等待鉴定")
    bench.world.pass_time(days=3)
    bench.on_case(SUPERVISOR, "resume")
    assert bench.task(1).due_at == due


def test_a_wait_is_longer_by_its_suspension_but_not_beyond_a_fixed_date() -> None:
    until = {"event": "rated", "or_after": "15 days", "at": "field:promised"}
    graph = with_node({"id": "rating", "kind": "wait", "until": until}, ("event", "desk"), ("timeout", "last"))
    for promised, days in ((None, 18), (MONDAY + 16 * DAY, 16)):
        bench = Bench(graph, desk=[1])
        bench.world.subjects[7] = {"promised": promised}
        bench.start()
        bench.act(FIRST)
        assert bench.visit("rating").due_at == MONDAY + 15 * DAY
        bench.on_case(SUPERVISOR, "suspend", "核实")
        bench.world.pass_time(days=3)
        bench.on_case(SUPERVISOR, "resume")
        assert bench.visit("rating").due_at == MONDAY + days * DAY


@pytest.mark.parametrize(("again", "days"), [("restart", 10), ("remaining", 8)])
def test_a_woken_case_has_its_overall_time_anew_or_what_was_left(again: str, days: int) -> None:
    bench = overall(again)
    bench.world.pass_time(days=2)
    bench.act(1)
    bench.act(LAST)
    bench.world.pass_time(days=20)
    bench.on_case(10, "reopen", "desk")
    assert bench.case.due_at == bench.world.now + days * DAY


def test_an_adviser_and_whoever_was_added_share_the_due() -> None:
    bench = Bench.at_desk("all")
    due = bench.task(1).due_at
    bench.world.pass_time(days=1)
    bench.seat(1, "consult", 7)
    bench.seat(2, "add_assignee", 8, "after")
    bench.seat(3, "add_assignee", 9, "parallel")
    assert bench.task(7).due_at == due
    bench.act(7, "reply")
    bench.act(2)
    assert {bench.task(who).due_at for who in (1, 8, 9)} == {due}


def test_a_provisional_due_is_counted_again_when_the_calendar_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = overall()
    task = bench.task(1)
    bench.tree.set(task, provisional=True)
    bench.tree.set(bench.case, provisional=True)
    monkeypatch.setattr(type(bench.world), "due", lambda self, key, tenant, start: Due(start + 6 * DAY))
    (event,) = moves_time.recount(run(bench.tree, None), bench.case)
    assert event.move == "recount"
    assert (task.due_at, task.provisional) == (MONDAY + 6 * DAY, False)
    assert (bench.case.due_at, bench.case.provisional) == (MONDAY + 6 * DAY, False)
    assert moves_time.recount(run(bench.tree, None), bench.case) == []


def test_a_case_that_was_ever_suspended_keeps_its_provisional_dues() -> None:
    bench = overall()
    bench.tree.set(bench.task(1), provisional=True)
    bench.on_case(ADMIN, "suspend", "核实")
    bench.on_case(ADMIN, "resume")
    assert moves_time.recount(run(bench.tree, None), bench.case) == []
