"""Buttons pressed twice: an act counts once, a look at what is kept back each time."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from renda.kernel.audit.models import AuditEntry
from renda.kernel.tenancy import tenant_transaction
from renda.voice.models import Message, Stage
from renda.voice.tests.conftest import Story


def pressed(story: Story, verb: str, message: Message, **given: str) -> list[Any]:
    """The vetter presses a button twice."""
    client = Client()
    client.force_login(story.cast.people["presidium_vetter"])
    address = reverse(f"voice:message.{verb}", args=[message.pk])
    return [client.post(address, {**given, "idempotency_key": "k" * 32}) for _ in range(2)]


def acts(story: Story, verb: str) -> list[str]:
    """The outcomes that the trail has of an action."""
    with tenant_transaction(story.cast.tenants, durable=False):
        done = AuditEntry.objects.filter(action=f"message.{verb}").values_list("outcome", flat=True)
        return list(done)


def test_a_button_pressed_twice_counts_once(story: Story) -> None:
    message = story.submitted()
    for answer in pressed(story, "accept", message):
        assert (answer.status_code, answer["Location"]) == (303, reverse("voice:message.page", args=[message.pk]))
    assert acts(story, "accept") == ["done"]
    assert story.fresh(message).stage == Stage.DEPUTY


@pytest.mark.parametrize(("verb", "kept_back"), [("reveal", "13800001111"), ("read_sealed", "王法官收礼")])
def test_each_look_at_what_is_kept_back_counts_and_leaves_nothing_behind(
    story: Story, verb: str, kept_back: str
) -> None:
    message = story.submitted(subject="王法官收礼", contact_name="王女士", contact_phone="13800001111")
    if verb == "read_sealed":
        story.tell("presidium_vetter", "redirect", message, door="accusation", reason="请向纪检监察机关反映。")
    for answer in pressed(story, verb, message, reason="核实反映地点"):
        assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
        assert answer["Refresh"] == f"300; url=/messages/{message.pk}/"
        assert kept_back in answer.content.decode()
    assert acts(story, verb) == ["done", "done"]
    client = Client()
    client.force_login(story.cast.people["presidium_vetter"])
    assert kept_back not in client.get(f"/messages/{message.pk}/").content.decode()


def test_a_look_without_a_reason_shows_nothing(story: Story) -> None:
    message = story.submitted(contact_phone="13800001111")
    for answer in pressed(story, "reveal", message, reason="看"):
        assert answer.status_code == 422
        assert "13800001111" not in answer.content.decode()
    assert set(acts(story, "reveal")) == {"refused"}
