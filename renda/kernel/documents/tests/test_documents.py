"""Papers: every layout sets, nothing in the data is taken for markup, and it can be read back out of the PDF."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import typst
from PIL import Image

from renda.kernel.documents import api, typesetting
from renda.kernel.documents.tests.reading import words

ODD = '#panic("x") $x^2$ *粗* _斜_ `raw` @ref <tag> \\u{41} = 标题 - 项 + 项 / 词: 义 // 注 /* 注 */ ~ -- ... "引"'


def card(**given: str) -> api.CodeCard:
    base = {"name": "路口镇代表之家", "subtitle": "人民路", "url": "https://renda.example/c/ZHAN01", "number": "ZHAN01"}
    return api.CodeCard(**{**base, **given})  # type: ignore[typeddict-item] # a test's short form


def codes(*cards: api.CodeCard, **given: Any) -> dict[str, Any]:
    return api.code_data(
        "测试市智慧人大",
        cards or [card()],
        headline="码上见代表",
        steps=["微信扫码", "写下诉求", "查看答复"],
        help_line="不会扫码请拨打站里电话",
        **given,
    )


def case(**given: Any) -> dict[str, Any]:
    paper = api.CasePaper(
        brand="测试市智慧人大",
        kind="群众留言",
        title="路灯不亮",
        number="2024 年第 1 号",
        state="已答复",
        rows=[{"label": "地点", "value": "人民路"}],
        sections=[{"heading": "内容", "text": "路灯坏了。\n请修。"}],
        trail=[{"at": "2024年9月3日 08:12", "title": "提交", "by": "群众", "note": ""}],
        signatures=["承办人", "负责人"],
        printed="2024年9月4日",
        is_demo=False,
    )
    return {**api.case_data(paper), **given}


def slips(name: str = "代表甲", count: int = 1) -> dict[str, Any]:
    slip = api.SignInSlip(
        name=name,
        subtitle="路口镇人大代表",
        user_name="daibiao",
        code="K7M2-9XQD",
        url="https://renda.example/sign-in/",
        valid_until="2024年9月30日",
    )
    return api.slip_data("测试市智慧人大", [slip] * count)


DATA: dict[str, Callable[[], dict[str, Any]]] = {
    "code_sheet": codes,
    "code_poster": codes,
    "case_paper": case,
    "sign_in_slips": slips,
}


def pages(layout: str, data: dict[str, Any]) -> list[Image.Image]:
    return [Image.open(BytesIO(page)).convert("L") for page in api.png(layout, data, dots_per_inch=40)]


def ink(page: Image.Image) -> int:
    return sum(page.histogram()[:200])


def test_every_layout_is_tried_here() -> None:
    assert api.layouts() == sorted(DATA)


@pytest.mark.parametrize("layout", sorted(DATA))
def test_a_layout_sets_one_a4_page(layout: str) -> None:
    data = DATA[layout]()
    assert api.pdf(layout, data).startswith(b"%PDF-")
    (page,) = pages(layout, data)
    assert page.size == pytest.approx((210 / 25.4 * 40, 297 / 25.4 * 40), abs=1)
    assert ink(page) > 1000


@pytest.mark.parametrize(("layout", "count", "expected"), [("code_sheet", 7, 2), ("code_poster", 3, 3)])
def test_cards_go_to_as_many_pages_as_they_need(layout: str, count: int, expected: int) -> None:
    assert len(pages(layout, codes(*[card()] * count))) == expected


def test_slips_go_to_as_many_pages_as_they_need() -> None:
    assert len(pages("sign_in_slips", slips(count=9))) == 2


@pytest.mark.parametrize(
    "text",
    [
        ODD,
        "a\x00b\u202ec\ud800d",
        "𠮷㐂〇·",
        "字" * 3000,
        "x" * 3000,
        "",
        "\n\n\n",
        '"; #import "/etc/passwd"; "',
        "#{1/0}",
    ],
)
def test_no_data_breaks_a_layout(text: str) -> None:
    trail = [{"at": text, "title": text, "by": text, "note": text}]
    sections, rows = [{"heading": text[:80], "text": text}], [{"label": text[:20], "value": text}]
    data = case(title=text[:300], number=text[:40], state=text[:40], rows=rows, sections=sections, trail=trail)
    assert api.pdf("case_paper", data).startswith(b"%PDF-")
    for layout in ("code_sheet", "code_poster"):
        assert len(pages(layout, codes(card(name=text[:60], subtitle=text[:60])))) == 1
    assert len(pages("sign_in_slips", slips(name=text[:60]))) == 1


def test_markup_in_the_data_is_printed_as_it_was_typed() -> None:
    found = words(api.pdf("case_paper", case(sections=[{"heading": "内容", "text": ODD}])))
    # Typst draws straight quotes as they are in data; ligatures and blanks aside, every character is there.
    assert re.sub(r"\s", "", ODD) in found


def test_rare_characters_are_drawn_not_boxed() -> None:
    assert "𠮷㐂〇" in words(api.pdf("case_paper", case(title="𠮷㐂〇")))


def test_a_long_word_stays_on_the_page() -> None:
    (page,) = pages("case_paper", case(sections=[{"heading": "内容", "text": "https://example.com/" + "a" * 400}]))
    right_margin = page.crop((page.width - 35, 0, page.width, page.height))
    assert ink(right_margin) == 0


def test_made_up_data_is_marked_on_every_page() -> None:
    long = [{"heading": "内容", "text": "路灯坏了。\n" * 120}]
    data = case(sections=long, is_demo=True)
    plain = pages("case_paper", {**data, "is_demo": False})
    marked = pages("case_paper", data)
    assert len(plain) == len(marked) > 1
    found = words(api.pdf("case_paper", data))
    assert found.count("演示数据") == len(marked)
    assert "演示数据" not in words(api.pdf("case_paper", {**data, "is_demo": False}))


def test_pages_are_numbered() -> None:
    long = [{"heading": "内容", "text": "路灯坏了。\n" * 120}]
    count = len(pages("case_paper", case(sections=long)))
    assert f"第{count}页，共{count}页" in words(api.pdf("case_paper", case(sections=long)))


def test_an_unknown_layout_is_a_fault() -> None:
    for name in ("nothing", "_house", "../../x"):
        with pytest.raises(LookupError):
            api.pdf(name, {})


def test_a_layout_cannot_read_outside_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(typesetting.LAYOUTS, tmp_path / "layouts")
    (tmp_path / "secret").write_text("geheim")
    (tmp_path / "layouts" / "bad.typ").write_text('#read("../secret")')
    monkeypatch.setattr(typesetting, "LAYOUTS", tmp_path / "layouts")
    with pytest.raises(typst.TypstError):
        api.pdf("bad", {})


def test_without_a_chinese_font_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = typst.Fonts(include_system_fonts=False)
    monkeypatch.setattr(typesetting, "_fonts", lambda: bare)
    monkeypatch.setattr(typesetting, "chinese_fonts", typesetting.chinese_fonts.__wrapped__)
    with pytest.raises(api.MissingFontError) as caught:
        api.pdf("case_paper", case())
    assert "fonts-noto-cjk" in caught.value.message


def test_the_printed_code_leads_where_it_should() -> None:
    data = codes(card(url="https://renda.example/c/AAAA"), card(url="https://renda.example/c/BBBB"))
    first, second = (each["picture"] for each in data["cards"])
    assert first != second
