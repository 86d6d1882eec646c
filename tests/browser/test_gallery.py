"""Every component in every state: accessible, large enough, usable by keyboard, whole without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.visitor import WIDTHS, Visitor, assert_large_enough, axe, counting, screenshot

PAGES = {
    "components": "/ui/gallery/?notes=1",
    "case": "/ui/gallery/case/",
    "list": "/ui/gallery/list/",
    "empty": "/ui/gallery/list/?q=x",
    "form": "/ui/gallery/form/",
    "public": "/ui/gallery/public/",
    "fault": "/ui/gallery/fault/?status=404",
}


@pytest.mark.parametrize("elder", [False, True], ids=["normal", "elder"])
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_is_accessible_and_large_enough(onlooker: Visitor, width: int, elder: bool) -> None:
    # Between the phone and the desk only what is laid out differently there.
    names = PAGES if width in (360, 1440) else ("components", "case", "list")
    for name in names:
        page = onlooker.open_page(PAGES[name], width, elder=elder)
        axe(page)
        assert_large_enough(page, elder=elder)
        screenshot(page, f"gallery-{name}-{'elder' if elder else 'normal'}-{width}")
        page.context.close()


def test_it_reflows_at_320(onlooker: Visitor) -> None:
    for path in PAGES.values():
        page = onlooker.open_page(path, 320)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path


FOCUS = """() => {
  const part = document.activeElement, style = getComputedStyle(part), box = part.getBoundingClientRect();
  return {tag: part.tagName, text: (part.textContent || part.name || "").trim().slice(0, 20),
          ring: parseFloat(style.outlineWidth) > 0 && style.outlineStyle !== "none",
          ringOfFrame: Boolean(part.closest(".option")), seen: box.bottom > 0 && box.top < innerHeight};
}"""


@pytest.mark.parametrize("path", [PAGES["list"], PAGES["form"], PAGES["case"]])
def test_the_keyboard_reaches_everything_and_is_never_caught(onlooker: Visitor, path: str) -> None:
    page = onlooker.open_page(path, 1440)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    seen = []
    for _ in range(80):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus["tag"] == "BODY":
            break
        assert focus["ring"] or focus["ringOfFrame"], f"no visible focus on {focus}"
        assert focus["seen"], f"focus out of view on {focus}"
        seen.append(focus["tag"])
    else:
        pytest.fail("the focus never leaves the page")
    reachable = page.locator("main :is(a[href], button, input, select, textarea, summary):visible").count()
    radio_groups = page.locator("main input[type=radio]:visible").count()
    assert len(seen) >= reachable - radio_groups


def test_the_skip_link_leads_to_the_text(onlooker: Visitor) -> None:
    page = onlooker.open_page(PAGES["case"], 1440)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_a_form_without_scripts_says_what_is_wrong_and_keeps_what_was_typed(onlooker: Visitor) -> None:
    page = onlooker.open_page(PAGES["form"], 360, js=False)
    page.fill("#id_promised", "2026-09-30")
    with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        page.click("text=提交答复")
    assert answered.value.status == 422
    summary = page.locator(".form-errors")
    expect(summary).to_contain_text("有 2 处需要修改")
    expect(page.locator("#id_promised")).to_have_value("2026-09-30")
    summary.locator("a").first.click()
    assert page.url.endswith("#id_answer")


def test_a_wrong_form_is_accessible_and_takes_the_focus(onlooker: Visitor) -> None:
    for elder in (False, True):
        page = onlooker.open_page(PAGES["form"], 360, elder=elder)
        page.click("text=提交答复")
        expect(page.locator(".form-errors")).to_be_focused()
        axe(page)
        assert_large_enough(page, elder=elder)
        screenshot(page, f"gallery-form-wrong-{'elder' if elder else 'normal'}-360")


@pytest.mark.parametrize("js", [True, False], ids=["scripts", "plain"])
def test_a_case_is_handled_from_the_bar_at_the_thumb(onlooker: Visitor, js: bool) -> None:
    page = onlooker.open_page(PAGES["case"], 360, elder=True, js=js)
    bar = page.locator(".reach")
    box = bar.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 741, "the buttons are on the first screen"
    bar.get_by_text("答复").click()
    panel = page.locator("#act-sample-answer")
    expect(panel).to_have_attribute("open", "")
    panel.get_by_label("答复内容").fill("已联系两家餐饮店。")
    panel.get_by_role("button", name="提交答复").click()
    page.wait_for_load_state()
    expect(panel).to_have_attribute("open", "")
    expect(panel.locator(".error")).to_have_count(1)
    expect(panel.locator("textarea").first).to_have_value("已联系两家餐饮店。")


def test_the_filter_bar_works_without_scripts(onlooker: Visitor) -> None:
    page = onlooker.open_page(PAGES["list"], 360, js=False)
    page.fill("input[type=search]", "x")
    page.click("text=筛选")
    expect(page).to_have_url(re.compile(r"q=x"))
    expect(page.locator(".empty-state")).to_contain_text("没有符合条件的记录")


def test_the_filter_bar_swaps_the_list_and_keeps_the_address(onlooker: Visitor) -> None:
    page = onlooker.open_page(PAGES["list"], 1440)
    page.evaluate("window.same = true")
    page.fill("input[type=search]", "x")
    page.click("text=筛选")
    expect(page.locator(".empty-state")).to_be_visible()
    assert page.evaluate("window.same") is True
    expect(page).to_have_url(re.compile(r"q=x"))
    expect(page.locator("#announce")).to_have_text("内容已更新")
    page.go_back()
    expect(page.locator("table tbody tr")).to_have_count(5)


def test_a_refused_part_is_told_in_place(onlooker: Visitor) -> None:
    page = onlooker.open_page(PAGES["list"], 1440)
    page.evaluate(
        """() => { const form = document.querySelector('.filter');
                   form.setAttribute('hx-get', '/ui/gallery/fault/?status=409'); htmx.process(form); }"""
    )
    page.click("text=筛选")
    expect(page.locator("#list #fault")).to_contain_text("现在不能这样操作")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_elder_mode_is_switched_on_the_same_page_without_scripts(onlooker: Visitor) -> None:
    page = onlooker.open_page(PAGES["public"] + "?a=1", 360, js=False)
    page.locator(".band").get_by_text("长辈版").click()
    expect(page.locator("html")).to_have_attribute("data-mode", "elder")
    assert page.url.endswith("?a=1")
    page.locator(".band").get_by_text("标准版").click()
    expect(page.locator("html")).not_to_have_attribute("data-mode", "elder")


def test_two_presses_send_once(onlooker: Visitor) -> None:
    page = onlooker.open_page(PAGES["form"], 1440)
    with counting(page, "POST") as sent:
        page.evaluate("() => { const b = document.querySelector('.sticky-actions .btn'); b.click(); b.click(); }")
        page.wait_for_load_state("networkidle")
    assert len(sent) == 1


def _choose(page: Page, *names: str) -> None:
    files: list[FilePayload] = [{"name": name, "mimeType": "image/png", "buffer": name.encode()} for name in names]
    page.set_input_files("#id_photos", files)


def test_chosen_files_are_listed_added_and_removed(onlooker: Visitor) -> None:
    page = onlooker.open_page(PAGES["form"], 360)
    _choose(page, "甲.png")
    _choose(page, "乙.png")
    expect(page.locator(".chosen li")).to_have_count(2)
    page.get_by_label("移除 甲.png").click()
    expect(page.locator(".chosen li")).to_have_count(1)
    assert page.evaluate("[...document.querySelector('#id_photos').files].map((file) => file.name)") == ["乙.png"]
    _choose(page, "丙.png")
    expect(page.locator(".chosen li")).to_have_count(2)
    axe(page)


def test_the_counter_warns_and_cuts_nothing_off(onlooker: Visitor) -> None:
    page = onlooker.open_page(PAGES["form"], 360)
    page.fill("#id_answer", "好" * 503)
    expect(page.locator(".counter")).to_have_text("超出 3 字")
    assert len(page.input_value("#id_answer")) == 503


def test_a_dialog_opens_takes_the_focus_and_closes(onlooker: Visitor) -> None:
    page = onlooker.open_page(PAGES["components"], 1440)
    page.click("text=打开说明")
    dialog = page.locator("dialog#help")
    expect(dialog).to_be_visible()
    axe(page)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.click("text=打开说明")
    page.click("text=知道了")
    expect(dialog).to_be_hidden()
