"""A list has exactly the rows that exist for whoever reads it, whichever way they are looked for."""

from __future__ import annotations

import pytest

from renda.kernel.tenancy import tenant_transaction
from renda.voice import selectors
from renda.voice.tests.conftest import Story

pytestmark = pytest.mark.django_db

ROLES = (
    "deputy",
    "presidium_clerk",
    "station_manager",
    "township_officer",
    "case_officer",
    "county_leader",
    "far_deputy",
)


@pytest.mark.parametrize("role", ROLES)
def test_the_ways_agree(story: Story, role: str, monkeypatch: pytest.MonkeyPatch) -> None:
    story.assigned()
    story.assigned_in_county()
    story.submitted(concerns_person=True)
    story.delivered()
    actor = story.cast.actor(role)
    with tenant_transaction(actor.tenants, durable=False):
        exist = set(selectors.messages_for(actor).values_list("pk", flat=True))
        few = set(selectors.messages_for(actor, listed=True).values_list("pk", flat=True))
        monkeypatch.setattr(selectors, "MANY", 0)
        many = set(selectors.messages_for(actor, listed=True).values_list("pk", flat=True))
    assert few == many == exist
    assert bool(exist) == (role != "far_deputy")
