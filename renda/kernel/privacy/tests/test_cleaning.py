"""Text as typed by anybody, on any phone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renda.kernel.privacy.api import clean_text


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("路灯\x00坏了", "路灯坏了"),
        ("路\u200b灯\ufeff坏\u2060了", "路灯坏了"),
        ("\u202e了坏灯路\u202c", "了坏灯路"),
        ("a\ud800b\udfffc", "abc"),
        ("a\U000e0041b", "ab"),
        ("第一行\r\n第二行\r第三行\u2028第四行", "第一行\n第二行\n第三行\n第四行"),
        ("  尾部空格   \n\n", "尾部空格"),
        ("e\u0301", "é"),
        ("\x85\x1b[31m红", "[31m红"),
    ],
)
def test_unseen_characters_go(typed: str, stored: str) -> None:
    assert clean_text(typed) == stored


@pytest.mark.parametrize("name", ["𠮷野", "㐂", "〇八", "阿卜杜拉·买买提", "葛\U000e0100城", "𬭎", "👍🏽", "１３８"])
def test_seen_characters_stay(name: str) -> None:
    assert clean_text(name) == name


def test_one_line_joins_all_blanks() -> None:
    assert clean_text(" 王\u3000小明\t\n电工\u00a0班 ", one_line=True) == "王 小明 电工 班"


@given(st.text(alphabet=st.characters()))
def test_clean_text_can_be_stored_and_is_stable(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once
    assert "\x00" not in once
    once.encode("utf-8")
