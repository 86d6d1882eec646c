"""The button that a page of any capability offers: one press subscribes and comes back, the next one leaves."""

from __future__ import annotations

import pytest
from django.template import engines
from django.test import RequestFactory

from renda.kernel.notices import subscriptions
from renda.kernel.notices.actions import subscription_add
from renda.kernel.notices.api import Found, SubscriptionKind, register_subscription
from renda.kernel.notices.tests.conftest import World

PAGE = '{% load notices %}{% subscribe_button "test.place" target %}'


@pytest.fixture(autouse=True)
def _kind(monkeypatch: pytest.MonkeyPatch) -> None:
    known: dict[str, SubscriptionKind] = {}
    for module in ("subscriptions", "actions"):
        monkeypatch.setattr(f"renda.kernel.notices.{module}.SUBSCRIPTION_KINDS", known)
    assert subscriptions.SUBSCRIPTION_KINDS is known
    register_subscription(SubscriptionKind("test.place", "地方", lambda _, target: target, lambda *_: Found()))


def shown(world: World, target: str) -> str:
    request = RequestFactory().get("/stations/?page=2")
    request.actor = world.actor(world.officer)  # type: ignore[attr-defined] # as the middleware does
    return engines["django"].from_string(PAGE).render({"target": target}, request)


def test_the_button_knows_whether_one_has_subscribed(world: World) -> None:
    button = shown(world, "a<b")
    assert 'action="/notices/subscriptions/add/"' in button
    assert 'name="target" value="a&lt;b"' in button
    assert 'name="back" value="/stations/?page=2"' in button
    assert "csrfmiddlewaretoken" in button
    row = subscription_add(world.actor(world.officer), kind="test.place", target="a<b")
    left = shown(world, "a<b")
    assert f'action="/notices/subscriptions/{row.pk}/remove/"' in left
    assert "取消订阅" in left
    assert "取消订阅" not in shown(world, "another")
