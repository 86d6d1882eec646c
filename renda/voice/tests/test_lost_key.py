"""The key of personal data is lost: work goes on, only what it closed cannot be seen, and it is said which key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from renda.kernel.privacy.vault import KeyLostError, vault
from renda.voice import actions
from renda.voice.tests.conftest import Story


def test_work_goes_on_without_the_key(story: Story, settings: Any, tmp_path: Path) -> None:
    vetter = story.cast.people["presidium_vetter"]
    reached = story.submitted(contact_name="王女士", contact_phone="13800001111")
    unreached = story.submitted()
    old = vault().active().name
    client = Client()
    client.force_login(vetter)
    addresses = [
        reverse("voice:bench"),
        reverse("voice:message.list"),
        f"{reverse('voice:message.list')}?export=csv",
        *(reverse("voice:message.page", args=[message.pk]) for message in (reached, unreached)),
    ]
    settings.RENDA_DATA_DIR = tmp_path
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200
        assert b"".join(answer) if answer.streaming else answer.content
    reveal = reverse("voice:message.reveal", args=[reached.pk])
    assert reveal in client.get(addresses[3]).content.decode()
    assert reverse("voice:message.reveal", args=[unreached.pk]) not in client.get(addresses[4]).content.decode()
    assert client.post(reverse("voice:message.accept", args=[reached.pk])).status_code == 303
    with pytest.raises(KeyLostError, match=old):
        actions.message_reveal(story.cast.actor("presidium_vetter"), reached.pk, reason="核实地点")
