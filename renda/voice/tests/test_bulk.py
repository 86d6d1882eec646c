"""Several messages at once: what all allow is offered, each is told what became of it, nothing counts twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from renda.kernel.audit.models import AuditEntry
from renda.kernel.tenancy import tenant_transaction
from renda.voice import bulk
from renda.voice.models import Message, Stage
from renda.voice.tests.conftest import Story

KEY = "k" * 32


def client(story: Story, role: str) -> Client:
    found = Client()
    found.force_login(story.cast.people[role])
    return found


def post(story: Story, role: str, page: str, messages: Sequence[Message], **given: Any) -> Any:
    rows = [str(message.pk) for message in messages]
    send = client(story, role).post if page == "bulk_act" else client(story, role).get
    return send(reverse(f"voice:message.{page}"), {"row": rows, **given})


def moves(story: Story, role: str, messages: Sequence[Message]) -> set[str]:
    actor = story.cast.actor(role)
    with tenant_transaction(actor.tenants, durable=False):
        return {verb for verb, _ in bulk.moves(bulk.choices(actor, [message.pk for message in messages]))}


def stages(story: Story, messages: Sequence[Message]) -> list[str]:
    return [story.fresh(message).stage for message in messages]


def test_only_what_every_chosen_message_allows_is_offered(story: Story) -> None:
    waiting, accepted, referred = story.submitted(), story.accepted(), story.referred()
    assert moves(story, "presidium_vetter", [waiting]) == {"accept"}
    assert moves(story, "presidium_vetter", [waiting, accepted]) == set()
    assert moves(story, "deputy", [accepted]) == {"refer"}
    assert moves(story, "presidium_assigner", [referred]) == {"assign", "refer_up"}
    assert "urge" in moves(story, "presidium_assigner", [accepted])
    assert moves(story, "other_deputy", [accepted]) == set(), "what does not exist for her is not chosen"
    part = post(story, "presidium_vetter", "bulk_moves", [waiting]).content.decode()
    assert 'value="accept"' in part
    assert 'value="assign"' not in part


def test_the_page_says_what_will_happen_to_each(story: Story) -> None:
    waiting, accepted = story.submitted(), story.accepted()
    page = post(story, "presidium_vetter", "bulk", [waiting, accepted], verb="accept").content.decode()
    assert "确认受理 1 件" in page
    assert "另有 1 件不能办理" in page
    assert "现在不能这样操作" in page
    assert stages(story, [waiting]) == [Stage.VET], "nothing is done before it is confirmed"


def test_each_is_done_or_told_why_not(story: Story) -> None:
    able, gone = [story.submitted() for _ in range(3)], story.accepted()
    page = post(
        story, "presidium_vetter", "bulk_act", [*able, gone], verb="accept", idempotency_key=KEY
    ).content.decode()
    assert "办好 3 件，没有办 1 件" in page
    assert page.count("已受理。") == 3
    assert page.count("没有办：") == 1
    assert stages(story, able) == [Stage.DEPUTY] * 3
    assert all(story.fresh(message).category == message.proposal["category"] for message in able)


def test_a_second_press_does_nothing_and_tells_what_the_first_did(story: Story) -> None:
    messages = [story.submitted() for _ in range(3)]
    said = [
        post(story, "presidium_vetter", "bulk_act", messages, verb="accept", idempotency_key=KEY).content.decode()
        for _ in range(2)
    ]
    assert all("办好 3 件" in page and "没有办" not in page for page in said)
    with tenant_transaction(story.cast.tenants, durable=False):
        assert AuditEntry.objects.filter(action="message.accept", outcome="done").count() == 3


def test_urged_once_by_a_double_press(story: Story) -> None:
    messages = [story.accepted(), story.accepted()]
    for _ in range(2):
        page = post(story, "presidium_assigner", "bulk_act", messages, verb="urge", note="请办。", idempotency_key=KEY)
        assert "办好 2 件" in page.content.decode()
    with tenant_transaction(story.cast.tenants, durable=False):
        assert AuditEntry.objects.filter(action="message.urge", outcome="done").count() == 2


def test_what_was_typed_stays_when_it_is_not_enough(story: Story) -> None:
    messages = [story.referred(), story.referred()]
    answer = post(story, "presidium_assigner", "bulk_act", messages, verb="refer_up", note="", idempotency_key=KEY)
    assert answer.status_code == 422
    assert stages(story, messages) == [Stage.OFFICE] * 2
    unit = story.cast.organisations["township_officer"]
    given = {"lead_unit": unit.pk, "note": "请一并办理。", "idempotency_key": KEY}
    post(story, "presidium_assigner", "bulk_act", messages, verb="assign", **given)
    assert stages(story, messages) == [Stage.UNIT] * 2
    assert {story.fresh(message).lead_unit_id for message in messages} == {unit.pk}


def test_what_may_belong_elsewhere_is_vetted_one_by_one(story: Story) -> None:
    doubtful = story.submitted(body="法院判决不公，我要申请再审，请代表帮我改判。")
    assert doubtful.proposal["doors"]
    assert moves(story, "presidium_vetter", [doubtful]) == set()
    post(story, "presidium_vetter", "bulk_act", [doubtful], verb="accept", idempotency_key=KEY)
    assert stages(story, [doubtful]) == [Stage.VET]


@pytest.mark.parametrize("verb", ["answer", "redirect", "judge", "terminate", "no_such"])
def test_what_is_said_to_one_person_is_not_said_to_many(story: Story, verb: str) -> None:
    assert post(story, "presidium_vetter", "bulk_act", [story.submitted()], verb=verb).status_code == 404


def test_no_more_than_two_hundred(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    messages = [story.submitted() for _ in range(3)]
    monkeypatch.setattr(bulk, "MOST", 2)
    post(story, "presidium_vetter", "bulk_act", messages, verb="accept", idempotency_key=KEY)
    assert stages(story, messages).count(Stage.VET) == 1


def _asked(story: Story, page: str, count: int) -> int:
    messages = [story.submitted() for _ in range(count)]
    post(story, "presidium_vetter", "bulk_moves", messages)
    with CaptureQueriesContext(connection) as captured:
        post(story, "presidium_vetter", page, messages, verb="accept", idempotency_key=f"{KEY}{count}")
    # A new block of ids is nobody's question.
    return sum("kernel_id_seq" not in query["sql"] for query in captured.captured_queries)


@pytest.mark.parametrize("page", ["bulk_moves", "bulk", "bulk_act"])
def test_questions_do_not_grow_with_the_rows(story: Story, page: str) -> None:
    assert _asked(story, page, 3) == _asked(story, page, 15)


def test_the_list_has_boxes_that_work_without_scripts(story: Story) -> None:
    message = story.submitted()
    page = client(story, "presidium_vetter").get(reverse("voice:message.list")).content.decode()
    assert f'name="row" value="{message.pk}" form="list-picks"' in page
    assert f'action="{reverse("voice:message.bulk")}"' in page
