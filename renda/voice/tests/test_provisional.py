"""A message whose due waits for next year's calendar: told by its subject to whom it exists for, else by its kind."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from renda.kernel import clock
from renda.kernel.deadlines import api as deadlines
from renda.kernel.flow.provisional import waiting
from renda.kernel.tenancy import tenant_transaction
from renda.voice.selectors import messages_for
from renda.voice.tests.conftest import Story


@pytest.mark.parametrize("role", ["county_assigner", "county_business_administrator", "system_administrator"])
def test_who_sees_what_of_a_waiting_message(story: Story, role: str) -> None:
    deadlines.forget()
    with clock.frozen(datetime(2026, 12, 28, 9, tzinfo=ZoneInfo("Asia/Shanghai"))):
        message = story.assigned_in_county()
        assert message.due_at is not None
        actor = story.cast.actor(role)
        with tenant_transaction(actor.tenants, durable=False):
            outlook = waiting(actor, 5)
            exists = messages_for(actor).filter(pk=message.pk).exists()
        assert exists is (role != "system_administrator")
        assert outlook.by_year == {2027: 1}
        (told,) = outlook.first
        assert told.due_at == message.due_at
        assert (message.subject in told.title, told.url) == (exists, f"/messages/{message.pk}/" if exists else "")
    deadlines.forget()
