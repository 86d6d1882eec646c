"""12345: a ticket goes out signed and comes back as the case's one answer; by the interface, or by spreadsheets."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from openpyxl import load_workbook
from pytest_django import Settings

from renda.kernel import clock
from renda.kernel.errors import Invalid
from renda.kernel.jobs import registry
from renda.kernel.notices import calling
from renda.kernel.notices.outbox import TRIES
from renda.kernel.notices.tests.web import Answer, Asked, FakeProvider, provider
from renda.kernel.tenancy import tenant_transaction
from renda.voice import selectors
from renda.voice.hotline import calling as interface
from renda.voice.hotline.carrying import carry
from renda.voice.hotline.releasing import release
from renda.voice.models import Answer as Given
from renda.voice.models import HotlineTicket, Message
from renda.voice.tests.conftest import Story
from renda.voice.tests.test_history import xlsx

SECRET = "hotline-secret"


@dataclass
class Hotline:
    """The other side: it checks each signature anew, and gives one number to one reference."""

    tickets: dict[str, dict[str, Any]] = field(default_factory=dict)
    by_reference: dict[str, str] = field(default_factory=dict)
    always: str = ""

    def __call__(self, asked: Asked) -> Any:
        given = {name.lower(): value for name, value in asked.headers.items()}
        said = interface.signature(SECRET, asked.method, asked.path, given["x-time"], asked.body)
        if given.get("x-signature") != said or given["x-app"] != "renda":
            return Answer({"code": "signature"}, 401)
        if asked.method == "POST":
            number = self.always or self.by_reference.get(asked.json["reference"]) or f"HG{len(self.tickets) + 1:04d}"
            self.by_reference[asked.json["reference"]] = number
            self.tickets.setdefault(number, {"state": "open", **asked.json})
            return {"code": "0", "number": number}
        ticket = self.tickets.get(unquote(asked.path.rpartition("/")[2]))
        return {"code": "0", **ticket} if ticket else {"code": "not_found"}

    def answer(self, number: str, **said: Any) -> None:
        self.tickets[number] |= {"state": "closed", "answer": "已派人修好。", "solved": "已解决", **said}


@pytest.fixture
def hotline(settings: Settings, story: Story) -> Iterator[tuple[Hotline, FakeProvider]]:
    brain = Hotline()
    with provider(brain) as server:
        unit = story.cast.organisations["township_officer"].name
        settings.RENDA_HOTLINE = {"unit": unit, "url": server.url, "app": "renda", "secret": SECRET}
        yield brain, server


def ticket_of(story: Story, message: Message) -> HotlineTicket:
    with tenant_transaction(story.cast.tenants, durable=False):
        found: HotlineTicket = HotlineTicket.objects.select_related("assignment").get(assignment__message=message)
        return found


def answers(story: Story) -> list[Given]:
    with tenant_transaction(story.cast.tenants, durable=False):
        return list(Given.objects.all())


def released(story: Story) -> list[str]:
    """The desk confirms what the hotline has said; what was refused, in words."""
    officer = story.cast.actor("township_officer")
    with tenant_transaction(officer.tenants, durable=False):
        waiting = list(selectors.tickets_for(officer).filter(assignment__answered_at=None))
    return [why for _, why in release(officer, waiting)]


def later(**span: float) -> Any:
    return clock.frozen(clock.now() + timedelta(**span))


def test_a_ticket_goes_out_and_its_answer_is_the_answer_of_the_case(
    story: Story, hotline: tuple[Hotline, FakeProvider]
) -> None:
    brain, server = hotline
    story.left = {"contact_name": "王女士", "contact_phone": "13800001111"}
    message = story.assigned()
    assert ticket_of(story, message).state == "waiting"
    registry.run("voice.hotline", timestamp=0)
    assert ticket_of(story, message).number == "HG0001"
    sent = json.loads(server.asked[0].body)
    assert sent["content"] == message.body
    assert "王女士" not in str(sent)
    assert "13800001111" not in str(sent)
    with later(minutes=1):
        carry()
    assert answers(story) == []
    brain.answer("HG0001")
    with later(hours=1):
        carry()
        carry()
    assert ticket_of(story, message).state == "answered"
    assert story.fresh(message).stage == "unit"
    assert released(story) == []
    (given,) = answers(story)
    assert (given.body, given.solved, given.by) == ("已派人修好。", "yes", Given.By.UNIT)
    message = story.fresh(message)
    assert message.stage == "deliver"
    assert story.tell("deputy", "forward", message).stage == "rating"


def test_a_promise_and_a_return_are_moves_of_the_case(story: Story, hotline: tuple[Hotline, FakeProvider]) -> None:
    brain, _ = hotline
    promised, returned = story.assigned(), story.assigned()
    carry()
    numbers = [ticket_of(story, one).number for one in (promised, returned)]
    day = clock.today() + timedelta(days=40)
    brain.answer(numbers[0], solved="正在解决", promised_on=day.isoformat())
    brain.tickets[numbers[1]] |= {"state": "returned", "answer": "属县交通局职责。"}
    with later(hours=1):
        carry()
    assert released(story) == []
    assert story.fresh(promised).promised_on == day
    assert story.fresh(returned).stage == "office"
    with later(hours=2):
        assert carry() == 0


def test_what_is_open_there_already_is_linked_and_not_sent(story: Story, hotline: tuple[Hotline, FakeProvider]) -> None:
    brain, server = hotline
    brain.tickets["HG-OLD"] = {"state": "closed", "answer": "已办结。", "solved": "已解决"}
    unit = story.cast.organisations["township_officer"]
    message = story.tell("presidium_assigner", "assign", story.referred(), lead_unit=unit, ticket_number="HG-OLD")
    carry()
    assert [asked.method for asked in server.asked] == ["GET"]
    assert released(story) == []
    assert story.fresh(message).stage == "deliver"
    with pytest.raises(Invalid) as caught:
        story.tell("presidium_assigner", "assign", story.referred(), lead_unit=unit, ticket_number="HG-OLD")
    assert "已属于另一件留言" in caught.value.fields["ticket_number"]


def test_a_unit_answers_once(story: Story, hotline: tuple[Hotline, FakeProvider]) -> None:
    brain, _ = hotline
    message = story.assigned()
    carry()
    story.tell("township_officer", "answer", message, body="由联络员录入。", solved="yes")
    brain.answer("HG0001")
    with later(hours=1):
        assert carry() == 0
    assert len(answers(story)) == 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer({"code": "busy"}, 429), "暂时不能接收"),
        (Answer(b"<html>", 200), "看不懂"),
        (Answer({"code": "0"}), "没有给出工单号"),
        (Answer({"code": "0", "number": 7}), "没有给出工单号"),
        (Answer({"code": "0", "number": "9" * 41}), "没有给出工单号"),
        (Answer({"code": "later"}), "没有接受（later）"),
    ],
)
def test_what_does_not_go_is_tried_again_later(
    story: Story, hotline: tuple[Hotline, FakeProvider], answer: Answer, words: str
) -> None:
    _, server = hotline
    message = story.assigned()
    server.next = [answer]
    carry()
    ticket = ticket_of(story, message)
    assert (ticket.state, ticket.tries) == ("waiting", 1)
    assert words in ticket.error
    assert carry() == 0
    with later(minutes=3):
        carry()
    ticket = ticket_of(story, message)
    assert (ticket.state, ticket.number, ticket.error) == ("sent", "HG0001", "")


def test_a_slow_server_is_not_waited_for(
    story: Story, hotline: tuple[Hotline, FakeProvider], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, server = hotline
    monkeypatch.setattr(calling, "TIMEOUT", 0.2)
    message = story.assigned()
    server.next = [Answer({"code": "0", "number": "X"}, after=1)]
    carry()
    assert ticket_of(story, message).state == "waiting"
    # It had been taken all the same: the same reference gets the same number.
    with later(minutes=3):
        carry()
    assert ticket_of(story, message).number == "HG0001"


def test_a_wrong_signature_stops_the_round_and_what_is_refused_waits_for_a_person(
    story: Story, hotline: tuple[Hotline, FakeProvider], settings: Settings
) -> None:
    _, server = hotline
    first, second = story.assigned(), story.assigned()
    right = settings.RENDA_HOTLINE
    settings.RENDA_HOTLINE = {**right, "secret": "wrong"}
    assert carry() == 1
    assert "没有接受（signature）" in ticket_of(story, first).error
    settings.RENDA_HOTLINE = right
    server.next = [Answer({"code": "invalid"}, 400)]
    with later(minutes=20):
        carry()
    assert sorted(ticket_of(story, one).state for one in (first, second)) == ["failed", "sent"]


def test_after_eight_tries_a_person_has_to_look(story: Story, hotline: tuple[Hotline, FakeProvider]) -> None:
    _, server = hotline
    message = story.assigned()
    for _ in range(TRIES):
        server.next = [Answer({"code": "later"})]
        with clock.frozen(ticket_of(story, message).next_at):
            carry()
    assert ticket_of(story, message).state == "failed"


def test_the_number_of_another_message_is_not_taken(story: Story, hotline: tuple[Hotline, FakeProvider]) -> None:
    brain, _ = hotline
    brain.always = "HG-SAME"
    first, second = story.assigned(), story.assigned()
    carry()
    states = sorted((ticket_of(story, one).number, ticket_of(story, one).state) for one in (first, second))
    assert states == [("", "failed"), ("HG-SAME", "sent")]
    failed = next(ticket for one in (first, second) if not (ticket := ticket_of(story, one)).number)
    assert "已属于另一件留言" in failed.error


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"answer": ["x"]}, "看不懂"),
        ({"state": "?"}, "看不懂"),
        ({"promised_on": "明天"}, "看不懂"),
        ({"answer": ""}, "没有答复内容"),
    ],
)
def test_a_reply_of_nonsense_is_asked_for_again(
    story: Story, hotline: tuple[Hotline, FakeProvider], said: dict[str, Any], words: str
) -> None:
    brain, _ = hotline
    message = story.assigned()
    carry()
    brain.answer("HG0001", **said)
    with later(hours=1):
        carry()
    ticket = ticket_of(story, message)
    assert (ticket.state, words in ticket.error) == ("sent", True)
    brain.answer("HG0001", state="closed", answer="修好了。", solved="已解决", promised_on="")
    with clock.frozen(ticket.next_at):
        carry()
    assert ticket_of(story, message).state == "answered"


def test_a_reply_that_says_too_little_is_left_to_the_desk(story: Story, hotline: tuple[Hotline, FakeProvider]) -> None:
    brain, _ = hotline
    message = story.assigned()
    carry()
    brain.answer("HG0001", solved="请见附件")
    with later(hours=1):
        carry()
    assert released(story) == ["请选择解决情况。"]
    assert story.fresh(message).stage == "unit"


def test_another_unit_gets_no_ticket(story: Story, hotline: tuple[Hotline, FakeProvider]) -> None:
    story.assigned_in_county()
    with tenant_transaction(story.cast.tenants, durable=False):
        assert not HotlineTicket.objects.exists()


# By spreadsheets


@pytest.fixture
def desk(story: Story, client: Any, settings: Settings) -> Any:
    from tests.gates.city import _sign_in

    unit = story.cast.organisations["township_officer"].name
    settings.RENDA_HOTLINE = {"unit": unit, "url": "", "app": "", "secret": ""}
    client.cookies["sessionid"] = _sign_in(story.cast.people["township_officer"])
    return client


HEADER = ("受理编号", "工单编号", "答复内容", "是否解决", "完成日期")


def test_by_hand_over_and_answer_sheet(story: Story, desk: Any) -> None:
    message, other = story.assigned(), story.assigned()
    registry.run("voice.hotline", timestamp=0)
    book = load_workbook(io.BytesIO(b"".join(desk.get("/hotline/handover.xlsx").streaming_content)))
    lines = list(book.worksheets[0].iter_rows(values_only=True))
    assert {line[0] for line in lines[1:]} == {message.receipt_number, other.receipt_number}
    numbered = xlsx([(message.receipt_number, "HG7", "", "", ""), (other.receipt_number, "HG8", "", "", "")], HEADER)
    assert desk.post("/hotline/", {"file": numbered}).status_code == 303
    assert ticket_of(story, message).number == "HG7"
    assert desk.post("/hotline/", {"file": xlsx([("", "HG7", "已修好。", "已解决", "")], HEADER)}).status_code == 303
    assert story.fresh(message).stage == "deliver"
    assert story.fresh(other).stage == "unit"
    again = desk.post("/hotline/", {"file": xlsx([("", "HG7", "又修好。", "已解决", "")], HEADER)})
    assert "“HG7”不是正在 12345 办理的留言" in again.content.decode()
    assert len(answers(story)) == 1


def test_a_wrong_row_is_named_and_nothing_is_brought_in(story: Story, desk: Any) -> None:
    message, other = story.assigned(), story.assigned()
    rows = [
        (message.receipt_number, "HG7", "已修好。", "已解决", ""),
        (other.receipt_number, "HG7", "在办。", "正在解决", ""),
        ("2611-NOSUCH", "", "x", "x", ""),
    ]
    said = desk.post("/hotline/", {"file": xlsx(rows, HEADER)})
    assert said.status_code == 422
    text = said.content.decode()
    assert "第 3 行，<strong>工单号</strong>：“HG7”已属于另一件" in text
    assert "第 3 行，<strong>完成日期</strong>：正在解决的，请填写" in text
    assert "第 4 行，<strong>受理编号</strong>：“2611-NOSUCH”不是正在 12345 办理的留言" in text
    assert answers(story) == []
    assert ticket_of(story, message).number == ""


def test_the_page_confirms_what_was_replied(story: Story, desk: Any) -> None:
    message, other = story.assigned(), story.assigned()
    with tenant_transaction(story.cast.tenants, durable=False):
        for one, said in ((message, "answered"), (other, "returned")):
            HotlineTicket.objects.filter(assignment__message=one).update(state=said, answer="已修好。", solved="yes")
    page = desk.get("/hotline/").content.decode()
    assert "确认全部 2 件回复" in page
    assert desk.post("/hotline/release/", {"ticket": ticket_of(story, message).pk}).status_code == 303
    assert (story.fresh(message).stage, story.fresh(other).stage) == ("deliver", "unit")
    assert desk.post("/hotline/release/").status_code == 303
    assert story.fresh(other).stage == "office"


def test_a_number_by_hand(story: Story, desk: Any) -> None:
    message = story.assigned()
    key = ticket_of(story, message).pk
    assert desk.post(f"/hotline/{key}/number/", {"number": "HG9"}).status_code == 303
    assert ticket_of(story, message).number == "HG9"
    other = ticket_of(story, story.assigned()).pk
    assert "工单号 HG9 已属于另一件留言" in desk.post(f"/hotline/{other}/number/", {"number": "HG9"}).content.decode()
