"""Pages that belong to no capability: feedback, delegations and legal time, on the phone and at the desk, in both modes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from renda.kernel import clock
from renda.kernel.deadlines.actions import deadline_add_rule
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


def ruled(cast: Cast) -> int:
    """A rule of the city's own that runs."""
    rule = deadline_add_rule(
        cast.actor("business_administrator"),
        tenant_id=cast.tenant("city"),
        key="message.unit",
        amount=5,
        unit="working_days",
        valid_from=clock.today(),
        note="市人大常委会办公室通知〔2026〕3号",
    )
    return int(rule.pk)


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
        ("business_administrator", "rules", "/deadlines/"),
        ("business_administrator", "add-rule", "/deadlines/add/?key=message.unit"),
        ("business_administrator", "end-rule", f"/deadlines/{ruled(cast)}/end/"),
        ("business_administrator", "add-hours", "/deadlines/hours/add/"),
        ("business_administrator", "calendar", "/deadlines/calendar/"),
    ]
    for role, name, address in pages:
        if role:
            visitor.sign_in(cast.people[role], second_factor=True)
        page = visitor.open_page(address, width, elder=elder)
        assert_large_enough(page, elder=elder)
        axe(page)
        screenshot(page, f"{name}-{'elder' if elder else 'normal'}-{width}")


def test_a_notice_is_pasted_checked_and_kept_without_scripts(visitor: Visitor, cast: Cast) -> None:
    visitor.sign_in(cast.people["business_administrator"], second_factor=True)
    page = visitor.open_page("/deadlines/calendar/", 360, js=False)
    page.fill("[name=source]", "国办发明电〔2026〕7号")
    page.fill(
        "[name=text]",
        "一、元旦：1月1日放假1天，不调休。\n二、劳动节：5月1日至5日放假，共5天。\n三、国庆节：10月1日至7日放假，共7天。",
    )
    page.select_option("[name=year]", str(clock.today().year + 1))
    page.click("text=识别并核对")
    assert "还没有保存" in page.inner_text("main")
    page.click("text=无误，保存")
    assert "国办发明电〔2026〕7号" in page.inner_text("main")
