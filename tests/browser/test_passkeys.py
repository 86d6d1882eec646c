"""Passkeys with Chromium's own virtual authenticator: added, named, used alone and as the second factor, removed."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Page, expect

from renda.congress.tests.signing_in import PASSWORD, give_password, give_totp
from renda.kernel.audit.models import AuditEntry
from renda.kernel.tenancy import tenant_transaction
from tests.browser.visitor import Visitor, assert_large_enough, axe, screenshot
from tests.people import Cast


@pytest.fixture(autouse=True)
def passkeys(settings: Any) -> None:
    settings.RENDA_PASSKEY_HOST = "localhost"
    settings.MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def with_device(page: Page, *, knows_owner: bool = True) -> Any:
    """A device that keeps passkeys; it recognises its owner, or does not."""
    # There is no live process here: its address would be answered by a redirect, as for any page, and write the session.
    page.route("**/live*", lambda route: route.fulfill(status=204))
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    added = cdp.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": knows_owner,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return cdp, added["authenticatorId"]


def sign_in(page: Page, user_name: str) -> None:
    page.fill("[name=user_name]", user_name)
    page.fill("[name=secret]", PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()


def add(page: Page, name: str) -> None:
    page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/")[2] + "/account/passkeys/add/")
    page.fill("[name=name]", name)
    page.get_by_role("button", name="添加").click()
    page.wait_for_url("**/account/second-factor/recovery-codes/")


def leave(page: Page, url: str) -> None:
    page.goto(url + "/account/")
    page.get_by_role("main").get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/sign-in/**")


def test_a_passkey_signs_in_by_itself_and_is_the_second_factor(visitor: Visitor, cast: Cast) -> None:
    person = cast.people["business_administrator"]
    give_password(person)
    page = visitor.open_page("/sign-in/", 360)
    axe(page)
    with_device(page)
    sign_in(page, "business_administrator")
    page.wait_for_url("**/account/second-factor/activate/")
    add(page, "办公室电脑")
    passkey = Authenticator.objects.get(type="webauthn")
    assert (passkey.data["name"], passkey.user_id) == ("办公室电脑", person.pk)
    # Adding it has shown it: she is not asked for an authenticator any more.
    page.goto(visitor.url + "/congress/people/")
    expect(page.locator("h1")).to_contain_text("人员")
    page.goto(visitor.url + "/account/passkeys/")
    assert_large_enough(page, elder=False)
    axe(page)
    screenshot(page, "passkeys-360")
    leave(page, visitor.url)

    page.get_by_role("button", name="用通行密钥登录").click()
    page.wait_for_url("**/bench/")
    page.wait_for_load_state("networkidle")
    page.goto(visitor.url + "/congress/people/")
    expect(page.locator("h1")).to_contain_text("人员")
    leave(page, visitor.url)

    sign_in(page, "business_administrator")
    page.wait_for_url("**/account/second-factor/authenticate/")
    axe(page)
    page.get_by_role("button", name="用通行密钥").click()
    page.wait_for_url("**/bench/")
    with tenant_transaction(cast.tenants):
        told = list(
            AuditEntry.objects.filter(actor_id=person.pk).order_by("occurred_at").values_list("action", flat=True)
        )
    assert told.count("person.sign_in") == 3
    assert "second_factor.change" in told


def test_it_is_renamed_and_removed_but_an_administrators_last_one_stays(visitor: Visitor, cast: Cast) -> None:
    person = cast.people["audit_administrator"]
    give_password(person)
    page = visitor.open_page("/sign-in/")
    with_device(page)
    sign_in(page, "audit_administrator")
    page.wait_for_url("**/account/second-factor/activate/")
    add(page, "")
    page.goto(visitor.url + "/account/passkeys/")
    page.get_by_role("link", name="改名").click()
    page.fill("[name=name]", "值班手机")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("main")).to_contain_text("值班手机")
    page.get_by_role("link", name="移除").click()
    page.get_by_role("button", name="移除").click()
    expect(page.locator("body")).to_contain_text("管理员必须有第二登录凭证")
    assert Authenticator.objects.filter(user=person, type="webauthn").count() == 1
    give_totp(person)
    page.goto(visitor.url + "/account/passkeys/")
    page.get_by_role("link", name="移除").click()
    page.get_by_role("button", name="移除").click()
    expect(page.get_by_role("main")).to_contain_text("还没有通行密钥")
    assert not Authenticator.objects.filter(user=person, type="webauthn").exists()


def test_a_device_that_does_not_know_its_owner_is_refused(visitor: Visitor, cast: Cast) -> None:
    give_password(cast.people["case_officer"])
    page = visitor.open_page("/sign-in/")
    with_device(page, knows_owner=False)
    sign_in(page, "case_officer")
    page.wait_for_url("**/bench/")
    page.goto(visitor.url + "/account/passkeys/add/")
    page.get_by_role("button", name="添加").click()
    expect(page.get_by_role("alert").filter(has_text="没有完成")).to_be_visible()
    assert not Authenticator.objects.exists()


def test_without_scripts_nothing_of_it_is_shown(visitor: Visitor, cast: Cast) -> None:
    give_password(cast.people["case_officer"])
    page = visitor.open_page("/sign-in/", js=False)
    expect(page.get_by_role("button", name="用通行密钥登录")).to_have_count(0)
    sign_in(page, "case_officer")
    page.wait_for_url("**/bench/")
    page.goto(visitor.url + "/account/passkeys/add/")
    expect(page.get_by_role("button", name="添加")).to_have_count(0)


def test_over_plain_http_there_are_none(visitor: Visitor, cast: Cast, settings: Any) -> None:
    settings.RENDA_PASSKEY_HOST = ""
    page = visitor.open_page("/sign-in/")
    expect(page.get_by_role("button", name="用通行密钥登录")).to_have_count(0)
    visitor.sign_in(cast.people["case_officer"])
    assert visitor.open_page("/account/passkeys/add/").title().startswith("没有找到")
