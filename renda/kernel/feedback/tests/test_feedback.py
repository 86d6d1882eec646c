"""Feedback: anybody sends, the administrators read and deal with it, nobody else sees it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client, override_settings

from renda.kernel import clock
from renda.kernel.audit.models import AuditEntry
from renda.kernel.errors import Forbidden, Invalid, NotFound, Refused
from renda.kernel.exchange.models import Received
from renda.kernel.feedback.actions import MOST_AN_HOUR, feedback_handle, feedback_send
from renda.kernel.feedback.models import Feedback
from renda.kernel.feedback.public_forms import LONGEST
from renda.kernel.feedback.selectors import feedback_for
from renda.kernel.notices.api import inbox
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction
from tests.people import Cast
from tests.zones import public_zone, take

pytestmark = pytest.mark.django_db

PUBLIC = Actor.public(address="192.0.2.7")


def client(cast: Cast, role: str = "") -> Client:
    made = Client()
    if role:
        made.force_login(cast.people[role])
        session = made.session
        session["account_authentication_methods"] = [{"method": "mfa"}]
        session.save()
    return made


def seen(cast: Cast, role: str) -> set[str]:
    actor = cast.actor(role)
    with tenant_transaction(actor.tenants, durable=False):
        return set(feedback_for(actor).values_list("text", flat=True))


def outcomes(cast: Cast, action: str) -> list[str]:
    with tenant_transaction({0, *cast.tenants}, durable=False):
        return list(AuditEntry.objects.filter(action=action).order_by("id").values_list("outcome", flat=True))


def test_what_is_sent_is_clean_and_its_contact_closed(cast: Cast) -> None:
    sent = feedback_send(PUBLIC, text="  字太小\x00了 ", contact="138\u200b00001111", page="/stations/<int:pk>/")
    sent = Feedback.objects.get(id=sent.id)
    assert (sent.text, sent.contact, sent.page) == ("字太小了", "13800001111", "/stations/<int:pk>/")
    assert (sent.tenant_id, sent.party_id, sent.handled_at) == (None, None, None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT contact, sender FROM kernel_feedback_feedback")
        contact, sender = cursor.fetchone()
    assert "13800001111" not in contact
    assert "192.0.2.7" not in sender
    with tenant_transaction({0}, durable=False):
        entry = AuditEntry.objects.get(action="feedback.send")
    assert "字太小" not in entry.payload
    assert "13800001111" not in entry.payload


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"text": " \u200b "}, "text"),
        ({"text": "长" * (LONGEST + 1)}, "text"),
        ({"text": "好", "contact": "1" * 101}, "contact"),
    ],
)
def test_nothing_and_too_much_is_refused(cast: Cast, given: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        feedback_send(PUBLIC, **given)
    assert list(refused.value.fields) == [field]
    assert not Feedback.objects.exists()


def test_a_flood_from_one_place_is_stopped_for_an_hour_and_others_go_on(cast: Cast) -> None:
    for number in range(MOST_AN_HOUR):
        feedback_send(PUBLIC, text=f"第{number}条")
    with pytest.raises(Refused):
        feedback_send(PUBLIC, text="又一条")
    assert Feedback.objects.count() == MOST_AN_HOUR
    feedback_send(Actor.public(address="192.0.2.8"), text="别处")
    feedback_send(cast.actor("deputy"), text="代表")
    with clock.frozen(clock.now() + timedelta(hours=1, seconds=1)):
        feedback_send(PUBLIC, text="又一条")


def test_who_reads_what(cast: Cast) -> None:
    feedback_send(PUBLIC, text="群众的")
    feedback_send(cast.actor("presidium_clerk"), text="乡镇的")
    feedback_send(cast.actor("stranger"), text="邻县的")
    assert seen(cast, "system_administrator") == seen(cast, "business_administrator") == {"群众的", "乡镇的", "邻县的"}
    # A county reads its own; what the public says belongs to the site.
    assert seen(cast, "county_business_administrator") == {"乡镇的"}
    for role in ("audit_administrator", "security_administrator", "county_leader", "presidium_clerk", "deputy"):
        assert seen(cast, role) == set()


def told(cast: Cast) -> dict[str, list[str]]:
    """Whose inbox holds which titles."""
    found = {}
    for role in cast.people:
        actor = cast.actor(role)
        with tenant_transaction(actor.tenants, durable=False):
            if titles := [notice.title for notice in inbox(actor) if notice.kind.startswith("feedback.")]:
                found[role] = titles
    return found


def test_the_administrators_are_told(cast: Cast) -> None:
    """Of each kind the nearest: a county's own beside the site's; what the public says goes to the site's."""
    feedback_send(PUBLIC, text="打不开，请打 13800001111")
    site = {"system_administrator": ["有新的意见反馈"], "business_administrator": ["有新的意见反馈"]}
    assert told(cast) == site
    actor = cast.actor("system_administrator")
    with tenant_transaction(actor.tenants, durable=False):
        notice = inbox(actor).get()
    assert (notice.body, notice.url) == ("打不开，请打 〔手机号〕", "/feedback/list/")
    feedback_send(cast.actor("presidium_clerk"), text="乡镇的")
    assert told(cast) == {
        **site,
        "system_administrator": ["有新的意见反馈"] * 2,
        "county_business_administrator": ["有新的意见反馈"],
    }


def test_who_said_it_hears_what_became_of_it(cast: Cast) -> None:
    sent = feedback_send(cast.actor("presidium_clerk"), text="字太小")
    feedback_handle(cast.actor("system_administrator"), sent.id, note="已放大")
    actor = cast.actor("presidium_clerk")
    with tenant_transaction(actor.tenants, durable=False):
        assert [(one.title, one.body) for one in inbox(actor)] == [("您的意见反馈已处理", "已放大")]


@pytest.mark.parametrize(
    ("role", "refusal"),
    [
        ("constituent", NotFound),
        ("presidium_clerk", NotFound),
        ("audit_administrator", NotFound),
        ("stranger", NotFound),
    ],
)
def test_nobody_else_deals_with_it(cast: Cast, role: str, refusal: type[Exception]) -> None:
    sent = feedback_send(cast.actor("presidium_clerk"), text="乡镇的")
    with pytest.raises(refusal):
        feedback_handle(cast.actor(role), sent.id, note="好了")
    sent.refresh_from_db()
    assert (sent.handled_at, sent.note) == (None, "")
    assert outcomes(cast, "feedback.handle") == ["refused"]


def test_a_county_does_not_deal_with_another_countys(cast: Cast) -> None:
    sent = feedback_send(cast.actor("stranger"), text="邻县的")
    with pytest.raises(NotFound):
        feedback_handle(cast.actor("county_business_administrator"), sent.id)
    assert Feedback.objects.get(id=sent.id).handled_at is None


def test_it_is_dealt_with_once(cast: Cast) -> None:
    sent = feedback_send(PUBLIC, text="字太小")
    feedback_handle(cast.actor("system_administrator"), sent.id, note="已放大")
    with pytest.raises(Refused):
        feedback_handle(cast.actor("business_administrator"), sent.id, note="另一种")
    with pytest.raises(Invalid):
        feedback_handle(cast.actor("system_administrator"), feedback_send(PUBLIC, text="慢").id, note="长" * 501)
    sent.refresh_from_db()
    assert (sent.note, sent.handled_by_id) == ("已放大", cast.people["system_administrator"].party_id)


def test_the_public_says_it_by_letter_and_it_arrives_once(cast: Cast) -> None:
    with public_zone() as visitor:
        got = visitor.get("/feedback/?page=/stations/%3Cint:pk%3E/")
        assert 'value="/stations/&lt;int:pk&gt;/"' in got.content.decode()
        wrong = visitor.post("/feedback/", {"text": " ", "contact": "李女士"})
        assert wrong.status_code == 422
        assert "李女士" in wrong.content.decode()
        given = {"text": "看不清", "contact": "", "page": "/x/", "idempotency_key": "press-one"}
        for _ in range(2):
            sent = visitor.post("/feedback/", given)
            assert (sent.status_code, sent["Location"]) == (303, "/feedback/?sent=1")
        assert "谢谢" in visitor.get("/feedback/?sent=1").content.decode()
    assert not Feedback.objects.exists()
    take()
    feedback = Feedback.objects.get()
    assert (feedback.text, feedback.tenant_id, feedback.party_id) == ("看不清", None, None)


def test_what_floods_in_by_letter_is_kept_apart_not_lost(cast: Cast) -> None:
    with public_zone() as visitor, override_settings(RENDA_SENDS_AN_ADDRESS=100, RENDA_SENDS_A_DEVICE=100):
        for number in range(MOST_AN_HOUR + 1):
            assert visitor.post("/feedback/", {"text": f"第{number}条"}).status_code == 303
    take()
    assert Feedback.objects.count() == MOST_AN_HOUR
    assert Received.objects.get(state="quarantined").reason == "反馈得太频繁了，请一小时后再试。"


def test_whoever_sends_too_often_waits_and_keeps_what_was_typed(cast: Cast) -> None:
    with public_zone() as visitor, override_settings(RENDA_SENDS_AN_ADDRESS=2):
        answers = [visitor.post("/feedback/", {"text": f"第{number}条"}) for number in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert int(answers[2]["Retry-After"]) > 0
    assert "第2条" in answers[2].content.decode()
    assert take() == 2


def test_the_page_works_without_scripts(cast: Cast) -> None:
    visitor = client(cast, "presidium_clerk")
    got = visitor.get("/feedback/?page=/stations/%3Cint:pk%3E/")
    assert got.status_code == 200
    assert 'value="/stations/&lt;int:pk&gt;/"' in got.content.decode()
    wrong = visitor.post("/feedback/", {"text": " ", "contact": "李女士"})
    assert wrong.status_code == 422
    assert "请写下您的意见" in wrong.content.decode()
    assert "李女士" in wrong.content.decode()
    given = {"text": "看不清", "contact": "", "page": "/x/", "idempotency_key": "press-one"}
    for _ in range(2):
        sent = visitor.post("/feedback/", given)
        assert (sent.status_code, sent["Location"]) == (303, "/feedback/?sent=1")
    assert Feedback.objects.get().text == "看不清"
    assert "谢谢" in visitor.get("/feedback/?sent=1").content.decode()


def test_every_foot_leads_to_it_without_what_opens_a_page(cast: Cast) -> None:
    for role, address, pattern in (
        ("deputy", "/feedback/", "feedback/"),
        ("deputy", "/notices/", "notices/"),
    ):
        shown = client(cast, role).get(address).content.decode()
        assert f'href="/feedback/?page=/{pattern}"' in shown


def test_the_list_and_its_button(cast: Cast, django_assert_max_num_queries: Any) -> None:
    for number in range(21):
        feedback_send(Actor.public(address=f"192.0.2.{number}"), text=f"第{number:02d}条", contact="李女士")
    reader = client(cast, "system_administrator")
    with django_assert_max_num_queries(15):
        shown = reader.get("/feedback/list/").content.decode()
    assert "第20条" in shown
    assert "第00条" not in shown
    assert "第00条" in reader.get("/feedback/list/?page=2").content.decode()
    newest = Feedback.objects.order_by("-created_at").first()
    assert newest is not None
    long = reader.post(f"/feedback/{newest.id}/handle/", {"note": "长" * 501})
    assert long.status_code == 422
    assert reader.post(f"/feedback/{newest.id}/handle/", {"note": "已改"}).status_code == 303
    assert "第20条" not in reader.get("/feedback/list/").content.decode()
    assert "已改" in reader.get("/feedback/list/?handled=1").content.decode()
    again = reader.post(f"/feedback/{newest.id}/handle/", {"note": "再改"})
    assert again.status_code == 422
    assert Feedback.objects.get(id=newest.id).note == "已改"


def test_the_pages_of_readers_are_closed_to_others(cast: Cast) -> None:
    sent = feedback_send(PUBLIC, text="字太小")
    for address, method in (("/feedback/list/", "get"), (f"/feedback/{sent.id}/handle/", "post")):
        assert getattr(client(cast), method)(address)["Location"].startswith("/sign-in/")
        for role in ("deputy", "audit_administrator", "county_leader"):
            answer = getattr(client(cast, role), method)(address)
            assert answer.status_code in (403, 404), (role, address)
    with pytest.raises(NotFound):
        feedback_handle(Actor("person", "谁", None), sent.id)
    assert Feedback.objects.get().handled_at is None


def test_a_machine_has_no_right_by_itself(cast: Cast) -> None:
    with pytest.raises((NotFound, Forbidden)):
        feedback_handle(Actor.machine("导入", cast.tenants), feedback_send(PUBLIC, text="字").id)
