"""Through the database: rows, scopes, queries, replay, and two hands on one task."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from renda.kernel import clock
from renda.kernel.actions.api import Context
from renda.kernel.errors import Forbidden, NotFound, Refused
from renda.kernel.flow import api as flow
from renda.kernel.flow import machine
from renda.kernel.flow.engine.tree import TABLES, Tree, apply
from renda.kernel.flow.errors import TaskGone
from renda.kernel.flow.models import Activation, Case, CaseEvent, CaseParty, PendingRequest, Task
from renda.kernel.flow.store import Store
from renda.kernel.flow.subjects import SUBJECTS, SubjectType
from renda.kernel.flow.tests.cases import FLOW, Town
from renda.kernel.parties import Actor
from renda.kernel.parties.models import Holding, Party
from renda.kernel.tenancy import tenant_transaction

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return Town()


def rows(case: Case) -> dict[Any, Any]:
    """All rows of a case but its events."""
    found = {}
    for name, model in TABLES.items():
        key = {"id": case.id} if model is Case else {"case_id": case.id}
        for row in model._base_manager.filter(**key):
            found[name, row.pk] = {f.attname: getattr(row, f.attname) for f in model._meta.concrete_fields}
    return found


def test_a_case_runs_from_start_to_end(town: Town) -> None:
    case = town.start()
    town.do("clerk", flow.act, case, "assign", opinion="请办理")
    town.do("officer", flow.act, case, "receive")
    town.do("officer", flow.act, case, "answer", fields={"name": "来信人（已核）"})
    town.do("clerk", flow.signal, case, "rated")
    for name in ("leader", "deputy_leader", "clerk"):
        town.do(name, flow.act, case, "approve")
    with town.everything():
        case = Case.objects.get(id=case.id)
        assert (case.state, case.outcome) == ("ended", "concluded")
        moves = [(event.move, event.action) for event in flow.trail(case)]
    town.subject.refresh_from_db()
    assert town.subject.name == "来信人（已核）"
    assert moves == [
        ("start", ""),
        ("act", "assign"),
        ("act", "receive"),
        ("act", "answer"),
        ("signal", "rated"),
        *[("act", "approve")] * 3,
    ]


def test_a_unit_of_another_congress_is_admitted_and_a_stranger_is_not(town: Town) -> None:
    case = town.start()
    officer = town.actor("officer")
    with tenant_transaction(officer.tenants, durable=False):
        assert not Case.objects.filter(id=case.id).exists()
    with pytest.raises(NotFound):
        town.do("officer", flow.act, case.id, "answer")
    town.do("clerk", flow.act, case, "assign")
    with tenant_transaction(officer.tenants, durable=False):
        assert Case.objects.filter(id=case.id).exists()
        assert {offer.action for offer in flow.offered(officer, case.id) if offer.move == "act"} == {
            "receive",
            "answer",
        }
    with town.everything():
        assert CaseParty.objects.filter(case=case).count() == 2
    # The home congress still sees the other one's task, and its clerk is nobody there.
    with tenant_transaction([town.tenants[0].id], durable=False):
        task = Task.objects.get(case=case, state="open", kind="act")
    with pytest.raises(Forbidden):
        town.do("clerk", flow.act, case, "answer", task_id=task.id)


def test_a_node_with_seats_in_two_congresses_is_worked_on_by_both() -> None:
    both = FLOW.replace('who = ["test:office", "test:leaders"]', 'who = ["test:leaders", "test:unit"]')
    town = Town(flow_text=both.replace('to = "rating"', 'to = "sign"').replace('to = "unit"', 'to = "sign"', 1))
    case = town.start()
    town.do("clerk", flow.act, case, "assign")
    for name in ("leader", "officer", "deputy_leader"):
        town.do(name, flow.act, case, "approve")
    with town.everything():
        assert Case.objects.get(id=case.id).outcome == "concluded"


def test_what_went_to_another_congress_can_be_taken_back(town: Town) -> None:
    case = town.start()
    town.do("clerk", flow.act, case, "assign")
    with town.everything():
        back = [offer for offer in flow.offered(town.actor("clerk"), case) if offer.move == "withdraw"]
    assert [offer.action for offer in back] == ["assign"]
    town.do("clerk", flow.withdraw, case, task_id=back[0].task_id)
    assert town.task(case, "office").state == "open"
    with town.everything():
        # Who was admitted stays so: it has seen the case.
        assert CaseParty.objects.filter(case=case).count() == 2


def test_events_replayed_from_the_database_give_the_same_rows(town: Town) -> None:
    case = town.start()
    town.do("clerk", flow.act, case, "assign")
    town.do("officer", flow.send_back, case, to="office", opinion="不属于我单位")
    town.do("second_clerk", flow.act, case, "assign")
    due = town.task(case, "unit").due_at
    assert due is not None
    town.do("officer", flow.extend_request, case, until=due + timedelta(days=3), reason="需现场核实")
    with town.everything():
        request = PendingRequest.objects.get(case=case)
    town.do("clerk", flow.extend_grant, case, request_id=request.id)
    town.do("officer", flow.act, case, "answer")
    with town.everything():
        store = Store(clock.now())
        loaded = store.tree(case.id, lock=False)
        again = Tree(store.world, loaded.definitions)
        for event in loaded.events:
            for effect in event.effects:
                if effect[1] != "subject":
                    apply(again, effect)
        replayed = {
            (name, key): {f.attname: getattr(row, f.attname) for f in TABLES[name]._meta.concrete_fields}
            for name in TABLES
            for key, row in again.rows[name].items()
        }
        assert replayed == rows(case)


def test_the_set_form_costs_as_many_statements_as_one(town: Town) -> None:
    def assign(cases: list[Case]) -> int:
        actor = town.actor("clerk")
        with (
            CaptureQueriesContext(connection) as queries,
            tenant_transaction(actor.tenants, durable=False),
        ):
            ctx = Context(actor)
            Store.of(ctx).load([case.id for case in cases], lock=True)
            for case in cases:
                flow.act(ctx, case.id, "assign")
            ctx.flush()
        # A new block of ids is taken once in a thousand rows, whenever it is due.
        return sum("nextval" not in query["sql"] for query in queries.captured_queries)

    one = assign([town.start()])
    many = assign([town.start() for _ in range(30)])
    assert many == one
    assert one <= 25


def test_a_stale_press_is_told_who_was_quicker(town: Town) -> None:
    case = town.start()
    task = town.task(case, "office")
    town.do("clerk", flow.act, case, "assign", task_id=task.id, version=task.version)
    with town.everything():
        before = rows(case)
    with pytest.raises(TaskGone) as told:
        town.do("second_clerk", flow.act, case, "assign", task_id=task.id, version=task.version)
    assert told.value.who == "clerk"
    assert "clerk" in told.value.message
    with town.everything():
        assert rows(case) == before


def test_the_clock_marks_reminds_and_lets_waits_go(town: Town) -> None:
    case = town.start()
    town.do("clerk", flow.act, case, "assign")
    due = town.task(case, "unit").due_at
    assert due is not None
    machine_actor = Actor.machine("流程时钟", [t.id for t in town.tenants])
    with clock.frozen(due + timedelta(minutes=1)):
        with town.everything():
            assert machine.due_cases(clock.now()) == [case.id]
        town.do(machine_actor, flow.time_out, case)
        assert town.task(case, "unit").overdue
        with town.everything():
            assert machine.due_cases(clock.now()) == []
            last = flow.trail(case)[-1]
            assert (last.move, last.target, last.actor_id) == ("time_out", "remind", None)
        town.do("officer", flow.act, case, "answer")
    with clock.frozen(due + timedelta(days=40)):
        town.do(machine_actor, flow.time_out, case)
    with town.everything():
        assert Case.objects.get(id=case.id).outcome == "concluded"


def test_a_claim_ends_with_the_post_and_the_others_see_the_task_again(town: Town) -> None:
    case = town.start()
    task = town.task(case, "office")
    town.do("clerk", flow.claim, case, task_id=task.id)
    machine_actor = Actor.machine("流程时钟", [t.id for t in town.tenants])
    with town.everything():
        assert machine.due_cases(clock.now()) == []
    Holding.objects.filter(person=town.people["clerk"]).update(ends_on=clock.today() - timedelta(days=1))
    with town.everything():
        assert machine.due_cases(clock.now()) == [case.id]
    town.do(machine_actor, flow.time_out, case)
    with town.everything():
        assert machine.due_cases(clock.now()) == []
        last = flow.trail(case)[-1]
        assert (last.move, last.task_id, last.actor_id) == ("hand_over", task.id, None)
    town.do("second_clerk", flow.act, case, "assign")


def test_publishing_or_retiring_a_version_touches_no_running_case(town: Town) -> None:
    from renda.kernel.flow import library
    from renda.kernel.flow.models import FlowDefinition

    case = town.start()
    old = FlowDefinition.objects.get(key="letter")
    FlowDefinition.objects.filter(id=old.id).update(retired_at=clock.now())
    graph = {**old.graph, "title": "来信办理（新）"}
    FlowDefinition.objects.create(key="letter", version=2, title="新", graph=graph, published_at=clock.now())
    library.forget()
    town.do("clerk", flow.act, case, "assign")
    fresh = town.start("第二封")
    with town.everything():
        assert Case.objects.get(id=case.id).definition_id == old.id
        assert Case.objects.get(id=fresh.id).definition.version == 2


def test_what_a_leaver_had_goes_to_the_successor_and_posts_keep_theirs(town: Town) -> None:
    case = town.start()
    town.do("clerk", flow.act, case, "assign")
    town.do("officer", flow.act, case, "answer")
    town.do("clerk", flow.signal, case, "rated")
    everywhere = Actor.machine("人员离任", [t.id for t in town.tenants])
    successor = town.people["second_clerk"].id
    town.do(everywhere, flow.hand_over, case, person=town.people["leader"].id, successor=successor)
    # The successor holds the office's post: she cannot have two seats, so the pool of administrators gets it.
    with town.everything():
        tasks = Task.objects.filter(case=case, state="open").values_list("assignee_id", flat=True)
        assert town.people["leader"].id not in tasks
        assert town.posts["office"].id in tasks


def test_a_due_explains_itself_with_what_changed_it(town: Town) -> None:
    case = town.start()
    town.do("clerk", flow.act, case, "assign")
    task = town.task(case, "unit")
    assert task.due_at is not None
    with town.everything():
        plain = flow.explain_due(case, task.id)
    assert plain[0] == "期限：7个工作日，自到达本环节起算。依据：流程文件规定。"
    town.do("officer", flow.extend_request, case, until=task.due_at + timedelta(days=3), reason="需现场核实")
    with town.everything():
        request = PendingRequest.objects.get(case=case)
    town.do("clerk", flow.extend_grant, case, request_id=request.id)
    town.do("administrator", flow.suspend, case, reason="等待鉴定")
    town.do("administrator", flow.resume, case)
    with town.everything():
        lines = flow.explain_due(case, task.id)
    assert lines[: len(plain)] == plain
    assert any("经批准延期至" in line for line in lines)
    assert any(line.endswith("停止计算：等待鉴定") for line in lines)


def test_the_due_of_the_whole_case_explains_itself_too(town: Town) -> None:
    case = town.start()
    with town.everything():
        plain = flow.explain_due(case)
    assert plain[0] == "期限：10日，自办件发起起算。依据：流程文件规定。"
    town.do("administrator", flow.suspend, case, reason="等待鉴定")
    town.do("administrator", flow.resume, case)
    with town.everything():
        assert flow.explain_due(case)[: len(plain)] == plain
        assert any(line.endswith("停止计算：等待鉴定") for line in flow.explain_due(case))


def test_taking_back_undoes_what_the_act_did_to_the_business(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def undo(ctx: Context, subject: Party, undone: CaseEvent) -> None:
        subject.name = f"{subject.name}（{undone.opinion}，已取回）"
        ctx.update(subject, "name")

    known = SubjectType("kernel_parties.Party", "来信", {}, {"assign": "交办", "answer": "答复"}, {}, {"assign": undo})
    monkeypatch.setitem(SUBJECTS, "kernel_parties.Party", known)
    case = town.start()
    town.do("clerk", flow.act, case, "assign", opinion="请办理")
    with town.everything():
        task = Task.objects.get(case=case, state="done", action="assign")
    town.do("clerk", flow.withdraw, case, task_id=task.id)
    town.subject.refresh_from_db()
    assert town.subject.name == "来信人（请办理，已取回）"
    town.do("clerk", flow.act, case, "assign")
    town.do("officer", flow.act, case, "answer")
    with town.everything():
        # It waits for the rating now and nobody has touched it, but nobody knows how to undo an answer.
        assert not [offer for offer in flow.offered(town.actor("officer"), case) if offer.move == "withdraw"]


def test_an_oversight_is_reported_to_whom_the_flow_names() -> None:
    town = Town(
        flow_text=FLOW.replace("[[node]]", '[oversee]\nwho = "test:office"\nreport = "test:leaders"\n[[node]]', 1)
    )
    case = town.start()
    town.do("clerk", flow.oversee, case, opinion="主任会议决定")
    told = town.do("clerk", flow.report_to, case)
    assert told == [town.people["leader"].id, town.people["deputy_leader"].id]
    assert town.do("clerk", flow.assignees_of, case) == [town.posts["office"].id]


def test_the_trail_can_be_added_to_and_not_changed(town: Town) -> None:
    from django.db import ProgrammingError, transaction

    case = town.start()
    with town.everything(), pytest.raises(ProgrammingError), transaction.atomic():
        CaseEvent.objects.filter(case=case).update(opinion="改写")


@pytest.mark.django_db(transaction=True)
def test_of_two_hands_on_one_task_exactly_one_is_done() -> None:
    """9, with real threads: one press is done, the others are told; independent seats are all kept."""
    town = Town()
    case = town.start()
    task = town.task(case, "office")
    results: Counter[str] = Counter()
    gate = threading.Barrier(4)

    def assign(name: str) -> None:
        actor = town.actor(name)
        try:
            gate.wait(10)
            with tenant_transaction(actor.tenants):
                ctx = Context(actor)
                flow.act(ctx, case.id, "assign", task_id=task.id, version=task.version)
                ctx.flush()
            results["done"] += 1
        except TaskGone:
            results["told"] += 1
        finally:
            connections.close_all()

    _together(assign, ["clerk", "second_clerk", "clerk", "second_clerk"])
    assert results == {"done": 1, "told": 3}
    town.do("officer", flow.act, case, "answer")
    town.do("clerk", flow.signal, case, "rated")
    gate = threading.Barrier(3)

    def sign(name: str) -> None:
        actor = town.actor(name)
        try:
            gate.wait(10)
            with tenant_transaction(actor.tenants):
                ctx = Context(actor)
                flow.act(ctx, case.id, "approve")
                ctx.flush()
            results["signed"] += 1
        except Refused as error:
            results[error.code] += 1
        finally:
            connections.close_all()

    _together(sign, ["leader", "deputy_leader", "clerk"])
    assert results["signed"] == 3
    with town.everything():
        assert Case.objects.get(id=case.id).outcome == "concluded"
        assert Activation.objects.filter(case=case, node="sign").count() == 1
        sequence = list(CaseEvent.objects.filter(case=case).order_by("seq").values_list("seq", flat=True))
        assert sequence == list(range(1, len(sequence) + 1))


def _together(work: Any, names: list[str]) -> None:
    threads = [threading.Thread(target=work, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
