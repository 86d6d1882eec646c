"""Messages in the browser: the loop by everybody whose step it is, and the ways a constituent may come."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from renda.kernel import clock
from renda.voice.models import Message
from renda.voice.tests.conftest import Story, story  # noqa: F401 - the fixture
from tests.browser.visitor import Visitor, assert_large_enough, counting
from tests.browser.voice import CONSTITUENT, Town, fill, leave, look_up, press, work_the_border
from tests.zones import take

TEXT = "花园社区门口的路灯坏了两盏，晚上老人出门看不清路，希望尽快修好。"

TWICE = """() => {
  const form = document.querySelector("main form");
  const send = () => fetch(form.action, {method: "POST", body: new FormData(form)}).then((answer) => answer.url);
  return Promise.all([send(), send()]).finally(() => form.reset());
}"""


@pytest.fixture
def town(story: Story, visitor: Visitor) -> Town:  # noqa: F811 - pytest's way of asking for a fixture
    """The small city in front of a browser."""
    return Town(story, visitor)


def test_from_a_code_to_a_judged_answer(town: Town, tmp_path: Path) -> None:
    photo = tmp_path / "lamp.jpg"
    Image.new("RGB", (640, 480), "#888").save(photo)
    page = town.open_as(CONSTITUENT, town.code, 360)
    page.get_by_role("link", name="给代表甲代表留言").click()
    expect(page.locator("#who-sees")).to_contain_text("默认不公开")
    fill(page.locator("main form"), place_text="花园社区 3 栋旁")
    page.get_by_role("button", name="提交留言").click()
    expect(page.locator(".form-errors")).to_be_focused()
    expect(page.locator("[name=place_text]")).to_have_value("花园社区 3 栋旁")
    page.fill("[name=body]", TEXT)
    page.set_input_files("[name=photos]", photo)
    number, word = leave(page)
    # Left outside, not yet registered inside: the page says so, and renews itself.
    expect(page.locator("#case")).to_contain_text("正在登记")
    take()
    expect(page.locator("#case")).to_contain_text("待审核")

    look_up(page, number, "000000" if word != "000000" else "111111")
    expect(page.locator(".form-errors")).to_contain_text("没有查到")
    look_up(page, number.lower(), word)
    expect(page.locator("main")).to_contain_text("待审核")

    (message,) = town.stored()
    vetter = town.case("presidium_vetter", message)
    expect(vetter.locator(".pictures img")).to_have_count(1)
    expect(vetter.locator("main")).to_contain_text("系统建议（由人决定）")
    press(vetter, "accept", said="已受理")
    deputy = town.case("deputy", message, 360)
    press(deputy, "refer", note="请会同社区修复。", said="已转请办理")
    assigner = town.case("presidium_assigner", message)
    unit = town.story.cast.organisations["township_officer"]
    press(assigner, "assign", lead_unit=str(unit.pk), note="请尽快办理。", said="已交办")
    handle(town, message)

    deputy = town.case("deputy", message, 360)
    press(deputy, "forward", note="修好后我会去看。", said="已反馈群众")
    look_up(page, number, word)
    expect(page.locator("main")).to_contain_text("代表的话：修好后我会去看。")
    fill(page.locator("main form"), process="satisfied", result="dissatisfied")
    page.get_by_role("button", name="提交评价").click()
    expect(page.locator("main .error")).to_contain_text("哪里不满意")
    expect(page.locator("[name=result][value=dissatisfied]")).to_be_checked()
    page.fill("[name=comment]", "只修好了一盏。")
    page.get_by_role("button", name="提交评价").click()
    expect(page.locator("main")).to_contain_text("评价已收到，正在登记")
    take()
    expect(page.locator("main")).to_contain_text("结果不满意")
    manager = town.case("station_manager", message, 360)
    press(manager, "judge", verdict="redo", note="情况属实，重新办理。", said="研判结果已记录")
    work_the_border()
    page.reload()
    expect(page.locator("main")).to_contain_text("研判：重办")
    done = town.open_as("station_manager", "/bench/done/")
    expect(done.locator("tbody tr")).to_have_count(1)
    expect(done.locator("tbody")).to_contain_text("重办")


def handle(town: Town, message: Message) -> None:
    """The unit receives, asks for more time, is granted it, and answers with a promise."""
    unit = town.case("township_officer", message)
    press(unit, "receive", said="已接收")
    expect(unit.locator("#act-message-receive-form")).to_have_count(0)
    press(unit, "log_contact", way="site", note="已到现场查看。", said="沟通记录已保存")
    day = (clock.today() + timedelta(days=30)).isoformat()
    press(unit, "extend", until=day, reason="需要采购灯具。", said="等待同意")
    assigner = town.open_as("presidium_assigner", "/bench/")
    assigner.get_by_label("延期申请，等您决定").get_by_role("link").click()
    expect(assigner.locator("main")).to_contain_text("需要采购灯具。")
    press(assigner, "grant_extension", note="同意。", said="已同意延期")
    unit = town.case("township_officer", message)
    expect(unit.locator("#deadline")).to_contain_text("前答复")
    press(unit, "answer", body="灯具已到，下月装好。", solved="in_progress", promised_on=day, said="答复已提交")


def test_without_scripts_on_a_small_phone(town: Town) -> None:
    page = town.open_as(CONSTITUENT, town.code + "message/", 360, js=False)
    page.get_by_role("button", name="提交留言").click()
    expect(page.locator(".form-errors")).to_contain_text("有 1 处需要修改")
    page.fill("[name=body]", TEXT)
    number, word = leave(page)
    look_up(page, number, word)
    expect(page.locator("main")).to_contain_text(TEXT)
    assert [message.body for message in town.stored()] == [TEXT]


def test_by_keyboard_alone_and_pressed_twice(town: Town) -> None:
    page = town.open_as(CONSTITUENT, "/")
    page.locator("#code").focus()
    # As somebody reads it off the wall: small letters, in two groups.
    code = town.story.cast.codes["station"].code.lower()
    page.keyboard.type(f"{code[:4]}-{code[4:]}")
    page.keyboard.press("Enter")
    page.wait_for_url("**/c/**")
    tab_to(page, lambda focus: focus == "直接留言")
    page.keyboard.press("Enter")
    page.wait_for_url("**/message/")
    tab_to(page, lambda focus: focus == "body")
    page.keyboard.type(TEXT)
    tab_to(page, lambda focus: focus == "提交留言")
    with counting(page, "POST") as sent:
        page.evaluate("() => { const b = document.activeElement; b.click(); b.click(); }")
        expect(page.locator(".notice-ok")).to_be_visible()
    assert len(sent) == 1
    # Where no script holds the second press back, the server does: both get the same receipt.
    page.goto(town.visitor.public_url + town.code + "message/")
    page.fill("[name=body]", TEXT)
    receipts = page.evaluate(TWICE)
    assert receipts[0] == receipts[1]
    assert len(town.stored()) == 2


def tab_to(page: Page, is_there: Callable[[str], bool]) -> None:
    """Press Tab until the focus is where it is wanted; every stop must be visible."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focus = page.evaluate("(document.activeElement.name || document.activeElement.textContent || '').trim()")
        if is_there(focus):
            assert page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)") > 0
            return
    pytest.fail("the keyboard does not get there")


def test_the_form_in_elder_mode_is_large(town: Town) -> None:
    page = town.open_as(CONSTITUENT, town.code + "message/", 360, elder=True)
    assert_large_enough(page, elder=True)
    for field in page.locator("main :is(textarea, input, select, button):visible:not([type=checkbox])").all():
        assert float(field.evaluate("part => parseFloat(getComputedStyle(part).fontSize)")) >= 18
        box = field.bounding_box()
        assert box is not None
        assert box["height"] >= 60
    assert_large_enough(town.open_as(CONSTITUENT, "/?county=421102000000&township=421102101000", 360), elder=False)


def test_what_is_typed_stays_when_the_case_moves_on(town: Town) -> None:
    message = town.story.assigned()
    page = town.case("township_officer", message)
    page.locator("#act-message-answer > summary").click()
    page.fill("#act-message-answer [name=body]", "写到一半的答复")
    page.evaluate(f"document.body.dispatchEvent(new CustomEvent('live-case-{message.case_id}'))")
    expect(page.locator(".fresh-bar")).to_have_text("有新进展，点此刷新")
    expect(page.locator("#act-message-answer [name=body]")).to_have_value("写到一半的答复")
    with page.expect_navigation():
        page.locator("#act-message-answer button.btn-primary").click()
    expect(page.locator("#act-message-answer .error")).to_contain_text("请选择解决情况")
    expect(page.locator("#act-message-answer [name=body]")).to_have_value("写到一半的答复")
    # Nobody is typing: the part renews itself.
    idle = town.case("presidium_assigner", message)
    with idle.expect_response(re.compile(rf"/messages/{message.pk}/$")):
        idle.evaluate(f"document.body.dispatchEvent(new CustomEvent('live-case-{message.case_id}'))")
    expect(idle.locator(".fresh-bar")).to_have_count(0)
