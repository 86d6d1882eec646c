"""The loop across the border: a message is left in the public zone, registered inside, and its receipt comes back."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, override_settings

from renda.kernel.exchange.models import Received
from renda.kernel.files.api import StoredFile
from renda.kernel.files.tests import material
from renda.kernel.tenancy import tenant_transaction
from renda.voice.models import Message, Rating
from renda.voice.public_sending import TRIES_A_NUMBER, token
from renda.voice.receipts import closed, copy_key, opened, query_word, receipt_number_of
from renda.voice.tests.conftest import TEXT, Story
from tests.zones import address, public_zone, publish, take

PRESS = "a" * 32


def stored(story: Story) -> list[Message]:
    with tenant_transaction(story.cast.tenants, durable=False):
        return list(Message.objects.order_by("id"))


def form_of(story: Story, key: str = "station") -> str:
    return address("voice:message.submit", story.cast.codes[key].code)


def leave(client: Client, story: Story, **given: object) -> str:
    """Post the form behind the station's code; the address of the receipt."""
    answer = client.post(form_of(story), {"body": TEXT, "idempotency_key": PRESS, **given})
    assert answer.status_code == 303, answer.content.decode()[-3000:]
    return str(answer["Location"])


def number_on(page: str) -> str:
    found = re.search(r"受理编号 (\d{4}-\w{8})", page)
    assert found is not None
    return found[1]


def test_from_a_code_to_a_receipt(story: Story) -> None:
    publish()
    with public_zone() as client:
        receipt = leave(client, story, photos=material.upload(material.picture()), contact_phone="13800001111")
        waiting = client.get(receipt).content.decode()
        assert "正在登记" in waiting
        assert stored(story) == []
    assert take() == 1
    (message,) = stored(story)
    station = story.cast.stations["township"]
    assert (message.body, message.contact_phone, message.station_id) == (TEXT, "13800001111", station.id)
    assert number_on(waiting) == message.receipt_number
    with tenant_transaction(story.cast.tenants, durable=False):
        assert StoredFile.objects.get(subject_id=message.id).is_image
    with public_zone() as client:
        page = client.get(receipt).content.decode()
        assert message.receipt_number in page
        assert query_word(message.receipt_number) in page
        assert TEXT in page
        assert "13800001111" not in page


def test_the_message_is_as_old_as_its_press(story: Story) -> None:
    publish()
    with public_zone() as client:
        leave(client, story)
    with connection.cursor() as cursor:
        cursor.execute("SELECT made_at FROM public_zone.inbound")
        (made_at,) = cursor.fetchone()
    take()
    assert stored(story)[0].submitted_at == made_at


def test_a_press_pressed_twice_is_one_message_and_an_edited_text_another(story: Story) -> None:
    publish()
    with public_zone() as client:
        pages = [client.get(leave(client, story)).content.decode() for _ in range(2)]
        edited = client.get(leave(client, story, body=TEXT + "再补一句。")).content.decode()
        # Once more after it has been taken in: nothing new.
    assert take() == 2
    with public_zone() as client:
        again = client.get(leave(client, story)).content.decode()
    take()
    numbers = {number_on(page) for page in (*pages, again)}
    assert len(numbers) == 1
    assert {message.receipt_number for message in stored(story)} == numbers | {number_on(edited)}


def test_a_chosen_deputy_a_place_and_consent_arrive(story: Story) -> None:
    publish()
    deputy, place = story.cast.people["county_deputy"], story.cast.places["village"]
    with public_zone() as client:
        township = story.cast.places["township"]
        leave(client, story, deputy=deputy.pk, place=township.code, may_publish="on", place_text="三栋旁")
        wrong = client.post(form_of(story), {"body": TEXT, "deputy": story.cast.people["far_deputy"].pk})
        assert (wrong.status_code, "不在这个二维码的接待范围内" in wrong.content.decode()) == (422, True)
        far = client.post(form_of(story), {"body": TEXT, "place": story.cast.places["far_township"].code})
        assert far.status_code == 422
    take()
    (message,) = stored(story)
    assert (message.deputy_id, message.place, message.may_publish) == (deputy.pk, township, True)
    assert place.code in {code for code, _ in _places(story)}


def _places(story: Story) -> list[tuple[str, str]]:
    from renda.voice import finding

    return finding.places_of(story.cast.tenant("township"))


@pytest.mark.parametrize(
    ("upload", "said"),
    [
        (lambda: SimpleUploadedFile("a.jpg", b"no picture at all"), "第 1 个文件"),
        (lambda: SimpleUploadedFile("a.jpg", b"%PDF-1.7\n"), "这里不接收"),
    ],
)
def test_what_is_no_picture_is_refused_outside_and_the_text_stays(story: Story, upload: Any, said: str) -> None:
    publish()
    with public_zone() as client:
        answer = client.post(form_of(story), {"body": TEXT, "photos": [upload(), material.upload(material.picture())]})
        assert answer.status_code == 422
        assert TEXT in answer.content.decode()
        assert "第 1 个文件" in answer.content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM public_zone.inbound")
        assert cursor.fetchone() == (0,)


def test_a_code_that_was_withdrawn_meanwhile_is_kept_apart_not_lost(story: Story) -> None:
    publish()
    with public_zone() as client:
        leave(client, story)
    code = story.cast.codes["station"]
    code.is_active = False
    code.save()
    take()
    assert stored(story) == []
    package = Received.objects.get()
    assert (package.state, package.reason) == ("quarantined", "二维码已停用或不存在。")
    code.is_active = True
    code.save()
    from renda.kernel.exchange.actions import exchange_retry

    exchange_retry(story.cast.actor("business_administrator"), package.pk)
    assert take() == 1
    assert len(stored(story)) == 1


def test_too_many_from_one_address_wait_and_lose_nothing(story: Story) -> None:
    publish()
    with public_zone() as client, override_settings(RENDA_SENDS_AN_ADDRESS=3):
        answers = [client.post(form_of(story), {"body": f"{number}{TEXT}"}) for number in range(5)]
        assert [answer.status_code for answer in answers] == [303, 303, 303, 429, 429]
        assert f"4{TEXT}" in answers[4].content.decode()
        assert 0 < int(answers[4]["Retry-After"]) <= 600
        other = client.post(form_of(story), {"body": TEXT}, REMOTE_ADDR="198.51.100.7")
        assert other.status_code == 303
    assert take() == 4


def test_one_browser_is_slowed_down_wherever_it_is(story: Story) -> None:
    publish()
    with public_zone() as client, override_settings(RENDA_SENDS_A_DEVICE=2):
        client.cookies["csrftoken"] = "d" * 32
        sent = [
            client.post(form_of(story), {"body": f"{number}{TEXT}"}, REMOTE_ADDR=f"198.51.100.{number}").status_code
            for number in range(3)
        ]
    assert sent == [303, 303, 429]


# --- the receipt -----------------------------------------------------------------------------------------------------------


def test_number_and_word_open_it_and_nothing_else_does(story: Story) -> None:
    message = story.submitted()
    publish()
    look_up = address("voice:look_up")
    word = query_word(message.receipt_number)
    with public_zone() as client:
        typed = message.receipt_number.lower().replace("-", " ")
        answer = client.post(look_up, {"receipt_number": typed, "word": word})
        assert TEXT in client.get(answer["Location"]).content.decode()
        wrong = [
            client.post(look_up, {"receipt_number": number, "word": given}).content.decode()
            for number, given in ((message.receipt_number, f"{(int(word) + 1) % 10**6:06d}"), ("2601-ZZZZZZZZ", word))
        ]
    said = [re.findall(r"没有查到[^<]*", page) for page in wrong]
    assert said[0] == said[1] != []


def test_guessing_a_word_is_slowed_down_by_number_and_by_address(story: Story) -> None:
    message = story.submitted()
    publish()
    look_up, word = address("voice:look_up"), query_word(message.receipt_number)

    def guess(number: str, given: str, place: str) -> int:
        return int(client.post(look_up, {"receipt_number": number, "word": given}, REMOTE_ADDR=place).status_code)

    with public_zone() as client:
        tried = [guess(message.receipt_number, "x", f"198.51.100.{n}") for n in range(TRIES_A_NUMBER)]
        assert tried == [422] * TRIES_A_NUMBER
        # Even the right word, and from elsewhere.
        assert guess(message.receipt_number, word, "203.0.113.9") == 429
        walked = [guess(f"2601-{n:08d}", "x", "203.0.113.5") for n in range(65)]
        assert walked[0] == 422
        assert walked[-1] == 429


def test_a_stolen_dump_tells_neither_numbers_nor_texts(story: Story) -> None:
    message = story.submitted(contact_phone="13800001111")
    publish()
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, key, body::text, terms::text, words, sort FROM public_zone.published")
        dump = str(cursor.fetchall())
        cursor.execute("SELECT key, body->>'closed' FROM public_zone.published WHERE kind = 'receipt'")
        ((key, text),) = cursor.fetchall()
    assert message.receipt_number not in dump
    assert TEXT[:8] not in dump
    assert "13800001111" not in dump
    assert key == copy_key(message.receipt_number)
    story_of = opened(message.receipt_number, text)
    assert story_of is not None
    assert "13800001111" not in str(story_of)
    assert opened("2601-ZZZZZZZZ", text) is None
    assert closed(message.receipt_number, story_of) == text


def test_the_open_page_asks_only_for_what_is_new(story: Story) -> None:
    message = story.submitted()
    publish()
    where = address("voice:receipt", token(message.receipt_number))
    with public_zone() as client:
        page = client.get(where, headers={"HX-Request": "true"})
        tag = page["ETag"]
        assert tag.strip('"') in page.content.decode()
        same = client.get(where, headers={"HX-Request": "true", "If-None-Match": tag})
        assert (same.status_code, same.content) == (304, b"")
        # A whole page is a whole page: elder mode and the form's token are not in the tag.
        assert client.get(where, headers={"If-None-Match": tag}).status_code == 200
    story.tell("presidium_vetter", "accept", message)
    take()
    with public_zone() as client:
        changed = client.get(where, headers={"HX-Request": "true", "If-None-Match": tag})
        assert changed.status_code == 200
        assert "已受理" in changed.content.decode()


def test_a_rating_crosses_once_and_asks_why(story: Story) -> None:
    message = story.delivered()
    publish()
    where = address("voice:receipt", token(message.receipt_number))
    press = address("voice:message.rate", token(message.receipt_number))
    with public_zone() as client:
        without = client.post(press, {"process": "satisfied", "result": "dissatisfied"})
        assert (without.status_code, "哪里不满意" in without.content.decode()) == (422, True)
        given = {"process": "satisfied", "result": "dissatisfied", "comment": "又坏了。"}
        for comment in ("又坏了。", "改了主意。"):
            answer = client.post(press, {**given, "comment": comment})
            assert answer.status_code == 303
        assert "正在登记" in client.get(answer["Location"]).content.decode()
    assert take() == 1
    with tenant_transaction(story.cast.tenants, durable=False):
        assert Rating.objects.get().comment == "又坏了。"
    with public_zone() as client:
        assert "结果不满意" in client.get(where).content.decode()
        late = client.post(press, given)
        assert (late.status_code, "现在不能评价" in late.content.decode()) == (422, True)


def test_a_sealed_message_shows_its_writer_the_way_and_not_the_text(story: Story) -> None:
    message = story.tell("presidium_vetter", "redirect", story.submitted(), door="court", reason="正在法院审理。")
    publish()
    with public_zone() as client:
        page = client.get(address("voice:receipt", token(message.receipt_number))).content.decode()
    assert "12368" in page
    assert TEXT not in page


def test_a_number_belongs_to_its_letter() -> None:
    day = date(2026, 3, 1)
    one, other = receipt_number_of(day, "k" * 32), receipt_number_of(day, "j" * 32)
    assert one == receipt_number_of(day, "k" * 32) != other
    assert re.fullmatch(r"2603-[2-9A-HJKMNP-Z]{8}", one)
