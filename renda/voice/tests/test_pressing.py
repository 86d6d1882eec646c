"""A button that is pressed twice: the second press is answered like the first."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from renda.kernel.audit.models import AuditEntry
from renda.kernel.tenancy import tenant_transaction
from renda.voice.models import Stage
from renda.voice.tests.conftest import Story


@pytest.mark.parametrize(
    ("verb", "given", "acts"), [("accept", {}, 1), ("reveal", {"reason": "核实地点"}, 2)], ids=["accept", "reveal"]
)
def test_a_button_pressed_twice(story: Story, verb: str, given: dict[str, Any], acts: int) -> None:
    message = story.submitted(contact_name="王女士", contact_phone="13800001111")
    client = Client()
    client.force_login(story.cast.people["presidium_vetter"])
    address = reverse(f"voice:message.{verb}", args=[message.pk])
    for _ in range(2):
        answer = client.post(address, {**given, "idempotency_key": "k" * 32})
        assert (answer.status_code, answer["Location"]) == (303, reverse("voice:message.page", args=[message.pk]))
    with tenant_transaction(story.cast.tenants, durable=False):
        done = AuditEntry.objects.filter(action=f"message.{verb}").values_list("outcome", flat=True)
        assert list(done) == ["done"] * acts
    assert story.fresh(message).stage == (Stage.DEPUTY if verb == "accept" else Stage.VET)
