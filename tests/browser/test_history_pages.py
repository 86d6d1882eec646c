"""The import of former messages, clicked through; pasting a picture out of the clipboard; nothing serious found by axe."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import expect

from renda.kernel.jobs import registry
from renda.kernel.tenancy import tenant_transaction
from renda.voice.models import MessageImport, PastMessage
from renda.voice.tests.conftest import Story, story  # noqa: F401 - the fixture
from tests.browser.visitor import HEIGHTS, Visitor, axe, screenshot
from tests.browser.voice import Town

HEADER = ("留言编号", "提交时间", "主题", "留言内容", "回复内容")
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.fixture
def town(story: Story, visitor: Visitor) -> Town:  # noqa: F811 - named after the fixture
    return Town(story, visitor)


def _sheet(path: Path) -> Path:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    for at, cells in enumerate(
        (
            HEADER,
            ("1", "2021-03-05", "路灯不亮", "3 号楼旁的路灯坏了。", "已修好。"),
            ("2", "上周", "水管漏水", "水管漏水。", ""),
        )
    ):
        sheet.write_row(at, 0, cells)
    book.close()
    path.write_bytes(file.getvalue())
    return path


@pytest.mark.parametrize("width", sorted(HEIGHTS))
def test_from_the_sheet_to_the_list_and_back(town: Town, tmp_path: Path, width: int) -> None:
    page = town.open_as("presidium_clerk", "/messages/past/imports/", width)
    axe(page)
    page.set_input_files("input[type=file]", _sheet(tmp_path / "旧留言.xlsx"))
    page.get_by_role("button", name="上传并预览").click()
    expect(page.get_by_text("“上周”不是日期")).to_be_visible()
    axe(page)
    screenshot(page, f"history-preview-{width}")
    page.get_by_role("button", name="只导入无误的 1 行").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    with tenant_transaction(town.story.cast.tenants):
        source = MessageImport.objects.latest("id")
    registry.run("voice.bring_in", source_id=source.pk)
    # The page looks again by itself.
    page.get_by_role("link", name="查看历史留言").click()
    page.get_by_role("link", name="路灯不亮").click()
    expect(page.get_by_text("历史数据", exact=True)).to_be_visible()
    axe(page)
    page.goto(page.url.split("/messages/")[0] + f"/messages/past/imports/{source.pk}/")
    page.get_by_role("button", name="撤回这次导入").click()
    expect(page.get_by_text("已撤回，这次导入的内容已删除。")).to_be_visible()
    with tenant_transaction(town.story.cast.tenants):
        assert not PastMessage.objects.exists()


def test_a_picture_out_of_the_clipboard_goes_into_the_form(town: Town) -> None:
    page = town.open_as("presidium_clerk", "/messages/new/")
    page.evaluate(
        """(pixel) => {
            const bytes = Uint8Array.from(atob(pixel), (letter) => letter.charCodeAt(0));
            const all = new DataTransfer();
            all.items.add(new File([bytes], "image.png", { type: "image/png" }));
            document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: all, bubbles: true }));
        }""",
        PIXEL,
    )
    expect(page.get_by_text("截图1.png")).to_be_visible()
    page.get_by_label("微信、短信或来信的文字").fill("王女士 2025/11/20 10:23\n水管爆了，电话 13800001111。")
    page.get_by_role("button", name="识别成草稿").click()
    expect(page.get_by_label("怎么称呼")).to_have_value("王女士")
    expect(page.get_by_label("联系电话")).to_have_value("13800001111")
    axe(page)
