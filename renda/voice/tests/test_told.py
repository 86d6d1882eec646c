"""Whoever has it next, and whoever a decision concerns, is told; nobody else is."""

from __future__ import annotations

from datetime import date, timedelta

from renda.kernel import clock
from renda.kernel.flow.models import PendingRequest
from renda.kernel.notices.models import Notice
from renda.kernel.tenancy import tenant_transaction
from renda.voice.models import Message
from renda.voice.tests.conftest import Story


def told(story: Story, message: Message) -> set[tuple[str, str]]:
    """Who (a role) has heard what (the words before the title) of the message since the last look."""
    roles = {post.post_id: role for role in story.cast.people for post in story.cast.actor(role).posts}
    roles |= {person.pk: role for role, person in story.cast.people.items()}
    with tenant_transaction(story.cast.tenants, durable=False):
        rows = Notice.objects.filter(subject_id=message.pk, read_at__isnull=True)
        found = {(roles[party], title.partition("：")[0]) for party, title in rows.values_list("party_id", "title")}
        rows.update(read_at=clock.now())
    return found


def test_the_county_hears_that_a_township_asks_it_to_assign(story: Story) -> None:
    message = story.referred()
    assert told(story, message) == {("deputy", "代表办理中"), ("presidium_assigner", "待交办")}
    message = story.tell("presidium_assigner", "refer_up", message, note="由县交通部门负责。")
    assert told(story, message) == {("county_assigner", "提请上级交办")}


def test_an_extension_is_heard_of_by_those_who_decide_and_those_it_concerns(story: Story) -> None:
    message = story.assigned_in_county()
    told(story, message)
    assert message.due_at is not None
    until = message.due_at + timedelta(days=7)
    message = story.tell("case_officer", "extend", message, until=until, reason="需要招标。")
    assert told(story, message) == {("county_assigner", "申请延期")}
    with tenant_transaction(story.cast.tenants, durable=False):
        request = PendingRequest.objects.get(case_id=message.case_id)
    message = story.tell("county_assigner", "grant_extension", message, request_id=request.id, note="同意。")
    day = f"{until.astimezone().year}年"
    assert {role for role, what in told(story, message) if what.startswith(f"已同意延期到{day}")} == {
        *("case_officer", "deputy", "station_manager")
    }


def test_an_accused_deputy_hears_nothing(story: Story) -> None:
    message = story.accepted(concerns_person=True)
    unit = story.cast.organisations["township_officer"]
    message = story.tell("station_manager", "refer", message, note="请核实。")
    message = story.tell("presidium_assigner", "assign", message, lead_unit=unit)
    assert message.due_at is not None
    message = story.tell(
        "township_officer", "extend", message, until=message.due_at + timedelta(days=7), reason="核实。"
    )
    with tenant_transaction(story.cast.tenants, durable=False):
        request = PendingRequest.objects.get(case_id=message.case_id)
    story.tell("presidium_assigner", "grant_extension", message, request_id=request.id)
    assert "deputy" not in {role for role, _ in told(story, message)}


def test_overseeing_and_the_administrators_moves_are_heard_of(story: Story) -> None:
    message = story.assigned_in_county()
    told(story, message)
    decision = {"reference": "纪要", "content": "限期办结。", "decided_on": date(2026, 1, 5)}
    body = story.cast.organisations["county_supervisor"]
    message = story.tell("county_supervisor", "oversee", message, organisation=body, **decision)
    assert told(story, message) == {("case_officer", "督办")}
    administrator = "county_business_administrator"
    message = story.tell(administrator, "jump", message, to="office", reason="交办有误。")
    assert told(story, message) == {(administrator, "申请调整环节")}
    story.tell(administrator, "suspend", message, reason="等待批复。")
    assert told(story, message) == {("case_officer", "已挂起")}
    story.tell(administrator, "resume", message)
    story.tell(administrator, "terminate", message, reason="并案办理。")
    assert told(story, message) == {("case_officer", "恢复办理"), ("case_officer", "终止办理")}
