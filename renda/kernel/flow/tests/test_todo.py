"""To-do lists: whose they are, what is in them, and what is not."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import Model

from renda.kernel import clock
from renda.kernel.flow import todo
from renda.kernel.flow.definition import parse
from renda.kernel.flow.models import Activation, Case, Delegation, FlowDefinition, Task, Token
from renda.kernel.parties import Actor, HeldPost
from renda.kernel.parties.models import Party
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant

FLOW = """key = "errand"
title = "一件小事"
[[node]]
id = "ask"
who = "initiator"
[[node]]
id = "vote"
who = "initiator"
mode = "all"
secret = true
on_reject = "initiator"
[[node]]
id = "ended"
kind = "end"
[[edge]]
from = "ask"
to = "vote"
[[edge]]
from = "vote"
to = "ended"
"""


@dataclass
class Desk:
    """A tenant with two people and a post, and a way to lay tasks on their desks."""

    tenant: Tenant
    me: Party
    other: Party
    post: Party
    flow: FlowDefinition
    now: datetime = field(default_factory=clock.now)

    def actor(self, *posts: Party, person: Party | None = None) -> Actor:
        held = tuple(HeldPost(post.id, "clerk", 1, self.tenant.id) for post in posts)
        return Actor("person", "我", (person or self.me).id, held, frozenset([self.tenant.id]))

    def lay(self, party: Party, *, node: str = "ask", flow: FlowDefinition | None = None, **values: Any) -> Task:
        with tenant_transaction([self.tenant.id]):
            case = Case(
                tenant=self.tenant, definition=flow or self.flow, subject_type="x", subject_id=1, title="事",
                started_at=self.now,
            )  # fmt: skip
            case.root = case
            token = Token(tenant=self.tenant, case=case, node=node)
            visit = Activation(tenant=self.tenant, case=case, token_id=token.id, node=node, round=1, opened_at=self.now)
            task = Task(
                tenant=self.tenant, case=case, activation_id=visit.id, node=node, seat=1, assignee=party, **values
            )
            rows: tuple[Model, ...] = (case, token, visit, task)
            for row in rows:
                row.save(force_insert=True)
        return task

    def delegate(self, giver: Party, *, key: str = "", days: tuple[int, int] = (0, 0)) -> None:
        today = clock.today()
        Delegation.objects.create(
            from_party=giver, to_party=self.me, flow_key=key,
            starts_on=today + timedelta(days[0]), ends_on=today + timedelta(days[1]),
        )  # fmt: skip

    def ids(self, actor: Actor) -> list[int]:
        with tenant_transaction(actor.tenants):
            return [task.id for task in todo.to_do(actor)]


@pytest.fixture
def desk(db: None) -> Desk:
    tenant = Tenant.make(name="县", level="county")
    tenant.save()
    people = [Party(kind="person", name=name, tenant=tenant) for name in ("我", "他")]
    post = Party(kind="post", name="岗", tenant=tenant)
    Party.objects.bulk_create([*people, post])
    flow = FlowDefinition.objects.create(
        key="errand", version=1, title="一件小事", graph=parse(FLOW).source, published_at=clock.now()
    )
    return Desk(tenant, people[0], people[1], post, flow)


def test_mine_and_my_posts_and_nobody_elses(desk: Desk) -> None:
    mine, at_post, _ = desk.lay(desk.me), desk.lay(desk.post), desk.lay(desk.other)
    assert set(desk.ids(desk.actor(desk.post))) == {mine.id, at_post.id}
    assert desk.ids(desk.actor()) == [mine.id]
    assert desk.ids(Actor.public([desk.tenant.id])) == []


def test_only_open_act_tasks(desk: Desk) -> None:
    for state in ("waiting", "done", "sent_back", "cancelled"):
        desk.lay(desk.me, state=state)
    reading = desk.lay(desk.me, kind="read")
    actor = desk.actor()
    assert desk.ids(actor) == []
    with tenant_transaction(actor.tenants):
        assert [task.id for task in todo.to_read(actor)] == [reading.id]


def test_another_tenants_scope_hides_them(desk: Desk) -> None:
    desk.lay(desk.me)
    actor = Actor("person", "我", desk.me.id, tenants=frozenset([desk.tenant.id + 1]))
    assert desk.ids(actor) == []


def test_what_another_holder_claimed_is_his(desk: Desk) -> None:
    claimed, own = desk.lay(desk.post, claimed_by=desk.other), desk.lay(desk.post, claimed_by=desk.me)
    assert desk.ids(desk.actor(desk.post)) == [own.id]
    assert desk.ids(desk.actor(desk.post, person=desk.other)) == [claimed.id]


def test_the_most_pressing_first(desk: Desk) -> None:
    never = desk.lay(desk.me)
    later = desk.lay(desk.me, due_at=desk.now + timedelta(days=2))
    soon = desk.lay(desk.me, due_at=desk.now + timedelta(days=1))
    assert desk.ids(desk.actor()) == [soon.id, later.id, never.id]


def test_delegated_today_for_this_flow_and_never_a_secret_vote(desk: Desk) -> None:
    lent = desk.lay(desk.other)
    desk.lay(desk.other, node="vote")
    desk.lay(desk.other, kind="read")
    assert desk.ids(desk.actor()) == []
    desk.delegate(desk.other, days=(-9, -1))
    desk.delegate(desk.other, days=(1, 9))
    desk.delegate(desk.other, key="another_flow")
    assert desk.ids(desk.actor()) == []
    desk.delegate(desk.other, key="errand")
    assert desk.ids(desk.actor()) == [lent.id]
    desk.delegate(desk.other)
    assert desk.ids(desk.actor()) == [lent.id]
    assert len(desk.ids(desk.actor(person=desk.other))) == 2


def test_figures_in_one_query(desk: Desk, django_assert_num_queries: Any) -> None:
    desk.lay(desk.me)
    desk.lay(desk.me, due_soon=True)
    desk.lay(desk.post, due_soon=True, overdue=True)
    desk.lay(desk.me, kind="read")
    desk.lay(desk.other, overdue=True)
    actor = desk.actor(desk.post)
    with tenant_transaction(actor.tenants), django_assert_num_queries(2):
        assert todo.counts(actor) == todo.Counts(mine=3, due_soon=1, overdue=1, read=1)
    assert todo.counts(Actor.machine("系统", [desk.tenant.id])) == todo.Counts()


def test_done_is_what_my_hands_did(desk: Desk) -> None:
    first = desk.lay(desk.post, state="done", claimed_by=desk.me, closed_at=desk.now)
    last = desk.lay(desk.other, state="sent_back", claimed_by=desk.me, closed_at=desk.now + timedelta(hours=1))
    desk.lay(desk.me, state="cancelled", claimed_by=desk.me, closed_at=desk.now)
    desk.lay(desk.post, state="done", claimed_by=desk.other, closed_at=desk.now)
    actor = desk.actor(desk.post)
    with tenant_transaction(actor.tenants):
        assert [task.id for task in todo.done(actor)] == [last.id, first.id]


def test_a_list_costs_the_same_for_any_number_of_rows(desk: Desk, django_assert_num_queries: Any) -> None:
    actor = desk.actor()
    for _ in range(3):
        desk.lay(desk.me)
    with tenant_transaction(actor.tenants), django_assert_num_queries(2):
        shown = [
            (task.node, task.case.title, task.case.definition_id, task.assignee.name)
            for task in todo.listed(todo.to_do(actor))
        ]
    assert shown == [("ask", "事", desk.flow.id, "我")] * 3
