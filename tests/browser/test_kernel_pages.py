"""Pages that belong to no capability: feedback and delegations, on the phone and at the desk, in both modes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from renda.kernel import clock
from renda.kernel.feedback.actions import feedback_send
from renda.kernel.flow.actions import flow_delegate
from renda.kernel.parties import Actor
from tests.browser.visitor import Visitor, assert_large_enough, axe, screenshot
from tests.people import Cast


def lent(cast: Cast) -> str:
    """Somebody lends a post; gives the address at which she has found the next delegate by name."""
    today, actor = clock.today(), cast.actor("county_assigner")
    people = cast.people
    flow_delegate(
        actor,
        from_party=actor.posts[0].post_id,
        to_person=people["county_clerk"].party_id,
        starts_on=today,
        ends_on=today + timedelta(days=9),
    )
    return f"/flows/delegations/?name={people['county_leader'].name[:2]}"


def sign_in(visitor: Visitor, cast: Cast, role: str) -> None:
    """Sign in with the second factor given, as an administrator must."""
    client = Client()
    client.force_login(cast.people[role])
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa"}]
    session.save()
    visitor.cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.mark.parametrize("elder", [False, True])
@pytest.mark.parametrize("width", [360, 1440])
def test_every_page_is_accessible(visitor: Visitor, cast: Cast, width: int, elder: bool) -> None:
    for number in range(2):
        text = "留言页面的字太小，老人看不清，希望可以放大。"
        feedback_send(
            Actor.public(address=f"192.0.2.{number}"), text=text, contact="李女士", page="/stations/<int:pk>/"
        )
    pages = [
        ("", "feedback", "/feedback/?sent=1"),
        ("county_assigner", "delegations", lent(cast)),
        ("county_clerk", "delegated", "/flows/delegations/"),
        ("business_administrator", "feedback-list", "/feedback/list/"),
    ]
    for role, name, address in pages:
        if role:
            sign_in(visitor, cast, role)
        page = visitor.open_page(address, width, elder=elder)
        assert_large_enough(page, elder=elder)
        axe(page)
        screenshot(page, f"{name}-{'elder' if elder else 'normal'}-{width}")
