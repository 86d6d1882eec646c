"""The public's pages when deputies have left, stations were closed and receptions are off: the page says who reads."""

from collections.abc import Iterator
from datetime import time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from renda.kernel import clock
from renda.kernel.tenancy import tenant_transaction
from renda.voice.models import Message
from renda.voice.tests.conftest import TEXT, Story
from tests import congress
from tests.people import Cast
from tests.zones import public_zone, publish, settle, take


@pytest.fixture
def client(cast: Cast) -> Iterator[Client]:
    """A browser in the public zone, where everything is published that there was."""
    publish()
    with public_zone() as browser:
        yield browser


def read(client: Client, name: str, *args: Any) -> str:
    settle()
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200, answer.get("Location")
    return answer.content.decode()


def left(cast: Cast) -> Message:
    take()
    with tenant_transaction(cast.tenants, durable=False):
        message: Message = Message.objects.latest("id")
        return message


@pytest.mark.usefixtures("story")
def test_a_leavers_code_lets_one_choose_who_sits_for_her_district_now(cast: Cast, client: Client) -> None:
    congress.resign(cast, "deputy")
    code = cast.codes["deputy"].code
    page = read(client, "voice:code", code)
    assert "二维码上的代表已离任或者暂不公开接待，由第1选区现任代表接续" in page
    assert "代表乙" in page
    assert "代表甲" not in page
    assert "给路口镇代表之家留言" in read(client, "voice:message.submit", code)
    answer = client.post(reverse("voice:message.submit", args=[code]), {"body": TEXT})
    assert answer.status_code == 303
    assert (left(cast).deputy_id, left(cast).station_id) == (None, cast.stations["township"].id)
    chosen = {"body": TEXT, "deputy": cast.people["other_deputy"].party_id}
    client.post(reverse("voice:message.submit", args=[code]), chosen)
    assert left(cast).deputy_id == cast.people["other_deputy"].party_id


@pytest.mark.usefixtures("story")
def test_where_nobody_sits_for_the_district_the_station_reads_and_the_page_says_so(cast: Cast, client: Client) -> None:
    congress.resign(cast, "deputy", "other_deputy")
    for name in ("deputy", "district"):
        assert "路口镇代表之家接收" in read(client, "voice:code", cast.codes[name].code)
    client.post(reverse("voice:message.submit", args=[cast.codes["district"].code]), {"body": TEXT})
    assert left(cast).station_id == cast.stations["township"].id


@pytest.mark.usefixtures("story")
def test_while_she_is_there_her_code_goes_straight_to_the_form(cast: Cast, client: Client) -> None:
    code = cast.codes["deputy"].code
    assert client.get(reverse("voice:code", args=[code]))["Location"] == reverse("voice:message.submit", args=[code])
    assert "离任" not in read(client, "voice:message.submit", code)


@pytest.mark.usefixtures("story")
def test_a_closed_stations_page_and_code_lead_to_the_one_that_took_over(cast: Cast, client: Client) -> None:
    old, heir = cast.stations["township"], congress.merge_station(cast)
    settle()
    page = client.get(reverse("voice:station", args=[old.tenant_id, old.id]))
    assert page["Location"] == reverse("voice:station", args=[old.tenant_id, heir.id])
    assert f"您扫的二维码所在的联络站已撤并，由{heir.name}接续" in read(
        client, "voice:code", cast.codes["station"].code
    )


@pytest.mark.usefixtures("story")
def test_a_reception_that_is_off_stays_announced_with_its_reason_and_in_no_calendar(cast: Cast, client: Client) -> None:
    station = cast.stations["township"]
    day = clock.today() + timedelta(days=7)
    congress.receive(cast, day, time(9), venue="花园社区居委会")
    page = ("voice:station", station.tenant_id, station.id)
    assert "地点：花园社区居委会" in read(client, *page)
    calendar = reverse("voice:station.calendar", args=[station.tenant_id, station.id])
    assert "LOCATION:花园社区居委会" in client.get(calendar).content.decode()
    congress.cancel_reception(cast, day, reason="代表出席会议")
    shown = read(client, *page)
    assert "已取消" in shown
    assert "代表出席会议" in shown
    assert "VEVENT" not in client.get(calendar).content.decode()


def test_what_a_closed_unit_was_handling_goes_on_with_its_successor(story: Story, cast: Cast) -> None:
    message = story.assigned_in_county()
    congress.merge_unit(cast, "case_officer", "joint_officer")
    moved = story.fresh(message)
    assert moved.lead_unit_id == cast.organisations["joint_officer"].id
    assert moved.due_at == message.due_at
    answered = story.tell("joint_officer", "answer", moved, body="已修好。", solved="yes")
    assert answered.stage == "deliver"
