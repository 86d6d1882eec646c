"""Trees of calls through the database: whoever has work in one case can carry the moves through all of them."""

from __future__ import annotations

import pytest

from renda.kernel import clock
from renda.kernel.errors import Refused
from renda.kernel.flow import api as flow
from renda.kernel.flow import library
from renda.kernel.flow.definition import parse
from renda.kernel.flow.models import Case, FlowDefinition, Task
from renda.kernel.flow.store import Store
from renda.kernel.flow.tests.cases import Town
from renda.kernel.parties.models import Party
from renda.kernel.tenancy import tenant_transaction

pytestmark = pytest.mark.django_db

CALLER = """
key = "letter"
title = "来信办理"
administrator = "test:administrator"
[[node]]
id = "office"
title = "交办"
who = "test:office"
mode = "any"
actions = ["assign"]
[[node]]
id = "both"
kind = "parallel"
join = "together"
[[node]]
id = "inquiry"
kind = "call"
call = { flow = "inquiry" }
[[node]]
id = "unit"
title = "办理"
who = "test:unit"
mode = "any"
actions = ["answer", "send_back"]
[[node]]
id = "together"
kind = "join"
[[node]]
id = "over"
kind = "end"
outcome = "concluded"
[[edge]]
from = "office"
on = "assign"
to = "both"
[[edge]]
from = "both"
to = "inquiry"
[[edge]]
from = "both"
to = "unit"
[[edge]]
from = "inquiry"
on = "known"
to = "together"
[[edge]]
from = "inquiry"
on = "terminated"
to = "together"
[[edge]]
from = "unit"
on = "answer"
to = "together"
[[edge]]
from = "together"
to = "over"
"""
CHILD = """
key = "inquiry"
title = "了解情况"
administrator = "test:administrator"
[[node]]
id = "ask"
title = "了解"
who = "test:leaders"
mode = "any"
actions = ["answer"]
[[node]]
id = "over"
kind = "end"
outcome = "known"
[[edge]]
from = "ask"
on = "answer"
to = "over"
"""


@pytest.fixture
def town() -> Town:
    made = Town(flow_text=CALLER)
    child = parse(CHILD)
    FlowDefinition.objects.create(
        key=child.key, version=1, title=child.title, graph=dict(child.source), published_at=clock.now()
    )
    library.forget()
    return made


def test_a_unit_admitted_after_the_child_began_takes_the_child_back_with_the_block(town: Town) -> None:
    """The inquiry started inside the home congress alone; the unit of the other one sends the whole block back."""
    case = town.start()
    town.do("clerk", flow.act, case, "assign")
    with town.everything():
        child = Case.objects.get(parent=case)
        assert set(child.admitted) >= {town.tenants[1].id}
    town.do("officer", flow.send_back, case, to="office", opinion="不属于我单位")
    with town.everything():
        child.refresh_from_db()
        assert child.state == Case.State.TERMINATED
        assert not Task.objects.filter(case=child, state="open", kind="act").exists()
        assert [task.assignee_id for task in Task.objects.filter(case=case, state="open")] == [town.posts["office"].id]
    # And round again: a second child beside the first.
    town.do("clerk", flow.act, case, "assign")
    town.do("officer", flow.act, case, "answer")
    with town.everything():
        second = Case.objects.get(parent=case, state="running")
    town.do("leader", flow.act, second, "answer")
    with town.everything():
        case.refresh_from_db()
        assert (case.state, case.outcome) == (Case.State.ENDED, "concluded")


def test_a_child_about_the_same_matter_sees_what_the_act_has_just_set(town: Town) -> None:
    """The instance of the action is that of the whole tree, stored or not."""
    child = parse(CHILD.replace("test:leaders", "field:assistant").replace("inquiry", "asking"))
    caller = parse(CALLER.replace('flow = "inquiry"', 'flow = "asking"').replace('key = "letter"', 'key = "note"'))
    for made in (child, caller):
        FlowDefinition.objects.create(
            key=made.key, version=1, title=made.title, graph=dict(made.source), published_at=clock.now()
        )
    library.forget()
    case = town.do("clerk", flow.start, "note", town.subject, tenant_id=town.tenants[0].id, title="便函")
    subject = Party.objects.get(id=town.subject.id)
    vars(subject)["assistant"] = town.people["leader"]
    town.do("clerk", flow.act, case, "assign", subject=subject)
    with town.everything():
        (task,) = Task.objects.filter(case__parent=case)
    assert (task.assignee_id, task.stands_in) == (town.people["leader"].id, False)


def test_both_are_read_at_once_when_nobody_gives_the_matter(town: Town) -> None:
    case = town.start()
    town.do("clerk", flow.act, case, "assign")
    with town.everything():
        child = Case.objects.get(parent=case)
        store = Store(clock.now())
        tree = store.tree(case.id, lock=False)
        subjects = {store.world.subject_of(tree.cases[key]) for key in (child.id, case.id)}
    assert subjects == {town.subject}


def test_a_child_can_live_in_another_congress_and_be_about_another_row(town: Town) -> None:
    """``tenant`` and ``subject`` of a call read the parent's subject; the child runs there, both see both."""
    child = parse(CHILD.replace("test:leaders", "test:unit").replace("inquiry", "asking"))
    called = 'call = { flow = "asking", tenant = "field:other", subject = "field:tenant" }'
    caller = parse(CALLER.replace('call = { flow = "inquiry" }', called).replace('key = "letter"', 'key = "note"'))
    for made in (child, caller):
        FlowDefinition.objects.create(
            key=made.key, version=1, title=made.title, graph=dict(made.source), published_at=clock.now()
        )
    library.forget()
    subject = Party.objects.get(id=town.subject.id)
    vars(subject)["other"] = town.tenants[1]
    case = town.do("clerk", flow.start, "note", subject, tenant_id=town.tenants[0].id, title="便函")
    town.do("clerk", flow.act, case, "assign", subject=subject)
    with town.everything():
        below = Case.objects.get(parent=case)
    home, other = (tenant.id for tenant in town.tenants)
    assert (below.tenant_id, below.subject_type, below.subject_id) == (other, "kernel_tenancy.Tenant", home)
    for name in ("clerk", "officer"):
        with tenant_transaction(town.actor(name).tenants, durable=False):
            assert Case.objects.filter(id__in=[case.id, below.id]).count() == 2
    town.do("officer", flow.act, below, "answer")
    town.do("officer", flow.act, case, "answer")
    with town.everything():
        assert Case.objects.get(id=case.id).outcome == "concluded"


def test_flows_that_call_each_other_for_ever_are_refused(town: Town) -> None:
    circle = parse(
        'key = "circle"\ntitle = "循环"\nadministrator = "test:administrator"\n'
        '[[node]]\nid = "again"\nkind = "call"\ncall = { flow = "circle" }\n'
        '[[node]]\nid = "over"\nkind = "end"\n[[edge]]\nfrom = "again"\nto = "over"\n'
    )
    FlowDefinition.objects.create(
        key="circle", version=1, title="循环", graph=dict(circle.source), published_at=clock.now()
    )
    library.forget()
    with town.everything():
        before = Case.objects.count()
    with pytest.raises(Refused) as refused:
        town.do("clerk", flow.start, "circle", town.subject, tenant_id=town.tenants[0].id, title="循环")
    assert refused.value.code == "flow.too_deep"
    with town.everything():
        assert Case.objects.count() == before
