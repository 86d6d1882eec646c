"""Live parts: asked again when something has changed, never under the hands of somebody who is typing."""

from __future__ import annotations

from playwright.sync_api import Page, Route, expect

from tests.browser.visitor import Visitor

# A part that waits for case:99. Its token is checked by the live process, which these tests play themselves.
PART = """(inner) => {
  const part = document.createElement("section");
  part.id = "part"; part.dataset.live = "case:99:1758000000:signature"; part.innerHTML = inner;
  part.setAttribute("hx-get", "/ui/gallery/public/"); part.setAttribute("hx-select", "h1");
  part.setAttribute("hx-trigger", "live-case-99 from:body");
  document.getElementById("main").prepend(part); htmx.process(part);
  dispatchEvent(new CustomEvent("htmx:after:swap", {detail: {ctx: {target: part}}}));
}"""
FORM = '<form method="post"><input name="opinion" value=""><button>提交</button></form>'


def live_page(onlooker: Visitor, inner: str, sent: str) -> tuple[Page, list[str]]:
    """A page with one live part, and the addresses of the live process that it has asked for."""
    asked: list[str] = []
    page = onlooker.open_page("/ui/gallery/", 1440)

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=200, content_type="text/event-stream", body=f"retry: 600000\n\n{sent}\n\n")

    page.route("**/live?*", answer)
    page.evaluate(PART, inner)
    return page, asked


def test_a_changed_part_asks_again(onlooker: Visitor) -> None:
    page, asked = live_page(onlooker, "<p>旧的内容</p>", "data: case:99")
    with page.expect_request("**/ui/gallery/public/") as request:
        expect(page.locator("#part h1")).to_have_text("示范代表 甲")
    assert request.value.headers["x-renda-background"] == "1"
    assert asked == [f"{onlooker.url}/live?keys=case%3A99%3A1758000000%3Asignature"]
    expect(page.locator(".fresh-bar")).to_have_count(0)


def test_a_part_that_is_typed_in_stays_and_a_bar_offers_the_news(onlooker: Visitor) -> None:
    page = onlooker.open_page("/ui/gallery/", 1440)
    page.evaluate(PART, FORM)
    page.fill("#part input", "还没写完")
    page.locator("h1").first.click()
    page.evaluate("document.body.dispatchEvent(new CustomEvent('live-case-99'))")
    expect(page.locator(".fresh-bar")).to_have_text("有新进展，点此刷新")
    expect(page.locator("#part input")).to_have_value("还没写完")


def test_a_focused_field_is_left_alone_too(onlooker: Visitor) -> None:
    page = onlooker.open_page("/ui/gallery/", 1440)
    page.evaluate(PART, FORM)
    page.focus("#part input")
    page.evaluate("document.body.dispatchEvent(new CustomEvent('live-case-99'))")
    expect(page.locator(".fresh-bar")).to_be_visible()
    expect(page.locator("#part input")).to_be_focused()


def test_a_restarted_live_process_renews_every_key(onlooker: Visitor) -> None:
    page, _asked = live_page(onlooker, "<p>旧的内容</p>", "event: reset\ndata:")
    expect(page.locator("#part h1")).to_have_text("示范代表 甲")


def test_a_fault_behind_the_scenes_blanks_nothing(onlooker: Visitor) -> None:
    page = onlooker.open_page("/ui/gallery/", 1440)
    page.evaluate(PART, "<p>旧的内容</p>")
    page.route("**/ui/gallery/public/", lambda route: route.fulfill(status=500, body="<h1>坏了</h1>"))
    page.evaluate("document.body.dispatchEvent(new CustomEvent('live-case-99'))")
    expect(page.locator(".fresh-bar")).to_be_visible()
    expect(page.locator("#part")).to_have_text("旧的内容")


def test_a_page_without_live_parts_opens_no_connection(onlooker: Visitor) -> None:
    page = onlooker.open_page("/ui/gallery/fault/", 1440)
    assert page.evaluate("document.body.dataset.liveUrl") is None
