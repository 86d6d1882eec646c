"""The loop, played by everybody whose step it is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from renda.kernel import clock
from renda.kernel.audit.models import AuditEntry
from renda.kernel.errors import Forbidden, Invalid, NotFound, Refused
from renda.kernel.parties import Actor
from renda.kernel.parties.models import Holding
from renda.kernel.search.api import search_ids
from renda.kernel.tenancy import tenant_transaction
from renda.voice import actions, selectors
from renda.voice.models import Assignment, Message, Rating, Stage, Verdict
from renda.voice.tests.conftest import TEXT, Story

RATED = {"process": "satisfied", "result": "satisfied", "comment": ""}


def rate(story: Story, message: Message, **given: str) -> Message:
    actions.message_rate(Actor.public([message.tenant_id]), message.id, **{**RATED, **given})
    return story.fresh(message)


def test_from_a_code_to_a_rated_answer(story: Story) -> None:
    message = story.submitted()
    assert message.stage == Stage.VET
    assert message.subject == "花园社区附近没有早餐店，老人孩子吃早饭要走一公里，希望镇里…"
    assert message.proposal["places"][0]["name"].endswith("路口镇")
    message = story.tell("presidium_vetter", "accept", message)
    assert (message.stage, bool(message.number)) == (Stage.DEPUTY, True)
    message = story.tell("deputy", "refer", message, note="请协调。")
    assert message.stage == Stage.OFFICE
    unit = story.cast.organisations["township_officer"]
    message = story.tell("presidium_assigner", "assign", message, lead_unit=unit)
    assert (message.stage, message.lead_unit_id) == (Stage.UNIT, unit.id)
    assert message.due_at is not None
    message = story.tell("township_officer", "receive", message)
    assert message.stage == Stage.UNIT
    message = story.tell("township_officer", "answer", message, body="已办。", solved="yes")
    assert (message.stage, message.solved) == (Stage.DELIVER, "yes")
    message = story.tell("deputy", "forward", message)
    assert message.stage == Stage.RATING
    message = rate(story, message)
    assert message.stage == Stage.CONCLUDED
    assert message.concluded_at is not None


def test_the_deputy_answers_by_herself(story: Story) -> None:
    message = story.tell("deputy", "answer", story.accepted(), body="已和社区联系。", solved="on_the_spot")
    assert (message.stage, message.solved, message.lead_unit_id) == (Stage.RATING, "on_the_spot", None)


def test_a_message_about_a_person_never_reaches_that_person(story: Story) -> None:
    message = story.accepted(concerns_person=True)
    assert message.stage == Stage.STATION
    deputy = story.cast.actor("deputy")
    with tenant_transaction(deputy.tenants, durable=False):
        assert not selectors.messages_for(deputy).exists()
    with pytest.raises(NotFound):
        actions.message_refer(deputy, message.id)


def test_what_was_left_for_a_deputy_does_not_exist_for_her_before_somebody_else_has_vetted_it(story: Story) -> None:
    message = story.submitted(deputy=story.cast.people["deputy"], station=None)
    assert not seen(story, "deputy")
    # She may be a vetter too: nobody vets what may be about herself.
    post = story.cast.actor("presidium_vetter").posts[0].post_id
    Holding.objects.create(person_id=story.cast.people["deputy"].pk, post_id=post, starts_on=date(2022, 1, 8))
    assert not seen(story, "deputy")
    with pytest.raises(NotFound):
        story.tell("deputy", "accept", message)
    client = Client()
    client.force_login(story.cast.people["deputy"])
    assert message.subject not in client.get("/bench/").content.decode(), "the vetters' task brings its title"
    story.tell("presidium_vetter", "accept", message)
    assert seen(story, "deputy")


def seen(story: Story, role: str) -> list[str]:
    """The titles of the messages that exist for a role."""
    actor = story.cast.actor(role)
    with tenant_transaction(actor.tenants, durable=False):
        return list(selectors.messages_for(actor).values_list("subject", flat=True))


def test_what_belongs_elsewhere_is_shown_the_door_and_sealed(story: Story) -> None:
    left = story.submitted(subject="王法官收礼不判", body="请查一查。", place_text="路口镇")
    message = story.tell("presidium_vetter", "redirect", left, door="accusation", reason="请向纪检监察机关反映。")
    assert (message.stage, message.is_sealed, message.may_publish) == (Stage.REDIRECTED, True, False)
    assert not seen(story, "presidium_clerk")
    # Nothing outside of the text tells what it was about: not the title, not the search.
    assert seen(story, "presidium_vetter") == ["（已封存）检举控告"]
    assert message.body == "王法官收礼不判\n请查一查。"
    with tenant_transaction(story.cast.tenants, durable=False):
        assert search_ids("voice.Message", "法官") == []


def test_a_township_reaches_a_county_department_through_the_county(story: Story) -> None:
    message = story.referred()
    county_unit = story.cast.organisations["case_officer"]
    with pytest.raises(Invalid):
        story.tell("presidium_assigner", "assign", message, lead_unit=county_unit)
    message = story.tell("presidium_assigner", "refer_up", message, note="由区交通局负责。")
    assert message.stage == Stage.OFFICE
    assert "assign" not in story.offered("presidium_assigner", message)
    message = story.tell("county_assigner", "assign", message, lead_unit=county_unit)
    assert message.stage == Stage.UNIT
    message = story.tell("case_officer", "answer", message, body="已修复。", solved="yes")
    assert message.stage == Stage.DELIVER


def test_a_unit_sends_back_and_then_the_government_office_rules(story: Story) -> None:
    message = story.assigned_in_county()
    unit, other = story.cast.organisations["case_officer"], story.cast.organisations["joint_officer"]
    for _ in range(2):
        message = story.tell("case_officer", "send_back", message, reason="属住建部门职责。", proposed_unit=other)
        assert (message.stage, message.lead_unit_id) == (Stage.OFFICE, None)
        if _ == 0:
            message = story.tell("county_assigner", "assign", message, lead_unit=unit)
    with pytest.raises(Invalid) as caught:
        story.tell("county_assigner", "assign", message, lead_unit=unit)
    assert "ruling" in caught.value.fields
    ruler = story.cast.organisations["government_officer"]
    message = story.tell(
        "county_assigner", "assign", message, lead_unit=unit, ruled_by=ruler, ruling="由交通局牵头办理。"
    )
    with pytest.raises(Refused):
        story.tell("case_officer", "send_back", message, reason="仍不属我局。")
    assert story.fresh(message).lead_unit_id == unit.id


def test_not_satisfied_asks_why_and_is_handled_again(story: Story) -> None:
    message = story.delivered()
    with pytest.raises(Invalid):
        rate(story, message, result="dissatisfied")
    message = rate(story, message, result="dissatisfied", comment="只开了三天就关了。")
    assert message.stage == Stage.JUDGE
    message = story.tell("station_manager", "judge", message, verdict=Verdict.REDO, note="情况属实，重新办理。")
    assert message.stage == Stage.OFFICE
    with tenant_transaction(story.cast.tenants, durable=False):
        assert Rating.objects.get(message=message).verdict == Verdict.REDO


def test_a_promise_comes_back_on_its_date(story: Story) -> None:
    day = clock.today() + timedelta(days=40)
    message = story.delivered(solved="in_progress", promised_on=day)
    message = rate(story, message)
    assert message.stage == Stage.PROMISE
    assert message.concluded_at is None


@pytest.mark.parametrize(
    ("role", "verb", "given"),
    [
        ("stranger", "accept", {}),
        ("presidium_clerk", "accept", {}),
        ("other_township_clerk", "accept", {}),
        ("case_officer", "accept", {}),
        ("constituent", "accept", {}),
    ],
)
def test_nobody_else_accepts_and_nothing_changes(story: Story, role: str, verb: str, given: dict[str, str]) -> None:
    message = story.submitted()
    with pytest.raises((Forbidden, NotFound, Refused)):
        story.tell(role, verb, message, **given)
    assert story.fresh(message).stage == Stage.VET
    with tenant_transaction({0, *story.cast.tenants}, durable=False):
        refused = AuditEntry.objects.filter(action=f"message.{verb}")
        assert [entry.outcome for entry in refused] == ["refused"]


def test_a_second_press_makes_no_second_message(story: Story) -> None:
    tenant = story.cast.congresses["township"].tenant
    press = actions.message_submit.once("a" * 32)
    first = press(Actor.public([tenant.id]), tenant=tenant, body=TEXT)
    second = press(Actor.public([tenant.id]), tenant=tenant, body=TEXT)
    assert first.pk == second.pk
    with tenant_transaction([tenant.id], durable=False):
        assert Message.objects.count() == 1


def test_a_unit_asks_for_more_time_and_the_office_grants_it(story: Story) -> None:
    message = story.assigned_in_county()
    assert message.due_at is not None
    wanted = message.due_at + timedelta(days=7)
    message = story.tell("case_officer", "extend", message, until=wanted, reason="需要招标。")
    with tenant_transaction(story.cast.tenants, durable=False):
        from renda.kernel.flow.models import PendingRequest

        request = PendingRequest.objects.get(case_id=message.case_id)
    message = story.tell("county_assigner", "grant_extension", message, request_id=request.id)
    assert message.due_at == wanted


def test_joint_units_see_it_and_may_add_to_it(story: Story) -> None:
    joint = story.cast.organisations["joint_officer"]
    message = story.assigned_in_county(joint_units=[joint])
    officer = story.cast.actor("joint_officer")
    with tenant_transaction(officer.tenants, durable=False):
        assert selectors.messages_for(officer).filter(pk=message.pk).exists()
    story.tell("joint_officer", "log_contact", message, way="joint", note="路面由我局配合。")
    assert story.fresh(message).stage == Stage.UNIT
    with tenant_transaction(story.cast.tenants, durable=False):
        roles = set(Assignment.objects.filter(message=message).values_list("role", flat=True))
    assert roles == {"lead", "joint"}


def test_overseeing_is_a_recorded_decision(story: Story) -> None:
    message = story.assigned_in_county()
    decision = {
        "organisation": story.cast.organisations["county_supervisor"],
        "reference": "区人大主任会议纪要〔2026〕12 号",
        "content": "限期办结并报告。",
        "decided_on": date(2026, 1, 5),
    }
    with pytest.raises(Forbidden):
        story.tell("county_assigner", "oversee", message, **decision)
    message = story.tell("county_supervisor", "oversee", message, **decision)
    assert message.case is not None
    assert message.case.overseen_at is not None


def test_a_contact_is_shown_only_with_a_reason_and_leaves_a_line(story: Story) -> None:
    message = story.submitted(contact_name="王女士", contact_phone="13800001111")
    vetter = story.cast.actor("presidium_vetter")
    with pytest.raises(Invalid):
        actions.message_reveal(vetter, message.id, reason=" ")
    assert actions.message_reveal(vetter, message.id, reason="核实地点") == ("王女士", "13800001111")
    with tenant_transaction({0, *story.cast.tenants}, durable=False):
        done = AuditEntry.objects.filter(action="message.reveal", outcome="done")
        assert done.count() == 1
        assert "13800001111" not in done.get().payload
