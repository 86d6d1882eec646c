"""Work among those who have it, and what the administrator does when a case cannot go its way."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from renda.congress.api import Post, PostKind
from renda.kernel import clock
from renda.kernel.actions.api import ACTIONS
from renda.kernel.errors import Forbidden, Invalid, NotFound, Refused
from renda.kernel.flow import api as flow
from renda.kernel.flow.machine import pass_time
from renda.kernel.flow.models import PendingRequest
from renda.kernel.notices.models import Notice
from renda.kernel.parties import Actor
from renda.kernel.parties.models import Holding
from renda.kernel.tenancy import tenant_transaction
from renda.voice import actions
from renda.voice.models import Assignment, Message, Stage
from renda.voice.presses import Buttons
from renda.voice.tests.conftest import Story
from renda.voice.trail import Record

ADMINISTRATOR = "county_business_administrator"


def buttons(story: Story, role: str, message: Message) -> dict[str, str]:
    """The page's buttons for a role: key → title."""
    actor = story.cast.actor(role)
    with tenant_transaction(actor.tenants, durable=False):
        record, case = Record.of(message), flow.view(actor, message.case_id, subject=message)
        found = Buttons(message, actor, case, record.assignments, record.ratings).presses()
        return {press.key.removeprefix("message."): press.title for press in found}


def task_of(story: Story, role: str, message: Message) -> int:
    actor = story.cast.actor(role)
    with tenant_transaction(actor.tenants, durable=False):
        return int(flow.to_do(actor).get(case_id=message.case_id).pk)


def trail(story: Story, message: Message) -> list[tuple[str, str, str]]:
    """Title, who and note of each line that staff read."""
    actor = story.cast.actor("county_assigner")
    with tenant_transaction(story.cast.tenants, durable=False):
        lines = Record.of(message).trail(flow.view(actor, message.case_id, subject=message))
        return [(line.title, line.by, line.note) for line in lines]


def second_officer(story: Story) -> None:
    """The joint officer holds the case officer's post too."""
    post = story.cast.actor("case_officer").posts[0].post_id
    Holding.objects.create(person_id=story.cast.people["joint_officer"].pk, post_id=post, starts_on=date(2022, 1, 8))


def test_of_several_holders_one_takes_the_task_and_gives_it_back(story: Story) -> None:
    message = story.assigned_in_county()
    assert "claim" not in buttons(story, "case_officer", message), "she is alone: nothing to keep from anybody"
    second_officer(story)
    task = task_of(story, "case_officer", message)
    assert "claim" in buttons(story, "case_officer", message)
    story.tell("case_officer", "claim", message, task_id=task)
    with pytest.raises((Refused, Forbidden)):
        story.tell("joint_officer", "receive", message)
    assert "release" in buttons(story, "case_officer", message)
    story.tell("case_officer", "release", message, task_id=task)
    story.tell("joint_officer", "receive", message)


def post_of(story: Story, role: str) -> Post:
    with tenant_transaction(story.cast.tenants, durable=False):
        return Post.objects.select_related("party").get(pk=story.cast.actor(role).posts[0].post_id)


def test_an_officer_hands_it_on_inside_the_unit(story: Story) -> None:
    message = story.assigned_in_county()
    due = message.due_at
    with pytest.raises(Invalid):
        story.tell("case_officer", "transfer", message, to=post_of(story, "joint_officer"))
    message = story.tell("case_officer", "transfer", message, to=post_of(story, "handler_head"), note="请您批示。")
    assert (message.due_at, message.lead_unit) == (due, story.cast.organisations["case_officer"])
    with tenant_transaction(story.cast.tenants, durable=False):
        told = Notice.objects.filter(party_id=story.cast.actor("handler_head").posts[0].post_id)
        assert told.get().title.startswith("转办：")
    assert story.tell("handler_head", "answer", message, body="已修复。", solved="yes").stage == Stage.DELIVER
    # Each act is told with the post in which it was done, though the task has moved.
    who = {title.partition("（")[0]: by for title, by, _ in trail(story, story.fresh(message))}
    officer, head = (
        f"{story.cast.people[role].name}（{post_of(story, role).party.name}）"
        for role in ("case_officer", "handler_head")
    )
    assert (who["转办"], who["承办单位答复"]) == (officer, head)


def test_a_sending_back_is_taken_back_while_the_office_has_not_acted(story: Story) -> None:
    message, other = story.assigned_in_county(), story.cast.organisations["joint_officer"]
    task = task_of(story, "case_officer", message)
    message = story.tell("case_officer", "send_back", message, reason="属住建。", proposed_unit=other)
    assert message.lead_unit is None
    assert "withdraw" in buttons(story, "case_officer", message)
    message = story.tell("case_officer", "withdraw", message, task_id=task, note="核实后属我局。")
    unit = story.cast.organisations["case_officer"]
    assert (message.stage, message.lead_unit_id) == (Stage.UNIT, unit.pk)
    with tenant_transaction(story.cast.tenants, durable=False):
        row = Assignment.objects.get(message=message)
        assert (row.sent_back_at, row.sent_back_reason, row.proposed_unit_id) == (None, "", None)
    assert story.tell("case_officer", "answer", message, body="已修复。", solved="yes").stage == Stage.DELIVER


def test_sent_back_and_assigned_anew_it_is_nobodys_to_take_back(story: Story) -> None:
    message = story.assigned_in_county()
    task = task_of(story, "case_officer", message)
    message = story.tell("case_officer", "send_back", message, reason="属住建。")
    other = story.cast.organisations["joint_officer"]
    message = story.tell("county_assigner", "assign", message, lead_unit=other)
    assert "withdraw" not in buttons(story, "case_officer", message)
    with pytest.raises(Refused):
        story.tell("case_officer", "withdraw", message, task_id=task)


def test_it_is_sent_back_in_time_or_not_at_all(story: Story) -> None:
    message = story.assigned_in_county()
    assert message.assigned_at is not None
    assert "send_back" in buttons(story, "case_officer", message)
    with clock.frozen(message.assigned_at + timedelta(days=9)):
        assert "send_back" not in buttons(story, "case_officer", message)
    late = actions.message_send_back.at(message.assigned_at + timedelta(days=9))
    with pytest.raises(Refused, match="退回应在"):
        late(story.cast.actor("case_officer"), message.id, reason="属住建。")


def test_what_is_offered_has_a_button_or_a_reason(story: Story) -> None:
    """Whatever an administrator, a unit, an office may do by the flow can be pressed on the page."""
    message = story.assigned_in_county()
    assert set(buttons(story, "case_officer", message)) == {
        *("answer", "receive", "log_contact", "send_back", "extend", "transfer")
    }
    mine = buttons(story, ADMINISTRATOR, message)
    task = task_of(story, "case_officer", message)
    assert set(mine) == {"suspend", "terminate", "jump", f"transfer.{task}"}
    assert mine[f"transfer.{task}"].startswith("转办（")
    for verb in mine:
        assert f"message.{verb.partition('.')[0]}" in ACTIONS


def test_the_administrator_stops_and_ends_a_case_with_a_reason(story: Story) -> None:
    message = story.assigned_in_county()
    with pytest.raises(Invalid):
        story.tell(ADMINISTRATOR, "suspend", message, reason=" ")
    message = story.tell(ADMINISTRATOR, "suspend", message, reason="等待省厅批复。")
    assert buttons(story, "case_officer", message) == {}
    message = story.tell(ADMINISTRATOR, "resume", message)
    assert "answer" in buttons(story, "case_officer", message)
    with pytest.raises((Forbidden, Refused, NotFound)):
        story.tell("county_assigner", "terminate", message, reason="不办了。")
    message = story.tell(ADMINISTRATOR, "terminate", message, reason="与另一件重复，并案办理。")
    assert message.stage == Stage.TERMINATED
    assert message.concluded_at is not None


def test_a_change_of_the_step_needs_a_second_administrator(story: Story) -> None:
    message = story.assigned_in_county()
    story.tell(ADMINISTRATOR, "jump", message, to="office", reason="交办错了。")
    with tenant_transaction(story.cast.tenants, durable=False):
        request = PendingRequest.objects.get(case_id=message.case_id, kind="jump")
    with pytest.raises((Refused, Forbidden)):
        story.tell(ADMINISTRATOR, "grant_jump", message, request_id=request.id)
    second = {"post_id": story.cast.actor(ADMINISTRATOR).posts[0].post_id, "starts_on": date(2022, 1, 8)}
    Holding.objects.create(person_id=story.cast.people["county_clerk"].pk, **second)
    message = story.tell("county_clerk", "grant_jump", message, request_id=request.id)
    assert message.stage == Stage.OFFICE


def test_the_county_administers_a_township_without_an_administrator(story: Story) -> None:
    with tenant_transaction(story.cast.tenants, durable=False):
        township = {"tenant": story.cast.tenant("township"), "kind": PostKind.BUSINESS_ADMINISTRATOR}
        assert not Post.objects.filter(**township).exists()
    assert "terminate" in buttons(story, ADMINISTRATOR, story.submitted())


def test_a_promise_of_the_deputy_comes_back_to_her(story: Story) -> None:
    day: dict[str, Any] = {"solved": "in_progress", "promised_on": clock.today() + timedelta(days=30)}
    message = story.tell("deputy", "answer", story.accepted(), body="月底前装好路灯。", **day)
    actions.message_rate(Actor.public([message.tenant_id]), message.id, process="satisfied", result="satisfied")
    pass_time({message.case_id: timezone.make_aware(datetime.combine(day["promised_on"], time(10)))})
    assert story.fresh(message).stage == Stage.DEPUTY
