"""Delegation: what is lent is listed, and what is listed is what may be pressed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Q

from renda.kernel import clock
from renda.kernel.errors import Forbidden
from renda.kernel.flow import api as flow
from renda.kernel.flow import todo
from renda.kernel.flow.models import Case, Delegation, Task
from renda.kernel.flow.tests.cases import Town
from renda.kernel.parties.models import Party

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return Town()


def lend(giver: Party, to: Party, *, key: str = "", days: tuple[int, int] = (0, 0)) -> Delegation:
    today = clock.today()
    loan = Delegation(
        from_party=giver,
        to_party=to,
        flow_key=key,
        starts_on=today + timedelta(days[0]),
        ends_on=today + timedelta(days[1]),
    )
    loan.save(force_insert=True)
    return loan


def listed(town: Town, name: str) -> set[int]:
    with town.everything():
        return {task.id for task in todo.to_do(town.actor(name))}


def pressable(town: Town, name: str) -> set[int]:
    """Open tasks on which the engine lets somebody act."""
    with town.everything():
        offers = [offer for case in Case.objects.all() for offer in flow.offered(town.actor(name), case)]
    return {offer.task_id for offer in offers if offer.move == "act" and offer.task_id}


def agree(town: Town) -> None:
    for name in town.people:
        assert listed(town, name) == pressable(town, name), name


def brought(town: Town, name: str) -> bool:
    with town.everything():
        return Task.objects.filter(todo.brings(town.actor(name))).exists()


def test_listed_is_what_may_be_pressed_in_every_state_of_a_case(town: Town) -> None:
    people, posts = town.people, town.posts
    lend(people["clerk"], people["leader"])  # with the tasks of the office's post, which she holds
    lend(posts["unit"], people["second_clerk"])
    lend(people["deputy_leader"], people["officer"], key="letter")
    lend(people["leader"], people["administrator"], key="another")
    lend(people["second_officer"], people["deputy_leader"], days=(-9, -1))
    lend(people["officer"], people["second_administrator"], days=(1, 9))
    case = town.start()
    office = town.task(case, "office").id
    assert listed(town, "leader") == {office}
    assert listed(town, "administrator") == listed(town, "deputy_leader") == set()
    agree(town)
    town.do("leader", flow.act, case, "assign")
    assert listed(town, "second_clerk") == {town.task(case, "unit").id}
    agree(town)
    town.do("officer", flow.claim, case, task_id=town.task(case, "unit").id)
    assert listed(town, "second_clerk") == set()
    agree(town)
    town.do("officer", flow.act, case, "answer")
    town.do("clerk", flow.signal, case, "rated")
    assert listed(town, "officer") == {town.task(case, "deputy_leader").id}
    agree(town)


def test_what_the_principal_has_claimed_stays_lent_to_her_delegate_alone(town: Town) -> None:
    lend(town.people["clerk"], town.people["leader"])
    lend(town.posts["office"], town.people["deputy_leader"])
    case = town.start()
    task = town.task(case, "office").id
    town.do("clerk", flow.claim, case, task_id=task)
    assert listed(town, "leader") == {task}
    assert listed(town, "deputy_leader") == listed(town, "second_clerk") == set()
    agree(town)
    # A holder of the same post too, when she is the delegate.
    lend(town.people["clerk"], town.people["second_clerk"])
    assert listed(town, "second_clerk") == {task}
    agree(town)


def test_the_trail_says_in_whose_name(town: Town) -> None:
    lend(town.people["clerk"], town.people["leader"])
    case = town.start()
    town.do("leader", flow.act, case, "assign", opinion="请办理")
    with town.everything():
        event = flow.trail(case)[-1]
        assert event.actor == town.people["leader"]
        assert event.on_behalf_of == town.people["clerk"]


def test_a_case_is_the_delegates_concern_while_it_is_lent_and_after_her_own_act(town: Town) -> None:
    case = town.start()
    assert not brought(town, "leader")
    loan = lend(town.people["clerk"], town.people["leader"], key="letter")
    assert brought(town, "leader")
    Delegation.objects.filter(id=loan.id).update(flow_key="another")
    assert not brought(town, "leader")
    Delegation.objects.filter(id=loan.id).update(flow_key="", ends_on=clock.today() - timedelta(days=1))
    assert not brought(town, "leader")
    with pytest.raises(Forbidden):
        town.do("leader", flow.act, case, "assign", task_id=town.task(case, "office").id)
    Delegation.objects.filter(id=loan.id).update(ends_on=clock.today())
    town.do("leader", flow.act, case, "assign")
    Delegation.objects.all().delete()
    assert brought(town, "leader")
    with town.everything():
        assert not Task.objects.filter(todo.brings(town.actor("deputy_leader")) & Q(case=case)).exists()


def test_lists_cost_one_query_for_delegations_and_one_for_posts(town: Town, django_assert_num_queries: Any) -> None:
    before = town.actor("leader")
    with town.everything(), django_assert_num_queries(2):
        list(todo.to_do(before))
    for name in ("clerk", "second_clerk", "officer"):
        lend(town.people[name], town.people["leader"])
    actor = town.actor("leader")
    with town.everything(), django_assert_num_queries(3):
        list(todo.to_do(actor))
    # What is lent to her is known by now, as her posts are.
    with town.everything(), django_assert_num_queries(1):
        list(Task.objects.filter(todo.brings(actor)))
