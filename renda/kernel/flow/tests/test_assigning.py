"""Work that waits for nobody: who sees it, why it lies there, and one press that gives it to somebody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from renda.kernel import clock
from renda.kernel.actions.api import Context
from renda.kernel.errors import Forbidden, Invalid, NotFound
from renda.kernel.flow import api as flow
from renda.kernel.flow import assigning, library
from renda.kernel.flow.assigning import flow_transfer
from renda.kernel.flow.definition import parse
from renda.kernel.flow.models import Case, FlowDefinition, Task
from renda.kernel.flow.selectors import cases_to_free
from renda.kernel.flow.subjects import SUBJECTS, SubjectType
from renda.kernel.notices.models import Notice
from renda.kernel.parties.models import Holding, Party
from renda.kernel.tenancy import tenant_transaction
from tests.people import Cast

pytestmark = pytest.mark.django_db

ADMIN = "county_business_administrator"
FLOW = """
key = "errand"
title = "一件小事"
subject = "kernel_parties.Party"
[[node]]
id = "vet"
title = "审核"
who = "post:vetter@case"
mode = "any"
actions = ["approve"]
deadline = "3 days"
[[node]]
id = "look"
title = "查看"
who = "post:clerk@case"
mode = "any"
actions = ["approve"]
[[node]]
id = "over"
kind = "end"
[[edge]]
from = "vet"
to = "look"
[[edge]]
from = "look"
to = "over"
"""


@pytest.fixture
def subject(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Party:
    """A matter that exists for everybody, and its flow."""
    label = "kernel_parties.Party"
    monkeypatch.setitem(SUBJECTS, label, SubjectType(label, "小事", {}, rows=lambda actor: Party.objects.all()))
    definition = parse(FLOW)
    FlowDefinition._default_manager.create(
        key="errand", version=1, title="一件小事", graph=dict(definition.source), published_at=clock.now()
    )
    library.forget()
    matter: Party = Party.objects.create(kind="person", name="来人", tenant_id=cast.tenant("county"))
    return matter


def leave(cast: Cast, role: str) -> None:
    """She has left her post yesterday."""
    yesterday = clock.today() - timedelta(days=1)
    Holding.objects.filter(person_id=cast.people[role].party_id).update(ends_on=yesterday)


def start(cast: Cast, subject: Party, title: str = "修灯") -> Case:
    with tenant_transaction(cast.tenants, durable=False):
        ctx = Context(cast.actor("county_clerk"))
        case = flow.start(ctx, "errand", subject, tenant_id=cast.tenant("county"), title=title)
        ctx.flush()
    return case


def post(cast: Cast, role: str) -> int:
    return cast.actor(role).posts[0].post_id


def open_task(cast: Cast, case: Case) -> Task:
    with tenant_transaction(cast.tenants, durable=False):
        task: Task = Task.objects.get(case=case, state="open", kind="act")
    return task


def listed(cast: Cast, role: str = ADMIN) -> list[assigning.Waiting]:
    actor = cast.actor(role)
    with tenant_transaction(actor.tenants, durable=False):
        return assigning.unassigned(actor)


def browser(cast: Cast, role: str = ADMIN) -> Client:
    client = Client()
    client.force_login(cast.people[role])
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa"}]
    session.save()
    return client


def test_what_nobody_was_found_for_falls_to_the_administrator_who_is_told_and_sees_whom_it_fits(
    cast: Cast, subject: Party
) -> None:
    leave(cast, "county_vetter")
    case = start(cast, subject)
    (waiting,) = listed(cast)
    bench = browser(cast).get(reverse("voice:bench")).content.decode()
    assert "1 件待办无人办理" in bench
    assert waiting.task.assignee_id == post(cast, ADMIN)
    assert (waiting.why, waiting.node.id) == ("“审核”没有找到办理人", "vet")
    # The same post in the congress above.
    assert waiting.fitting == (post(cast, "city_vetter"),)
    with tenant_transaction(cast.tenants, durable=False):
        (notice,) = Notice.objects.filter(kind="flow.unassigned")
    assert notice.url == reverse("flow:flow.unassigned")
    assert (notice.party_id, case.title in notice.title) == (post(cast, ADMIN), True)


def test_a_post_that_becomes_vacant_later_is_listed_too_and_one_that_is_filled_is_not(
    cast: Cast, subject: Party
) -> None:
    start(cast, subject)
    assert listed(cast) == []
    leave(cast, "county_vetter")
    (waiting,) = listed(cast)
    assert waiting.why.endswith("受理审核岗无人在岗")
    assert listed(cast, "county_assigner") == []
    # The city's administrator has the tree below, but this flow names the county's.
    assert listed(cast, "business_administrator") == []


def test_one_press_gives_it_to_somebody_with_a_reason_and_the_same_due(cast: Cast, subject: Party) -> None:
    leave(cast, "county_vetter")
    case = start(cast, subject)
    task = open_task(cast, case)
    with pytest.raises(Invalid) as refused:
        flow_transfer(cast.actor(ADMIN), case.id, task_id=task.id, to=post(cast, "city_vetter"), reason=" ")
    assert set(refused.value.fields) == {"reason"}
    flow_transfer(cast.actor(ADMIN), case.id, task_id=task.id, to=post(cast, "city_vetter"), reason="县级岗位空缺")
    given = open_task(cast, case)
    assert (given.id, given.assignee_id, given.due_at) == (task.id, post(cast, "city_vetter"), task.due_at)
    assert not given.stands_in
    assert listed(cast) == []
    with tenant_transaction(cast.tenants, durable=False):
        event = flow.trail(case)[-1]
        (notice,) = Notice.objects.filter(kind="flow.transferred")
    assert (event.move, event.opinion) == ("transfer", "县级岗位空缺")
    assert notice.party_id == post(cast, "city_vetter")


def test_a_matter_that_does_not_exist_for_her_is_not_listed_nor_given_away(
    cast: Cast, subject: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave(cast, "county_vetter")
    case = start(cast, subject)
    task = open_task(cast, case)
    label = "kernel_parties.Party"
    monkeypatch.setitem(SUBJECTS, label, SubjectType(label, "小事", {}, rows=lambda actor: Party.objects.none()))
    assert listed(cast) == []
    with pytest.raises(NotFound):
        flow_transfer(cast.actor(ADMIN), case.id, task_id=task.id, to=post(cast, "city_vetter"), reason="空缺")


def test_a_case_of_another_congress_is_not_hers_to_free_although_she_sees_it(cast: Cast, subject: Party) -> None:
    case = start(cast, subject)
    with tenant_transaction(cast.tenants, durable=False):
        assert list(cases_to_free(cast.actor(ADMIN))) == [case]
        Case.objects.filter(id=case.id).update(tenant_id=cast.tenant("other_county"))
        assert list(cases_to_free(cast.actor(ADMIN))) == []
        assert list(cases_to_free(cast.actor("county_assigner"))) == []


def test_who_only_administers_above_is_not_the_flows_administrator(cast: Cast, subject: Party) -> None:
    leave(cast, "county_vetter")
    case = start(cast, subject)
    task = open_task(cast, case)
    with pytest.raises(Forbidden):
        flow_transfer(
            cast.actor("business_administrator"), case.id, task_id=task.id, to=post(cast, "city_vetter"), reason="空缺"
        )


def test_a_jump_waits_for_the_second_administrator(cast: Cast, subject: Party) -> None:
    case = start(cast, subject)
    second = cast.people["county_clerk"]
    Holding.objects.create(person_id=second.party_id, post_id=post(cast, ADMIN), starts_on=clock.today())
    with tenant_transaction(cast.tenants, durable=False):
        ctx = Context(cast.actor(ADMIN))
        flow.jump(ctx, case, to="look", reason="已线下审核")
        ctx.flush()
    for role, count in ((ADMIN, 0), ("county_clerk", 1), ("county_assigner", 0)):
        actor = cast.actor(role)
        with tenant_transaction(actor.tenants, durable=False):
            assert len(assigning.jumps_to_grant(actor)) == count


def test_the_page_finds_people_assigns_and_keeps_what_was_typed(cast: Cast, subject: Party) -> None:
    leave(cast, "county_vetter")
    case = start(cast, subject)
    task, client, url = open_task(cast, case), browser(cast), reverse("flow:flow.unassigned")
    shown = client.get(url).content.decode()
    assert "修灯" in shown
    assert f'value="{post(cast, "city_vetter")}"' in shown
    clerk = cast.people["county_clerk"].party_id
    assert f'value="{clerk}"' not in shown
    found = client.get(url, {"name": "办公室工作人员甲"}).content.decode()
    assert f'value="{clerk}"' in found
    press = reverse("flow:flow.transfer")
    group = f"at-{task.assignee_id}-vet-stand-in"
    given: dict[str, Any] = {
        "group": group,
        "task": f"{task.id}.{task.version}",
        "to": clerk,
        "name": "办公室工作人员甲",
    }
    refused = client.post(press, {**given, "reason": ""})
    assert refused.status_code == 422
    assert f'value="{clerk}" selected' in refused.content.decode()
    assert open_task(cast, case).assignee_id == task.assignee_id
    # Whoever is not offered cannot be slipped in, and nothing is chosen by itself.
    assert client.post(press, {**given, "name": "", "reason": "空缺"}).status_code == 422
    assert client.post(press, {**given, "task": "", "reason": "空缺"}).status_code == 422
    done = client.post(press, {**given, "reason": "岗位空缺"})
    assert (done.status_code, done.headers["Location"]) == (303, url)
    assert open_task(cast, case).assignee_id == clerk
    assert client.post(press, {**given, "reason": "岗位空缺"}).status_code == 409
    assert "没有待指派的事项" in client.get(url).content.decode()


def test_one_press_gives_away_all_that_lies_at_one_post_and_says_what_it_could_not(cast: Cast, subject: Party) -> None:
    cases = [start(cast, subject, title) for title in ("修灯", "修路", "修桥")]
    leave(cast, "county_vetter")
    tasks, client = [open_task(cast, case) for case in cases], browser(cast)
    shown = client.get(reverse("flow:flow.unassigned")).content.decode()
    assert shown.count("无人在岗") == 2 + 1  # heading, the button's words, the reason
    values = [f"{task.id}.{task.version}" for task in tasks]
    # Somebody was quicker with the last one.
    flow_transfer(cast.actor(ADMIN), cases[2].id, task_id=tasks[2].id, to=post(cast, "county_leader"), reason="急")
    given = {"group": f"at-{tasks[0].assignee_id}-vet-own", "to": post(cast, "city_vetter"), "reason": "岗位空缺"}
    stale = client.post(reverse("flow:flow.transfer"), {**given, "task": values})
    assert stale.status_code == 422
    done = client.post(reverse("flow:flow.transfer"), {**given, "task": values[:2]}, follow=True)
    assert "已指派 2 件" in done.content.decode()
    assert [open_task(cast, case).assignee_id for case in cases] == [
        *[post(cast, "city_vetter")] * 2,
        post(cast, "county_leader"),
    ]


@pytest.mark.parametrize("role", ["county_assigner", "deputy", "system_administrator"])
def test_the_page_is_not_for_others(cast: Cast, subject: Party, role: str) -> None:
    assert browser(cast, role).get(reverse("flow:flow.unassigned")).status_code == 404
