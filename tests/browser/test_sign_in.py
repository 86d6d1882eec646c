"""The harness itself: a person of the cast, signed in, sees her own head band."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import Visitor, assert_large_enough, axe, screenshot
from tests.people import Cast


@pytest.mark.parametrize("width", [360, 1440])
def test_a_signed_in_person_has_her_to_dos_and_menu(visitor: Visitor, cast: Cast, width: int) -> None:
    visitor.sign_in(cast.people["county_assigner"])
    for elder in (False, True):
        page = visitor.open_page("/ui/gallery/case/", width, elder=elder)
        expect(page.locator("#badge-to-do")).to_contain_text("待办")
        assert page.locator("#badges").get_attribute("data-live")
        menu = page.locator(".band summary:visible").last
        menu.click()
        assert_large_enough(page, elder=elder)
        axe(page)
        screenshot(page, f"signed-in-{'elder' if elder else 'normal'}-{width}")
        page.keyboard.press("Escape")
        expect(page.locator(".band .drop[open]")).to_have_count(0)


def test_nobody_has_none(visitor: Visitor) -> None:
    page = visitor.open_page("/ui/gallery/case/")
    expect(page.locator("#badge-to-do")).to_have_count(0)
