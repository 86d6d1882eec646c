"""Breaking the glass on a sealed message: for minutes, with a reason, and seen by whoever reviews."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client

from renda.kernel import clock
from renda.voice.models import Message
from renda.voice.tests.conftest import Story

TEXT = "王法官收礼不判，请查一查。"


def sealed(story: Story) -> Message:
    left = story.submitted(body=TEXT)
    return story.tell("presidium_vetter", "redirect", left, door="accusation", reason="请向纪检监察机关反映。")


def browser(story: Story, role: str) -> Client:
    """A browser in which somebody has signed in with the second factor."""
    client = Client()
    client.force_login(story.cast.people[role])
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "at": 0}]
    session.save()
    return client


def opened(story: Story, client: Client) -> None:
    given = {"permission": "message.view_sealed", "reason": "群众来电称有人身危险，需核对原文"}
    assert client.post("/access/", {"tenant_id": story.cast.tenant("township"), **given}).status_code == 303


def test_an_assigner_opens_reads_and_is_led_there(story: Story) -> None:
    message, client = sealed(story), browser(story, "presidium_assigner")
    page, look = f"/messages/{message.pk}/", f"/messages/{message.pk}/read_sealed/"
    assert client.get(page).status_code == 404
    assert client.post(look, {"reason": "核对原文"}).status_code == 404
    opened(story, client)
    assert "/messages/?stage=redirected" in client.get("/access/").content.decode()
    assert "（已封存）检举控告" in client.get("/messages/?stage=redirected").content.decode()
    assert "查阅封存原文" in client.get(page).content.decode()
    assert TEXT in client.post(look, {"reason": "核对原文"}).content.decode()
    with clock.frozen(clock.now() + timedelta(minutes=31)):
        assert client.get(page).status_code == 404
        assert client.post(look, {"reason": "核对原文"}).status_code == 404


def test_whoever_reviews_sees_what_was_read_in_those_minutes(story: Story) -> None:
    message, client = sealed(story), browser(story, "presidium_assigner")
    opened(story, client)
    client.post(f"/messages/{message.pk}/read_sealed/", {"reason": "核对人身危险"})
    page = browser(story, "audit_administrator").get("/access/").content.decode()
    assert "查阅封存原文：核对人身危险" in page
    assert TEXT not in page
