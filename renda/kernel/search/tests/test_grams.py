"""Normal text and its grams."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renda.kernel.search import grams


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("ＡＢＣ１２３　路灯", "abc123 路灯"),
        ("路\u200b灯\ufeff坏\u00ad了", "路灯坏了"),
        ("  多\n\t个   空格\x00 ", "多 个 空格"),
        ("①㎡", "1m2"),
        ("Straße", "strasse"),
        ("", ""),
    ],
)
def test_normal(text: str, normal: str) -> None:
    assert grams.normal(text) == normal


def test_grams_are_characters_and_pairs() -> None:
    assert grams.grams("路灯 a1") == sorted(["路", "灯", "a", "1", "路灯", "a1"])


def test_what_a_query_needs() -> None:
    assert grams.query_words("养老 养老 ＷｉＦｉ") == ["养老", "wifi"]
    assert grams.query_grams(["养老保险", "路"]) == sorted(["养老", "老保", "保险", "路"])
    assert grams.patterns(["养老", "养老保险", "100%_\\"]) == ["%养老保险%", "%100\\%\\_\\\\%"]


@given(st.text(max_size=60), st.integers(0, 60), st.integers(1, 10))
def test_every_piece_of_a_text_is_found_by_its_grams(text: str, start: int, length: int) -> None:
    normal = grams.normal(text)
    held = set(grams.grams(normal))
    for word in normal[start : start + length].split():
        assert set(grams.query_grams([word])) <= held
    assert all(" " not in gram and 1 <= len(gram) <= 2 for gram in held)
    assert grams.normal(normal) == normal or re.search(r"[^\x00-\uffff]|[\u0300-\u036f]", text)
