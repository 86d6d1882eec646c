"""Notices: settings, addresses, digest, subscriptions and the keeper's page, on the phone and at the desk, in both modes."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from renda.kernel import clock
from renda.kernel.notices import proofs
from renda.kernel.notices.actions import BIND
from renda.kernel.notices.models import AddressProof, Delivery, Notice, PersonAddress, Subscription, Timing
from renda.kernel.tenancy import tenant_transaction
from tests.browser.visitor import Visitor, assert_large_enough, axe, screenshot
from tests.people import Cast

OFFICER = "case_officer"


@pytest.fixture
def told(cast: Cast, settings: Any) -> Cast:
    """Mail, SMS and both chat programs are set up; the officer is reached, has subscribed, and one letter has failed."""
    settings.EMAIL_HOST = "127.0.0.1"
    settings.RENDA_ALIYUN_SMS = {**dict.fromkeys(settings.RENDA_ALIYUN_SMS, "x"), "url": "http://127.0.0.1:1"}
    settings.RENDA_WECHAT = dict.fromkeys(settings.RENDA_WECHAT, "x")
    settings.RENDA_WECOM = {**dict.fromkeys(settings.RENDA_WECOM, "x"), "agent_id": "1"}
    now, person = clock.now(), cast.people[OFFICER].pk
    PersonAddress.objects.create(party_id=person, channel="sms", address="13800001111", proven_at=now)
    PersonAddress.objects.create(
        party_id=person, channel="email", address="a.rather.long.name@office.example.cn", proven_at=now
    )
    Subscription.objects.create(
        party_id=person, kind="gone", target="x", title="群众留言：黄州区 · 路灯", created_at=now, told_until=now
    )
    AddressProof.objects.create(
        purpose=BIND,
        party_id=person,
        channel="sms",
        address="13800002222",
        address_key="x",
        digest="x",
        created_at=now,
        expires_at=now + timedelta(hours=1),
    )
    with tenant_transaction(cast.tenants):
        notice = Notice.objects.create(
            tenant_id=cast.tenant("county"), party_id=person, kind="flow.delegated", title="委托办理", created_at=now
        )
        Delivery.objects.create(
            tenant_id=cast.tenant("county"),
            notice=notice,
            person_id=person,
            channel="sms",
            address="13800001111",
            state="failed",
            tries=8,
            next_at=now,
            error="阿里云短信：isv.AMOUNT_NOT_ENOUGH",
        )
    return cast


@pytest.mark.parametrize("elder", [False, True])
@pytest.mark.parametrize("width", [360, 1440])
def test_every_page_is_accessible(visitor: Visitor, told: Cast, width: int, elder: bool) -> None:
    pages = [
        (OFFICER, "notice-list", "/notices/"),
        (OFFICER, "notice-settings", "/notices/preferences/"),
        (OFFICER, "notice-digest", "/notices/digest/"),
        (OFFICER, "notice-subscriptions", "/notices/subscriptions/"),
        (OFFICER, "notice-bind", "/notices/addresses/sms/"),
        (OFFICER, "notice-verify", "/notices/addresses/sms/code/"),
        (OFFICER, "notice-wechat", "/notices/addresses/wechat/"),
        (OFFICER, "notice-wecom", "/notices/addresses/wecom/"),
        ("system_administrator", "notice-deliveries", "/notices/deliveries/"),
    ]
    for role, name, address in pages:
        visitor.sign_in(told.people[role], second_factor=True)
        page = visitor.open_page(address, width, elder=elder)
        assert_large_enough(page, elder=elder)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{address} is too wide"
        screenshot(page, f"{name}-{'elder' if elder else 'normal'}-{width}")


@pytest.mark.parametrize("js", [True, False])
def test_settings_and_a_code_are_given_by_keyboard(visitor: Visitor, told: Cast, js: bool) -> None:
    visitor.sign_in(told.people[OFFICER], second_factor=True)
    page = visitor.open_page("/notices/preferences/", 360, js=js)
    sms = page.get_by_role("group", name="每日摘要").get_by_label("短信")
    expect(sms).to_be_checked()
    sms.focus()
    page.keyboard.press("Space")
    page.get_by_label("每日摘要", exact=True).last.select_option("9")
    page.get_by_role("button", name="保存").press("Enter")
    expect(page.get_by_text("通知设置已保存")).to_be_visible()
    expect(page.get_by_role("group", name="每日摘要").get_by_label("短信")).not_to_be_checked()
    assert Timing.objects.get().digest_hour == 9
    page.get_by_role("link", name=re.compile(r"更换\s*电子邮件")).press("Enter")
    page.get_by_label("邮箱").fill("new@example.cn")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="填写验证码")).to_be_visible()
    proof = AddressProof.objects.get(address_key=proofs.address_key("email", "new@example.cn"))
    page.get_by_label("验证码").fill(proof.parcel)
    page.keyboard.press("Enter")
    expect(page.get_by_text("已开通电子邮件通知")).to_be_visible()
    assert PersonAddress.objects.get(channel="email").address == "new@example.cn"
