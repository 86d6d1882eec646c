"""QR pictures that a reader reads, short codes that find a slip."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
import segno
from hypothesis import assume, given
from hypothesis import strategies as st

from renda.kernel.codes import api

BODIES = st.text(st.sampled_from(api.ALPHABET), min_size=7, max_size=7)
POSITIONS = st.integers(0, 7)


def test_the_alphabet_has_no_look_alikes() -> None:
    assert len(set(api.ALPHABET)) == 32
    assert not set("0O1I") & set(api.ALPHABET)


def test_new_codes_are_codes_and_differ() -> None:
    codes = {api.new_short_code() for _ in range(2000)}
    assert len(codes) == 2000
    assert all(api.is_short_code(code) for code in codes)


@given(BODIES, POSITIONS, st.sampled_from(api.ALPHABET))
def test_one_wrong_character_is_found(body: str, at: int, other: str) -> None:
    code = body + api.check_character(body)
    assume(code[at] != other)
    assert api.read_short_code(code[:at] + other + code[at + 1 :]) is None


@given(BODIES, POSITIONS, POSITIONS)
def test_two_swapped_characters_are_found(body: str, first: int, second: int) -> None:
    code = list(body + api.check_character(body))
    assume(code[first] != code[second])
    code[first], code[second] = code[second], code[first]
    assert api.read_short_code("".join(code)) is None


@given(BODIES)
def test_read_however_it_is_typed(body: str) -> None:
    code = body + api.check_character(body)
    printed = api.in_groups(code)
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}", printed)
    full_width = "".join(chr(ord(character) + 0xFEE0) for character in code)
    for typed in (code, printed, printed.lower(), f" {code[:4]} {code[4:]}\n", full_width):
        assert api.read_short_code(typed) == code


@pytest.mark.parametrize("text", ["", "K7M2", "0000-0000", "代表代表代表代表", "2" * 9, "'; DROP TABLE"])
def test_what_is_no_code(text: str) -> None:
    assert api.read_short_code(text) is None


@pytest.mark.parametrize("length", [1, 32])
def test_a_length_that_the_check_does_not_cover_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="2 to 31"):
        api.new_short_code(length)


@pytest.mark.parametrize("text", ["http://127.0.0.1:8000/m/K7M29XQD", "码上见代表", "1"])
def test_the_picture_is_the_code(text: str) -> None:
    root = ET.fromstring(api.svg(text, "扫码留言"))
    name = "{http://www.w3.org/2000/svg}"
    side = int(root.attrib["viewBox"].split()[2])
    dark = set()
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", root.findall(f"{name}path")[1].attrib["d"]):
        dark |= {(int(x) + step, int(y)) for step in range(int(width))}
    expected = segno.make_qr(text, error="m", boost_error=False)
    assert expected.error == "M"
    matrix = [list(row) for row in expected.matrix]
    assert side == len(matrix) + 8
    assert dark == {(x + 4, y + 4) for y, row in enumerate(matrix) for x, module in enumerate(row) if module}


def test_the_picture_has_a_name_and_nothing_that_a_policy_forbids() -> None:
    picture = api.svg("https://renda.example/x?a=1&b=2", '代表<script>"的码')
    assert 'role="img"' in picture
    assert "<title>代表&lt;script&gt;&quot;的码</title>" in picture
    assert "style=" not in picture
    assert "<script" not in picture


def test_a_text_that_no_code_holds_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a text"):
        api.svg("", "空")
    with pytest.raises(ValueError, match="too large"):
        api.svg("x" * 2332, "长")
