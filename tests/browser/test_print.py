"""On paper: the case without band, buttons and colours of the screen."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.visitor import Visitor, screenshot


def test_a_case_prints_without_what_is_pressed(onlooker: Visitor) -> None:
    page = onlooker.open_page("/ui/gallery/case/", 768)
    page.emulate_media(media="print")
    for gone in (".band", ".reach", "#actions", ".footer-line", ".crumbs"):
        expect(page.locator(gone)).to_be_hidden()
    for kept in ("h1", ".progress4", ".trail", "#deadline"):
        expect(page.locator(kept)).to_be_visible()
    screenshot(page, "gallery-case-print")
