"""Shapes of personal data in free text. All numbers here are made up; the ID numbers have a date nobody was born on
or are the standard's own examples."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renda.kernel.privacy.api import find_personal_data, is_id_number, redact, secret_marks

WHOLE_ID = "11010519491231002X"  # the example of GB 11643-1999, 4.2


def _kinds(text: str) -> list[tuple[str, str]]:
    return [(found.kind, text[found.start : found.end]) for found in find_personal_data(text)]


@pytest.mark.parametrize(
    ("text", "kind", "place"),
    [
        ("请打13812345678联系我", "mobile", "13812345678"),
        ("电话138 1234 5678。", "mobile", "138 1234 5678"),
        ("电话138-1234-5678。", "mobile", "138-1234-5678"),
        ("电话138一1234一5678。", "mobile", "138一1234一5678"),
        ("电话1381-234-5678。", "mobile", "1381-234-5678"),
        ("电话1 3 8 1 2 3 4 5 6 7 8。", "mobile", "1 3 8 1 2 3 4 5 6 7 8"),
        ("电话１３８１２３４５６７８。", "mobile", "１３８１２３４５６７８"),
        ("电话138\u200b1234\u200b5678。", "mobile", "138\u200b1234\u200b5678"),
        ("幺三八一二三四五六七八", "mobile", "幺三八一二三四五六七八"),
        ("+86 13812345678", "mobile", "+86 13812345678"),
        ("座机0713-8612345", "landline", "0713-8612345"),
        ("座机(0713)8612345", "landline", "(0713)8612345"),
        ("固话：8612345", "landline", "8612345"),
        (f"身份证{WHOLE_ID}", "id_number", WHOLE_ID),
        ("身份证110105194912310021", "id_number", "110105194912310021"),
        ("身份证110105 19491231 002X", "id_number", "110105 19491231 002X"),
        ("旧证110105491231002", "id_number", "110105491231002"),
        ("鄂J12345逆行", "plate", "鄂J12345"),
        ("鄂J·A123B逆行", "plate", "鄂J·A123B"),
        ("鄂JD12345逆行", "plate", "鄂JD12345"),
        ("鄂AF12345逆行", "plate", "鄂AF12345"),
        ("鄂A12345D货车", "plate", "鄂A12345D"),
        ("鄂J1234学", "plate", "鄂J1234学"),
        ("发到zhang.san@example.com吧", "email", "zhang.san@example.com"),
        ("卡号6222 0200 0000 0000 000", "bank_card", "6222 0200 0000 0000 000"),
        ("QQ：123456789", "account", "123456789"),
        ("加微信 abc_12345", "account", "abc_12345"),
        ("住3栋2单元501室", "home", "3栋2单元501室"),
        ("住12号楼1003室", "home", "12号楼1003室"),
        ("联系人：王小明", "name", "王小明"),
        ("护照E12345678", "passport", "E12345678"),
    ],
)
def test_personal_data_is_found_where_it_stands(text: str, kind: str, place: str) -> None:
    assert (kind, place) in _kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "2019年10月13日至2020年1月5日停水",
        "二〇一九年十二月三十一日前答复",
        "拨打12345和110都没有用",
        "中标价123456789.50元，订单号20191013123456789",
        "身份证110105194913310021",  # month 13
        "编号990105194912310021",  # no province 99
        "黄州大道138号",
        "川A股上涨12.5%",
        "湘江流域A级景区",
        "卡号6222020000000000001",  # fails Luhn
        "3号楼的电梯坏了，2单元也坏了",
        "我叫了三次都没人来",
    ],
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert _kinds(text) == []


def test_redaction_names_what_was_there() -> None:
    text = "我是鄂J12345车主，电话138 1234 5678，证号110105194912310021，请回电。"
    assert redact(text) == "我是〔车牌号〕车主，电话〔手机号〕，证号〔身份证号〕，请回电。"


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_mobile_number_survives_redaction(before: str, after: str) -> None:
    text = f"{before} 13812345678 {after}"
    assert "13812345678" not in redact(text)


@given(st.text(alphabet="一138 -0713鄂JAD12345X@.a幺", max_size=80))
def test_spans_are_ordered_and_apart(text: str) -> None:
    spans = find_personal_data(text)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(first.end <= second.start for first, second in pairwise(spans))


def test_long_hostile_text_takes_linear_time() -> None:
    find_personal_data("a@" * 20_000 + "1 " * 20_000 + "鄂J" * 10_000)


@pytest.mark.parametrize(
    ("number", "whole"),
    [
        (WHOLE_ID, True),
        (WHOLE_ID.lower(), True),
        ("440524188001010014", True),  # the standard's second example
        ("110105194912310021", False),  # wrong check figure
        ("110105491231002", False),  # 15 figures
        ("110105194902300026", False),  # 30 February
        ("１１０１０５１９４９１２３１００２Ｘ", False),
        ("", False),
    ],
)
def test_id_number_is_checked_whole(number: str, whole: bool) -> None:
    assert is_id_number(number) is whole


@pytest.mark.parametrize(
    "text", ["机密★10年", "秘密★启用前\n一、", "密级：机密", "【绝密】", "关于…\n绝密\n", "(秘密)", "绝密文件"]
)
def test_marks_of_secrecy_are_seen(text: str) -> None:
    assert secret_marks(text)


@pytest.mark.parametrize(
    "text", ["这是公开的秘密", "侵犯商业秘密", "秘密投票表决", "无记名、秘密写票处", "涉及国家秘密的除外"]
)
def test_the_word_in_ordinary_speech_is_no_mark(text: str) -> None:
    assert not secret_marks(text)
    assert not secret_marks(text, title=True)


@pytest.mark.parametrize("name", ["机密-预算.docx", "关于绝密事项的通知.pdf", "秘密_2024.doc", "通知(秘密).pdf"])
def test_a_title_is_read_more_strictly(name: str) -> None:
    assert secret_marks(name, title=True)
