"""Whoever has the same trouble is shown what is public of it, and joins instead of repeating."""

from __future__ import annotations

import re

import pytest
from django.test import Client, override_settings

from renda.kernel.errors import Refused
from renda.kernel.notices.models import Notice
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction
from renda.voice import actions, public_sending
from renda.voice import similar as likeness
from renda.voice.models import Joiner, JoinerRating, Message
from renda.voice.public_sending import token
from renda.voice.tests.conftest import TEXT, Story
from renda.voice.tests.test_publishing import GIVEN, VETTER, answered, make_public
from tests.zones import address, public_zone, publish, settle, take

SAME = "花园社区这边一直没有早餐店，老人吃早饭要走很远，能不能引进一家早餐店？"
OTHER = "县医院门口的红绿灯坏了三天，过马路很危险。"
PRESS = "b" * 32


def similar(client: Client, story: Story, text: str) -> str:
    where = address("voice:similar", story.cast.codes["station"].code)
    return str(client.post(where, {"body": text}).content.decode())


def join(client: Client, message: Message, **given: object) -> str:
    answer = client.post(address("voice:joiner.join", message.pk), {"idempotency_key": PRESS, **given})
    assert answer.status_code == 303, answer.content.decode()[-2000:]
    return str(answer["Location"])


def joiners(story: Story) -> list[Joiner]:
    with tenant_transaction(story.cast.tenants, durable=False):
        return list(Joiner.objects.order_by("id"))


def test_similar_public_messages_of_the_county_are_offered_while_one_types(story: Story) -> None:
    message = answered(story)
    publish()
    with public_zone() as client:
        assert GIVEN["subject"] not in similar(client, story, SAME)  # it is not public yet
        make_public(story, message)
        assert GIVEN["subject"] in similar(client, story, SAME)
        assert GIVEN["subject"] not in similar(client, story, OTHER)
        assert GIVEN["subject"] not in similar(client, story, "早餐店")
        assert TEXT not in similar(client, story, SAME)


def test_what_is_public_in_another_county_is_not_offered(story: Story) -> None:
    make_public(story, answered(story))
    assert likeness.similar(story.cast.tenant("township"), SAME)
    assert likeness.similar(story.cast.tenant("county"), SAME)
    assert not likeness.similar(story.cast.tenant("other_county"), SAME)


def test_without_scripts_similar_ones_are_one_step_that_one_button_passes(story: Story) -> None:
    make_public(story, answered(story))
    publish()
    form = address("voice:message.submit", story.cast.codes["station"].code)
    with public_zone() as client:
        asked = client.post(form, {"body": SAME})
        page = asked.content.decode()
        assert asked.status_code == 200
        assert GIVEN["subject"] in page
        assert SAME in page
        assert "都不是，继续提交" in page
        assert re.search(r'name="similar" value="seen"', page)
        assert client.post(form, {"body": SAME, "similar": "seen"}).status_code == 303
        assert client.post(form, {"body": OTHER}).status_code == 303
        assert f'href="{address("voice:joiner.join", make_public_key(story))}"' in page
        assert client.post(form, {"body": SAME, "unattended": "1", "idempotency_key": "k" * 32}).status_code == 303
    assert take() == 3


def make_public_key(story: Story) -> int:
    with tenant_transaction(story.cast.tenants, durable=False):
        return int(Message.objects.get(publication__is_public=True).pk)


def test_looking_for_similar_ones_has_a_limit(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(public_sending, "SIMILAR_AN_ADDRESS", 2)
    publish()
    where = address("voice:similar", story.cast.codes["station"].code)
    with public_zone() as client:
        assert [client.post(where, {"body": SAME}).status_code for _ in range(3)] == [200, 200, 429]


def test_a_joiner_has_her_own_receipt_and_a_double_press_is_one(story: Story) -> None:
    message = answered(story)
    make_public(story, message)
    with public_zone() as client:
        receipts = [join(client, message, note="我们楼也是。", contact_phone="13900002222") for _ in range(2)]
        assert "正在登记" in client.get(receipts[0]).content.decode()
    assert take() == 1
    (joiner,) = joiners(story)
    assert (joiner.note, joiner.contact_phone, joiner.message_id) == ("我们楼也是。", "13900002222", message.pk)
    with public_zone() as client:
        page = client.get(receipts[1]).content.decode()
        assert joiner.receipt_number in page
        assert GIVEN["answer"] in page
        assert not [text for text in (TEXT, message.receipt_number, "13900002222") if text in page]
        public = client.get(address("voice:published.page", message.pk)).content.decode()
        assert "共同反映" not in public  # how many there are is for staff


def test_a_joiner_rates_once_and_the_matter_follows_its_writer(story: Story) -> None:
    message = answered(story)
    make_public(story, message)
    with public_zone() as client:
        join(client, message)
    take()
    (joiner,) = joiners(story)
    press = address("voice:message.rate", token(joiner.receipt_number))
    with public_zone() as client:
        given = {"process": "satisfied", "result": "dissatisfied", "comment": "太远了。"}
        assert client.post(press, given).status_code == 303
    take()
    with tenant_transaction(story.cast.tenants, durable=False):
        assert JoinerRating.objects.get().comment == "太远了。"
    assert story.fresh(message).stage == message.stage
    with public_zone() as client:
        assert client.post(press, given).status_code == 422
    with pytest.raises(Refused):
        actions.joiner_rate(_public(message), joiner.pk, **given)


def _public(message: Message) -> Actor:
    return Actor.public([message.tenant_id])


def test_an_answer_is_shown_to_joiners_after_its_review_and_the_reviewer_is_told(story: Story) -> None:
    story.left = {"may_publish": True}
    message = story.assigned()
    make_public(story, message, answer="")
    with public_zone() as client:
        receipt = join(client, message, contact_phone="13900002222")
    take()
    message = story.tell("township_officer", "answer", message, body="找李大姐办，电话13800009999。", solved="yes")
    message = story.tell("deputy", "forward", message)
    settle()
    with tenant_transaction(story.cast.tenants, durable=False):
        told = Notice.objects.get(party_id=story.cast.people[VETTER].pk, title__contains="新答复")
        assert "1 位共同反映人留了电话" in told.body
    with public_zone() as client:
        page = client.get(receipt).content.decode()
        assert "13800009999" not in page
        assert "审核后在这里显示" in page
        assert "提交评价" not in page
    make_public(story, message)
    with public_zone() as client:
        page = client.get(receipt).content.decode()
        assert GIVEN["answer"] in page
        assert "提交评价" in page


def test_what_is_over_is_read_not_joined_and_a_joiner_keeps_the_state_when_it_is_not_public_any_more(
    story: Story,
) -> None:
    message = answered(story)
    make_public(story, message)
    with public_zone() as client:
        receipt = join(client, message)
    take()
    actions.message_take_back(story.cast.actor(VETTER), message.pk, reason="有误。")
    settle()
    with public_zone() as client:
        page = client.get(receipt).content.decode()
        assert GIVEN["body"] not in page
        assert "现在不公开" in page
    make_public(story, message)
    actions.message_rate(_public(message), message.pk, process="satisfied", result="satisfied")
    settle()
    with public_zone() as client:
        assert "我也反映" not in client.get(address("voice:published.page", message.pk)).content.decode()
        assert client.post(address("voice:joiner.join", message.pk)).status_code == 302


def test_joining_too_often_waits_and_loses_nothing(story: Story) -> None:
    message = answered(story)
    make_public(story, message)
    where = address("voice:joiner.join", message.pk)
    with public_zone() as client, override_settings(RENDA_SENDS_AN_ADDRESS=1):
        assert client.post(where, {"note": "一"}).status_code == 303
        slowed = client.post(where, {"note": "我家也没有水"})
    assert (slowed.status_code, "我家也没有水" in slowed.content.decode()) == (429, True)


def test_staff_see_how_many_and_reach_them_with_a_reason(story: Story) -> None:
    message = answered(story)
    make_public(story, message)
    with public_zone() as client:
        join(client, message, contact_name="钱女士", contact_phone="13900002222")
    take()
    found = actions.message_reveal_joiners(story.cast.actor(VETTER), message.pk, reason="告知答复情况")
    assert found == [("钱女士", "13900002222", "")]
