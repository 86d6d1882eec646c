"""A message is made public with a photo painted over by hand; another constituent joins it. On a phone throughout."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from renda.voice.models import Message
from renda.voice.tests.conftest import Story, story  # noqa: F401 - the fixture
from tests.browser.visitor import Visitor, assert_large_enough, axe, screenshot
from tests.browser.voice import CONSTITUENT, Town, fill, leave, look_up, work_the_border

TEXT = "我叫王大力，花园社区门口的路灯坏了两盏，晚上老人出门看不清路，电话13800001111。"
SAME = "花园社区门口路灯坏了好几天，晚上出门看不清路，老人容易摔跤。"
WIDTH = 360


@pytest.fixture
def town(story: Story, visitor: Visitor) -> Town:  # noqa: F811 - pytest's way of asking for a fixture
    """The small city in front of a browser."""
    return Town(story, visitor)


def test_from_a_consent_to_a_public_page_to_a_joiner_who_rates(town: Town, tmp_path: Path) -> None:
    number, word = left_with_consent(town, tmp_path)
    (message,) = town.stored()
    message = handled(town, message)
    reviewed(town, message)

    work_the_border()
    page = town.open_as(CONSTITUENT, "/published/", WIDTH)
    axe(page)
    screenshot(page, "published-list-360")
    page.get_by_role("link", name="路灯坏了两盏").click()
    expect(page.locator("main")).to_contain_text("灯已修好")
    expect(page.locator("main")).not_to_contain_text("王大力")
    assert_painted(page)
    axe(page)
    screenshot(page, "published-360")

    joined(town)
    page = town.open_as(CONSTITUENT, "/receipt/", WIDTH)
    look_up(page, number, word)
    page.get_by_role("button", name="撤回公开同意").click()
    expect(page.locator("main")).to_contain_text("正在撤下")
    work_the_border()
    assert page.request.get(re.sub(r"/receipt/.*", f"/published/{message.pk}/", page.url)).status == 404


def left_with_consent(town: Town, tmp_path: Path) -> tuple[str, str]:
    photo = tmp_path / "lamp.jpg"
    Image.new("RGB", (800, 600), "#fff").save(photo)
    page = town.open_as(CONSTITUENT, town.code, WIDTH)
    page.get_by_role("link", name="给代表甲代表留言").click()
    page.fill("[name=body]", TEXT)
    page.check("[name=may_publish]")
    page.set_input_files("[name=photos]", photo)
    return leave(page)


def handled(town: Town, message: Message) -> Message:
    message = town.story.tell("presidium_vetter", "accept", message)
    return town.story.tell("deputy", "answer", message, body="灯已修好，责任人周工13900001111。", solved="yes")


def reviewed(town: Town, message: Message) -> None:
    """The vetter reads the draft, paints over the photo with the mouse and with the keyboard, looks, and publishes."""
    page = town.case("presidium_vetter", message, WIDTH)
    page.get_by_role("link", name="审核公开").click()
    expect(page.locator("[name=body]")).to_have_value(re.compile("〔手机号〕"))
    expect(page.locator("[name=body]")).not_to_have_value(re.compile("王大力"))
    page.fill("[name=subject]", "路灯坏了两盏")
    canvas = page.locator("canvas")
    expect(canvas).to_be_visible()
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.get_by_role("button", name="粗").click()
    page.mouse.move(box["x"] + box["width"] * 0.1, box["y"] + box["height"] * 0.25)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.25, steps=8)
    page.mouse.up()
    canvas.focus()
    for key in ["ArrowDown"] * 10 + [" ", " ", "Backspace"]:
        page.keyboard.press(key)
    page.get_by_label("公开照片 1").check()
    axe(page)
    screenshot(page, "publish-360")
    assert_large_enough(page, elder=False)
    page.get_by_role("button", name="预览").click()
    expect(page.locator(".notice")).to_contain_text("还没有公开")
    expect(page.locator(".preview img")).to_have_count(1)
    axe(page)
    screenshot(page, "publish-preview-360")
    page.get_by_role("button", name="返回修改").click()
    expect(page.locator("[name=subject]")).to_have_value("路灯坏了两盏")
    page.get_by_role("button", name="预览").click()
    page.get_by_role("button", name="确认公开").click()
    expect(page.locator(".notes")).to_contain_text("已公开")
    expect(page.locator("main")).to_contain_text("正在公开")
    screenshot(page, "publicity-360")


def assert_painted(page: Page) -> None:
    """The file that the public gets is black where the mouse and the keyboard painted, and white elsewhere."""
    source = page.locator(".pictures img").get_attribute("src") or ""
    answer = page.request.get(re.sub(r"(//[^/]+)/.*", rf"\1{source}", page.url))
    with Image.open(BytesIO(answer.body())) as picture:
        grey = picture.convert("L")
        width, height = grey.size

        def at(x: float, y: float) -> int:
            return int(grey.getpixel((int(width * x), int(height * y))))  # type: ignore[arg-type] # one channel

        assert (at(0.3, 0.25) < 30, at(0.5, 0.7) < 30, at(0.9, 0.1) > 225) == (True, True, True)


def joined(town: Town) -> None:
    """Another constituent types the same, is offered the public one, joins, and rates the answer by her own receipt."""
    page = town.open_as(CONSTITUENT, town.code, WIDTH)
    page.get_by_role("link", name="给代表甲代表留言").click()
    page.locator("[name=body]").press_sequentially(SAME, delay=5)
    offered = page.locator(".similar")
    expect(offered).to_contain_text("路灯坏了两盏")
    axe(page)
    screenshot(page, "similar-360")
    offered.get_by_role("link", name="我也反映").click()
    expect(page.locator("h1")).to_have_text("我也反映")
    fill(page.locator("main form"), note="我们这栋门口也黑着。", contact_phone="13700001111")
    axe(page)
    screenshot(page, "join-360")
    page.get_by_role("button", name="我也反映").click()
    expect(page.locator(".notice-ok")).to_contain_text("已共同反映")
    number, word = page.locator(".receipt strong").all_inner_texts()
    look_up(page, number, word)
    expect(page.locator("main")).to_contain_text("您共同反映了这件事")
    expect(page.locator("main")).to_contain_text("灯已修好")
    screenshot(page, "joined-receipt-360")
    fill(page.locator("main form").first, process="satisfied", result="satisfied")
    page.get_by_role("button", name="提交评价").click()
    expect(page.locator("main")).to_contain_text("评价已收到")
    work_the_border()
    (message,) = town.stored()
    staff = town.case("presidium_vetter", message)
    expect(staff.locator("main")).to_contain_text("1 人共同反映")
    expect(staff.locator("main")).to_contain_text("我们这栋门口也黑着。")
    screenshot(staff, "publicity-1440")


def test_without_scripts_a_photo_is_shown_whole_or_left_out_and_similar_ones_are_one_step(
    town: Town, tmp_path: Path
) -> None:
    left_with_consent(town, tmp_path)
    (message,) = town.stored()
    message = handled(town, message)
    page = town.case("presidium_vetter", message, js=False)
    page.get_by_role("link", name="审核公开").click()
    expect(page.locator(".brush img")).to_be_visible()
    screenshot(page, "publish-1440-nojs")
    page.get_by_role("button", name="预览").click()
    expect(page.locator(".preview img")).to_have_count(0)
    page.get_by_role("button", name="确认公开").click()
    expect(page.locator("main")).to_contain_text("正在公开")
    page = town.open_as(CONSTITUENT, town.code, WIDTH, js=False)
    page.get_by_role("link", name="给代表甲代表留言").click()
    page.fill("[name=body]", SAME)
    page.get_by_role("button", name="提交留言").click()
    expect(page.locator(".similar")).to_contain_text("有人反映过类似的事")
    expect(page.locator("[name=body]")).to_have_value(SAME)
    page.get_by_role("button", name="都不是，继续提交").click()
    expect(page.locator(".notice-ok")).to_contain_text("留言已提交")
