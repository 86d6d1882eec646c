"""No network: what is typed stays, is sent once when the line is back, and the site says in words what can be done."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from renda.kernel.tenancy import tenant_transaction
from renda.voice.tests.conftest import Story, story  # noqa: F401 - the fixture
from tests.browser.visitor import Visitor, axe, counting, screenshot
from tests.browser.voice import CONSTITUENT, Town, leave

TEXT = "花园社区门口的路灯坏了两盏，晚上老人出门看不清路，希望尽快修好。"
STORED = (
    "Object.entries(localStorage).filter(([name]) => name.startsWith('renda-draft:')).map(([, value]) => value).join()"
)
# A day more than a draft is kept.
AGED = """() => Object.keys(localStorage).forEach((name) => {
  const kept = JSON.parse(localStorage[name]);
  localStorage[name] = JSON.stringify({...kept, at: kept.at - 8 * 86400000});
})"""


@pytest.fixture
def town(story: Story, visitor: Visitor) -> Town:  # noqa: F811 - pytest's way of asking for a fixture
    """The small city in front of a browser."""
    return Town(story, visitor)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A picture of a lamp."""
    path = tmp_path / "lamp.jpg"
    Image.new("RGB", (64, 48), "#888").save(path)
    return path


def form(town: Town, width: int = 360, **how: bool) -> Page:
    """The empty form behind the station's code."""
    return town.open_as(CONSTITUENT, f"{town.code}message/", width, **how)


def kept(page: Page) -> None:
    """Wait until the draft is stored."""
    expect(page.locator("[data-draft-said]")).to_contain_text("草稿已保存")


def waiting(page: Page) -> None:
    """The page says that it has not been sent."""
    expect(page.locator("[data-draft-waiting]")).to_be_visible()
    expect(page.locator("[data-draft-waiting]")).to_contain_text("留言还没有发出")


def test_a_draft_survives_the_page_and_goes_when_it_is_sent(town: Town, photo: Path) -> None:
    page = form(town)
    page.fill("[name=body]", TEXT)
    page.check("[name=may_publish]")
    page.set_input_files("[name=photos]", photo)
    expect(page.locator(".chosen .name")).to_contain_text("lamp.jpg")
    kept(page)
    page.reload()
    expect(page.locator("[data-draft-said]")).to_contain_text("已恢复")
    expect(page.locator("[name=body]")).to_have_value(TEXT)
    expect(page.locator("[name=may_publish]")).to_be_checked()
    expect(page.locator(".chosen .name")).to_contain_text("lamp.jpg")
    assert "csrf" not in page.evaluate(STORED)
    leave(page)
    assert page.evaluate(STORED) == ""
    (message,) = town.stored()
    with tenant_transaction(town.story.cast.tenants):
        assert message.body == TEXT
    page.goto(town.visitor.public_url + f"{town.code}message/")
    expect(page.locator("[name=body]")).to_have_value("")
    expect(page.locator(".chosen li")).to_have_count(0)


def test_a_draft_is_cleared_by_its_button_and_by_time(town: Town, photo: Path) -> None:
    page = form(town)
    page.set_input_files("[name=photos]", photo)
    page.fill("[name=body]", TEXT)
    kept(page)
    page.get_by_role("button", name="清除草稿").click()
    expect(page.locator("[name=body]")).to_have_value("")
    expect(page.locator(".chosen li")).to_have_count(0)
    assert page.evaluate(STORED) == ""
    page.fill("[name=body]", TEXT)
    kept(page)
    page.evaluate("document.querySelector('form[data-draft]').dataset.sent = '1'")  # it is not stored anew on leaving
    page.evaluate(AGED)
    page.reload()
    expect(page.locator("[data-draft-panel]")).to_be_visible()
    expect(page.locator("[name=body]")).to_have_value("")
    assert page.evaluate(STORED) == ""


def test_a_shared_device_keeps_nothing(town: Town) -> None:
    page = form(town)
    page.fill("[name=body]", TEXT)
    kept(page)
    page.get_by_label("这是公用设备").check()
    assert page.evaluate(STORED) == ""
    page.fill("[name=contact_phone]", "13800001111")
    page.context.set_offline(True)
    page.get_by_role("button", name="提交留言").click()
    waiting(page)
    expect(page.locator("[data-draft-waiting]")).to_contain_text("关闭后内容不会保留")
    assert page.evaluate(STORED) == ""
    page.context.set_offline(False)
    expect(page.locator(".notice-ok")).to_contain_text("留言已提交")
    assert len(town.stored()) == 1


def test_it_is_sent_by_itself_when_the_network_is_back(town: Town, photo: Path) -> None:
    page = form(town)
    page.fill("[name=body]", TEXT)
    page.set_input_files("[name=photos]", photo)
    page.context.set_offline(True)
    page.get_by_role("button", name="提交留言").click()
    waiting(page)
    axe(page)
    screenshot(page, "offline-form-360")
    assert town.stored() == []
    page.context.set_offline(False)
    expect(page.locator(".receipt strong").first).to_be_visible()
    number = page.locator(".receipt strong").first.inner_text()
    (message,) = town.stored()
    assert message.receipt_number == number
    # The page lives: it hears that it has been registered.
    expect(page.locator("#case")).to_contain_text("待审核")


def test_a_reply_that_was_lost_does_not_double_the_message(town: Town) -> None:
    page = form(town)
    page.fill("[name=body]", TEXT)
    lost: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch(max_redirects=0).headers["location"])  # it arrived; nobody hears of it
            route.abort("connectionreset")
        else:
            route.fallback()

    page.route("**/message/", lose)
    page.get_by_role("button", name="提交留言").click()
    waiting(page)
    assert len(town.stored()) == 1
    with counting(page, "POST") as posts:
        page.get_by_role("button", name="现在再试").click()
        expect(page.locator(".notice-ok")).to_contain_text("留言已提交")
    assert len(posts) == 1
    (message,) = town.stored()
    assert page.locator(".receipt strong").first.inner_text() == message.receipt_number
    assert lost


def test_a_page_that_was_closed_goes_on_sending_when_it_is_opened(town: Town) -> None:
    page = form(town)
    page.fill("[name=body]", TEXT)
    page.context.set_offline(True)
    page.get_by_role("button", name="提交留言").click()
    waiting(page)
    context = page.context
    page.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto(town.visitor.public_url + "/")
    again.locator(".unsent a").click()
    expect(again.locator(".notice-ok")).to_contain_text("留言已提交")
    assert [message.body for message in town.stored()] == [TEXT]


def test_what_the_server_refuses_keeps_words_and_photos(town: Town, photo: Path) -> None:
    page = form(town)
    page.set_input_files("[name=photos]", photo)
    page.fill("[name=place_text]", "花园社区")
    page.get_by_role("button", name="提交留言").click()
    expect(page.locator(".form-errors")).to_be_focused()
    expect(page.locator("[name=place_text]")).to_have_value("花园社区")
    expect(page.locator(".chosen .name")).to_contain_text("lamp.jpg")
    page.fill("[name=body]", TEXT)
    leave(page)
    assert len(town.stored()) == 1


def test_a_refusal_on_the_way_is_told_and_nothing_is_lost(town: Town) -> None:
    page = form(town)
    page.fill("[name=body]", TEXT)
    page.route("**/message/", lambda route: route.fulfill(status=413, body="<html>too large</html>"))
    page.get_by_role("button", name="提交留言").click()
    expect(page.locator("[data-draft-said]")).to_contain_text("没有发出：服务器没有接受（413）")
    expect(page.locator("[name=body]")).to_have_value(TEXT)
    page.unroute("**/message/")
    leave(page)
    assert len(town.stored()) == 1


def test_without_databases_in_the_browser_the_words_are_kept(town: Town, photo: Path) -> None:
    page = form(town)
    page.add_init_script("Object.defineProperty(window, 'indexedDB', {value: undefined})")
    page.reload()
    page.fill("[name=body]", TEXT)
    kept(page)
    page.set_input_files("[name=photos]", photo)
    expect(page.locator("[data-draft-said]")).to_contain_text("照片没能保存")
    page.reload()
    expect(page.locator("[name=body]")).to_have_value(TEXT)
    leave(page)
    assert len(town.stored()) == 1


CONTROLLED = "() => navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)"
KEPT_PAGES = "() => caches.open('renda-pages').then((pages) => pages.keys()).then((all) => all.map((one) => new URL(one.url).pathname))"


def test_without_network_a_seen_page_opens_and_another_says_what_to_do(town: Town) -> None:
    page = form(town, workers=True)
    page.wait_for_function(CONTROLLED)
    page.fill("[name=body]", TEXT)
    kept(page)
    page.reload()
    expect(page.locator("[name=body]")).to_have_value(TEXT)
    page.context.set_offline(True)
    base = town.visitor.public_url
    page.goto(f"{base}{town.code}message/")
    expect(page.locator("[name=body]")).to_have_value(TEXT)
    page.goto(f"{base}/stations/")
    expect(page.locator("h1")).to_have_text("没有网络")
    for number in ("110", "119", "120"):
        expect(page.locator(f"a[href='tel:{number}']")).to_be_visible()
    expect(page.locator("[data-drafts] li")).to_contain_text("没有写完")
    axe(page)
    screenshot(page, "offline-360")
    page.locator("[data-drafts] a").click()
    page.get_by_role("button", name="提交留言").click()
    waiting(page)
    page.context.set_offline(False)
    expect(page.locator(".notice-ok")).to_contain_text("留言已提交")
    assert len(town.stored()) == 1


def test_a_receipt_is_never_kept_by_the_browser(town: Town) -> None:
    page = form(town, workers=True)
    page.wait_for_function(CONTROLLED)
    page.reload()
    page.fill("[name=body]", TEXT)
    leave(page)
    page.reload()
    expect(page.locator(".notice-ok")).to_contain_text("留言已提交")
    page.goto(town.visitor.public_url + "/stations/")
    page.wait_for_function(f"() => ({KEPT_PAGES})().then((all) => all.includes('/stations/'))")
    assert not [path for path in page.evaluate(KEPT_PAGES) if path.startswith("/receipt/")]
    page.goto(town.visitor.public_url + "/ui/elder/?on=1&next=/stations/")
    page.context.set_offline(True)
    page.goto(town.visitor.public_url + "/map/")
    expect(page.locator("html")).to_have_attribute("data-mode", "elder")


def test_the_inner_zone_has_no_worker_and_keeps_no_page(town: Town) -> None:
    page = town.open_as("presidium_vetter", "/bench/", workers=True)
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
    assert page.evaluate("caches.keys()") == []
    assert page.request.get(town.visitor.url + "/ui/worker.js").status == 404
