"""A message in the hands of a delegate: she finds it, answers it in another's name, and the trail says so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from renda.kernel import clock
from renda.kernel.errors import NotFound
from renda.kernel.flow import api as flow
from renda.kernel.flow.actions import flow_delegate, flow_revoke_delegation
from renda.kernel.tenancy import tenant_transaction
from renda.voice import selectors
from renda.voice.models import Message
from renda.voice.tests.conftest import Story
from renda.voice.trail import Record

pytestmark = pytest.mark.django_db


def finds(story: Story, role: str, message: Message) -> bool:
    actor = story.cast.actor(role)
    with tenant_transaction(actor.tenants, durable=False):
        return selectors.messages_for(actor).filter(pk=message.pk).exists()


def waits(story: Story, role: str, message: Message) -> bool:
    actor = story.cast.actor(role)
    with tenant_transaction(actor.tenants, durable=False):
        return flow.to_do(actor).filter(case_id=message.case_id).exists()


def test_a_unit_of_the_county_answers_for_another(story: Story) -> None:
    officer, today = story.cast.actor("case_officer"), clock.today()
    message = story.assigned_in_county()
    assert (finds(story, "joint_officer", message), waits(story, "joint_officer", message)) == (False, False)
    with pytest.raises(NotFound):
        story.tell("joint_officer", "receive", message)
    loan = flow_delegate(
        officer,
        from_party=officer.posts[0].post_id,
        to_person=story.cast.people["joint_officer"].party_id,
        starts_on=today,
        ends_on=today + timedelta(days=3),
        flow_key="message",
    )
    assert (finds(story, "joint_officer", message), waits(story, "joint_officer", message)) == (True, True)
    assert finds(story, "strange_officer", message) is False
    assert "receive" in story.offered("joint_officer", message)
    story.tell("joint_officer", "receive", message)
    with tenant_transaction(story.cast.tenants, durable=False):
        lines = Record.of(story.fresh(message)).trail(flow.view(officer, message.case_id))
    (line,) = [line for line in lines if line.title == "接收"]
    post = officer.posts[0].title
    assert (line.by, line.on_behalf_of) == (story.cast.people["joint_officer"].name, post)
    flow_revoke_delegation(officer, loan.id)
    assert waits(story, "joint_officer", message) is False
    with pytest.raises(NotFound):
        story.tell("joint_officer", "answer", message, body="已修好。", solved="yes")
    assert story.fresh(message).answered_at is None
