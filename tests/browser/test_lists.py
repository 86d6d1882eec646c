"""Lists in the browser: saved filters, and several messages dealt with by keyboard or without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from renda.voice.models import Message, Stage
from renda.voice.tests.conftest import Story, story  # noqa: F401 - the fixture
from tests.browser.visitor import Visitor, assert_large_enough, axe
from tests.browser.voice import Town

LIST = "/messages/"


@pytest.fixture
def town(story: Story, visitor: Visitor) -> Town:  # noqa: F811 - pytest's way of asking for a fixture
    """The small city in front of a browser."""
    return Town(story, visitor)


def stages(town: Town, messages: list[Message]) -> list[str]:
    return [town.story.fresh(message).stage for message in messages]


def chosen(page: Page) -> int:
    return page.locator("input[name=row]:checked").count()


@pytest.mark.parametrize("width", [360, 1440])
def test_a_filter_is_saved_opened_renamed_shared_and_removed(town: Town, width: int) -> None:
    town.story.accepted()
    page = town.open_as("presidium_clerk", f"{LIST}?stage=deputy", width)
    page.locator(".saved-new summary").click()
    page.locator(".saved-new input[name=name]").fill("代表在办")
    page.get_by_role("button", name="保存").click()
    chip = page.locator(".chip-link", has_text="代表在办")
    expect(chip).to_have_attribute("aria-current", "true")
    page.goto(page.url.split("?")[0])
    page.locator(".chip-link", has_text="代表在办").click()
    expect(page).to_have_url(re.compile(r"\?stage=deputy$"))
    page.get_by_role("link", name="管理常用筛选").click()
    page.get_by_text("重命名").click()
    page.locator("input[name=name]").fill("代表手上的")
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_role("button", name="共享给本机构").click()
    expect(page.locator("main")).to_contain_text("已共享给本机构")
    axe(page)
    colleague = town.open_as("presidium_vetter", LIST, width)
    expect(colleague.locator(".chip-link")).to_contain_text("代表手上的")
    again = town.open_as("presidium_clerk", "/filters/", width)
    again.get_by_role("button", name="删除").click()
    expect(again.locator("main")).to_contain_text("还没有常用筛选")


def test_several_are_vetted_by_keyboard(town: Town) -> None:
    messages = [town.story.submitted() for _ in range(3)]
    page = town.open_as("presidium_vetter", LIST)
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-picks-count]")).to_have_text("已选 2 件")
    page.keyboard.press("Escape")
    assert chosen(page) == 0
    page.keyboard.press("?")
    expect(page.locator("#list-keys")).to_be_visible()
    axe(page)
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    assert chosen(page) == 3
    page.keyboard.press("k")
    page.keyboard.press("x")
    expect(page.locator("[data-picks-count]")).to_have_text("已选 2 件")
    expect(page.locator("[data-picks-moves] option")).to_have_text(["受理"])
    page.get_by_role("button", name="办理所选").click()
    expect(page.locator("h1")).to_have_text("批量受理")
    assert stages(town, messages) == [Stage.VET] * 3
    page.get_by_role("button", name="确认受理 2 件").click()
    expect(page.locator("h1")).to_have_text("批量受理：办好 2 件")
    assert sorted(stages(town, messages)) == sorted([Stage.DEPUTY, Stage.DEPUTY, Stage.VET])


def test_keys_type_letters_in_a_field_and_can_be_switched_off(town: Town) -> None:
    town.story.submitted()
    page = town.open_as("presidium_vetter", LIST)
    page.locator("input[name=q]").press_sequentially("ajx")
    assert (page.locator("input[name=q]").input_value(), chosen(page)) == ("ajx", 0)
    page.get_by_role("button", name="快捷键").click()
    page.locator("[data-picks-on]").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("a")
    assert chosen(page) == 0


def test_a_click_with_shift_takes_all_between(town: Town) -> None:
    for _ in range(4):
        town.story.submitted()
    page = town.open_as("presidium_vetter", LIST)
    boxes = page.locator("input[name=row]")
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    assert chosen(page) == 3


@pytest.mark.parametrize("width", [360, 1440])
def test_without_scripts_boxes_and_a_button_do_the_same(town: Town, width: int) -> None:
    messages = [town.story.submitted(), town.story.submitted(), town.story.accepted()]
    page = town.open_as("presidium_vetter", LIST, width, js=False)
    for box in page.locator("input[name=row]").all():
        box.check()
    page.locator("select[name=verb]").select_option("accept")
    page.get_by_role("button", name="办理所选").click()
    expect(page.locator("main")).to_contain_text("另有 1 件不能办理")
    page.get_by_role("button", name="确认受理 2 件").click()
    expect(page.locator("main")).to_contain_text("办好 2 件，没有办 1 件")
    assert stages(town, messages) == [Stage.DEPUTY] * 3


@pytest.mark.parametrize("elder", [False, True])
def test_the_list_is_large_enough_and_without_barriers(town: Town, elder: bool) -> None:
    town.story.submitted()
    page = town.open_as("presidium_vetter", f"{LIST}?stage=vet", 360, elder=elder)
    axe(page)
    assert_large_enough(page, elder=elder)
