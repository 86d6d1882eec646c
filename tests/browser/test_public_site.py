"""Every page of the public zone: with the keyboard alone, without scripts, and on paper. (axe: ``test_voice_pages``.)"""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from renda.voice.tests.conftest import Story, story  # noqa: F401 - the fixture
from tests.browser.test_voice_pages import messages, public_pages
from tests.browser.visitor import Visitor, screenshot
from tests.browser.voice import CONSTITUENT, Town

MOST_STEPS = 45
# What has the focus: which it is, whether one sees that it has it, whether it is in view.
FOCUSED = """() => {
  const part = document.activeElement;
  if (!part || part === document.body) return null;
  // A box to tick shows it on the frame around box and words.
  const style = getComputedStyle(part.closest(".option") || part), drawn = part.querySelector("path, circle");
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const line = part instanceof SVGElement && drawn && parseFloat(getComputedStyle(drawn).strokeWidth) >= 5;
  const box = part.getBoundingClientRect();
  part.dataset.step ??= String(window.steps = (window.steps || 0) + 1);
  return {
    step: Number(part.dataset.step),
    what: `${part.tagName} ${part.textContent.trim().slice(0, 20)} ${part.getAttribute("name") || ""}`,
    seen: Boolean(ring || line),
    inView: box.bottom > 0 && box.top < innerHeight,
    named: Boolean(part.textContent.trim() || part.getAttribute("aria-label") || part.labels?.length),
    after: window.before ? Boolean(window.before.compareDocumentPosition(part) & Node.DOCUMENT_POSITION_FOLLOWING) : true,
    // Past the end Tab begins again at the top, which may lie before where this walk began.
    around: Boolean(window.begin && window.begin.compareDocumentPosition(part) & Node.DOCUMENT_POSITION_PRECEDING),
    remember: Boolean((window.begin ??= part) && (window.before = part)),
  };
}"""


@pytest.fixture
def town(story: Story, visitor: Visitor) -> Town:  # noqa: F811 - pytest's way of asking for a fixture
    """The small city in front of a browser."""
    return Town(story, visitor)


def steps(page: Page) -> list[dict[str, Any]]:
    """Where Tab leads, until it leaves the page."""
    found: list[dict[str, Any]] = []
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None or focused["around"] or (found and focused["step"] < found[-1]["step"]):
            break
        found.append(focused)
    return found


def test_every_page_can_be_used_with_the_keyboard_alone(town: Town) -> None:
    paths = public_pages(town, messages(town.story))
    page = town.open_as(CONSTITUENT, "/", 1440)
    for name, path in paths.items():
        page.goto(town.visitor.public_url + path)
        # A form that came back with errors has the focus there already; the first step is counted from the page's top.
        page.evaluate("document.activeElement.blur()")
        walked = steps(page)
        assert len(walked) >= 3, name
        unseen = [step["what"] for step in walked if not (step["seen"] and step["inView"] and step["named"])]
        assert unseen == [], name
        assert all(step["after"] for step in walked), name
    page.goto(town.visitor.public_url + "/map/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    expect(page.locator(".skip-link")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")  # the first county
    expect(page.locator(".county").first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/map/\d{12}/$"))
    expect(page.locator("h1")).to_contain_text("联络站和代表")


def test_every_page_is_whole_without_scripts(town: Town) -> None:
    paths = public_pages(town, messages(town.story))
    page = town.open_as(CONSTITUENT, "/", 360, js=False)
    for name, path in paths.items():
        answer = page.goto(town.visitor.public_url + path)
        assert answer is not None
        assert answer.status == {"lost": 404, "wrong-code": 422}.get(name, 200), name
        expect(page.locator("h1").first).to_be_visible()
        # What only a script could bring to life is not shown.
        expect(page.locator("[data-draft-panel], [data-drafts]").filter(visible=True)).to_have_count(0)
        for form in page.locator("main form").all():
            expect(form.locator("button:not([type=button])").first).to_be_visible()
    page.goto(town.visitor.public_url + "/map/")
    page.locator(".county").first.click()
    page.wait_for_url(re.compile(r"/map/\d{12}/$"))
    page.locator(".station").click()
    expect(page.locator("h1")).to_contain_text(town.story.cast.stations["township"].name)
    page.goto(town.visitor.public_url + paths["submit"])
    page.fill("[name=body]", "路灯坏了。")
    page.get_by_role("button", name="提交留言").click()
    expect(page.locator(".notice-ok")).to_contain_text("留言已提交")


def test_every_page_prints_what_is_read_and_not_what_is_pressed(town: Town) -> None:
    paths = public_pages(town, messages(town.story))
    page = town.open_as(CONSTITUENT, "/", 768)
    page.emulate_media(media="print")
    for name, path in paths.items():
        page.goto(town.visitor.public_url + path)
        expect(page.locator("h1").first).to_be_visible()
        for gone in (".band", ".footer-line", ".crumbs", ".skip-link", "main .btn", ".sticky-actions"):
            expect(page.locator(gone).filter(visible=True), f"{name}: {gone}").to_have_count(0)
        folded = page.locator("main details:not([open]):visible > ul").all()
        assert all(part.is_visible() for part in folded), name
        screenshot(page, f"print-{name}")
        if name in ("deputy", "station", "code"):
            written = page.locator(".print-only").first.inner_text()
            assert re.search(rf"{town.visitor.public_url}/c/[A-Z0-9]{{8}}/", written), name
    page.goto(town.visitor.public_url + paths["receipt"])
    expect(page.locator(".receipt")).to_be_visible()
    assert f"{town.visitor.public_url}/receipt/" in page.locator(".print-only").first.inner_text()
    # The page's token opens the receipt for some hours; it does not go on paper.
    assert paths["receipt"] not in page.locator("body").inner_text()
    page.goto(town.visitor.public_url + paths["map-county"])
    expect(page.locator(".sketch svg")).to_be_visible()
    pages = page.pdf(prefer_css_page_size=True)
    # A4 in points, give or take the rounding of millimetres.
    sizes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pages)
    assert sizes
    assert all(abs(float(width) - 595) < 2 and abs(float(height) - 842) < 2 for width, height in sizes)
