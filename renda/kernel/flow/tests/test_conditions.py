"""Conditions: what is accepted, what is refused with which sentence, and what they decide."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renda.kernel.flow.conditions import (
    ConditionError,
    FieldType,
    check,
    evaluate,
    in_words,
    parse,
)

TYPES: dict[str, FieldType] = {
    "level": "text",
    "title": "text",
    "signers": "integer",
    "amount": "integer",
    "sealed": "boolean",
    "happened_on": "date",
    "asked_on": "date",
    "lead_unit": "party",
    "joint_units": "parties",
    "labels": "texts",
}
EPOCH = date(2024, 1, 1)
texts = st.sampled_from(["", "city", "county", "township", "2024-01-03"])
integers = st.integers(-5, 5)
dates = st.integers(0, 9).map(lambda days: EPOCH + timedelta(days))
VALUES: dict[str, st.SearchStrategy[object]] = {
    "text": texts,
    "integer": integers,
    "boolean": st.booleans(),
    "date": dates,
    "party": integers,
    "texts": st.lists(texts, max_size=3),
    "parties": st.lists(integers, max_size=3),
}
subjects = st.fixed_dictionaries({name: st.none() | VALUES[kind] for name, kind in TYPES.items()})
Meaning = Callable[[dict[str, object]], bool]


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ('level == "city"', {"level": "city"}, True),
        ('level in ("city", "county")', {"level": "county"}, True),
        ('level in ["city"]', {"level": None}, False),
        ("signers >= 10 and not sealed", {"signers": 10, "sealed": None}, True),
        ("1 < signers <= 3", {"signers": 3}, True),
        ("1 < signers <= 3", {"signers": 4}, False),
        ("signers > -1", {"signers": 0}, True),
        ("signers < 3", {"signers": None}, False),
        ("not signers < 3", {"signers": None}, True),
        ('happened_on >= "2024-09-03"', {"happened_on": date(2024, 9, 3)}, True),
        ('"2024-09-03" < happened_on', {"happened_on": date(2024, 9, 3)}, False),
        ("lead_unit == null", {"lead_unit": None}, True),
        ("lead_unit in joint_units", {"lead_unit": 3, "joint_units": [1, 3]}, True),
        ("lead_unit in joint_units", {"lead_unit": 3, "joint_units": None}, False),
        ('"道路" in labels', {"labels": ["道路"]}, True),
        ("sealed == true or level != null", {"sealed": False, "level": None}, False),
    ],
)
def test_decides(text: str, values: dict[str, object], expected: bool) -> None:
    expression = parse(text)
    assert check(expression, TYPES) == []
    assert evaluate(expression, values) is expected


@pytest.mark.parametrize(
    "text",
    [
        "signers.real == 1",
        "open('x')",
        "signers + 1 == 2",
        "[x for x in labels] == labels",
        "lambda: 1",
        "sealed if sealed else sealed",
        "level is null",
        "1.5 < signers",
        "b'a' == level",
        "f'{level}' == level",
        "level[0] == 'a'",
        "(sealed := true)",
        "level in (title, 'a')",
        "level in (('a',),)",
        "-signers == 1",
        "- true == 1",
        "level = 'a'",
        "level ==",
        "",
        "(" * 400,
        "not " * 200,
        "x" * 501,
        "level == 'a\0'",
    ],
)
def test_refuses_what_is_no_condition(text: str) -> None:
    with pytest.raises(ConditionError):
        parse(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('levell == "city"', "没有字段“levell”，是不是“level”？"),
        ("signers == 'a'", "“==”两边类型不同：“signers”是整数，“'a'”是文字"),
        ("signers", "条件的结果应为“是否”，这里是整数"),
        ("not level", "“level”是文字"),
        ("sealed and signers", "“signers”是整数"),
        ("level < 'city'", "只有整数和日期能用“<”比较大小"),
        ("sealed < true", "只有整数和日期能用“<”比较大小"),
        ("happened_on > '3 September'", "“>”两边类型不同"),
        ("happened_on > '2024-13-01'", "“>”两边类型不同"),
        ("level in ('city', 1)", "列表里的“1”不是文字"),
        ("level in title", "in 的右边应为列表"),
        ("level in joint_units", "内容类型不同"),
        ("labels == ('a', 'b')", "两边类型不同"),
        ("null < null", "只有整数和日期"),
    ],
)
def test_names_the_fault(text: str, words: str) -> None:
    errors = check(parse(text), TYPES)
    assert any(words in error for error in errors), errors


def test_a_missing_value_is_an_error_and_not_null() -> None:
    with pytest.raises(ConditionError, match="signers"):
        evaluate(parse("signers == null"), {})


def ordinal(value: int | date) -> int:
    return value if isinstance(value, int) else value.toordinal()


@st.composite
def atoms(draw: st.DrawFn) -> tuple[str, Meaning]:
    """A comparison of two integer or date fields, or of a field and a literal, and what it means."""
    sign = draw(st.sampled_from(["==", "!=", "<", "<=", ">", ">="]))
    left, right = draw(st.sampled_from([("signers", "amount"), ("happened_on", "asked_on")]))
    literal: object = None
    if draw(st.booleans()):
        literal = draw(integers if left == "signers" else dates)
        right = str(literal) if left == "signers" else f'"{literal}"'

    def meaning(values: dict[str, object]) -> bool:
        one = values[left]
        other = values[right] if literal is None else literal
        if sign == "==":
            return one == other
        if sign == "!=":
            return one != other
        if one is None or other is None:
            return False
        assert isinstance(one, int | date)
        assert isinstance(other, int | date)
        difference = ordinal(one) - ordinal(other)
        return {
            "<": difference < 0,
            "<=": difference <= 0,
            ">": difference > 0,
            ">=": difference >= 0,
        }[sign]

    return f"{left} {sign} {right}", meaning


def combine(
    inner: st.SearchStrategy[tuple[str, Meaning]],
) -> st.SearchStrategy[tuple[str, Meaning]]:
    pairs = st.tuples(inner, inner)
    return st.one_of(
        inner.map(lambda one: (f"not ({one[0]})", lambda values: not one[1](values))),
        pairs.map(
            lambda p: (
                f"({p[0][0]}) and ({p[1][0]})",
                lambda v: p[0][1](v) and p[1][1](v),
            )
        ),
        pairs.map(
            lambda p: (
                f"({p[0][0]}) or ({p[1][0]})",
                lambda v: p[0][1](v) or p[1][1](v),
            )
        ),
    )


@given(st.recursive(atoms(), combine, max_leaves=6), subjects)
def test_agrees_with_its_meaning(condition: tuple[str, Meaning], values: dict[str, object]) -> None:
    text, meaning = condition
    if len(text) > 500:
        return
    expression = parse(text)
    assert check(expression, TYPES) == []
    assert evaluate(expression, values) is meaning(values)


operands = st.sampled_from(
    [
        *TYPES,
        "null",
        "true",
        "false",
        "3",
        "-2",
        "'city'",
        "'2024-01-05'",
        "('city', null)",
        "[1, 2]",
    ]
)
loose = st.recursive(
    st.tuples(operands, st.sampled_from(["==", "!=", "<", ">=", "in", "and", "or"]), operands).map(" ".join),
    lambda inner: st.one_of(
        inner.map("not ({})".format),
        st.tuples(inner, inner).map("({0[0]}) and ({0[1]})".format),
    ),
    max_leaves=4,
)


@given(loose, subjects)
def test_what_passed_the_check_never_fails(text: str, values: dict[str, object]) -> None:
    expression = parse(text)
    if check(expression, TYPES) == []:
        assert evaluate(expression, values) in (True, False)


@given(st.text(max_size=60) | st.text("abc()[]<>=!'\"., 12andortinu:*-+", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        expression = parse(text)
    except ConditionError:
        return
    assert expression.text == text
    assert all(isinstance(error, str) for error in check(expression, TYPES))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lead_unit != null", "主办单位不为空"),
        ("level in ('city', 'county')", "级别是“city”、“county”之一"),
        ("signers >= 10 and not sealed", "联名人数不小于10，且并非（封存）"),
        ("sealed == true or signers < 3", "封存为是，或联名人数小于3"),
        ("3 <= signers < 10", "3不大于联名人数，且联名人数小于10"),
        ("(sealed or signers > 9) and level == 'city'", "（封存，或联名人数大于9），且级别为“city”"),
        ("lead_unit in joint_units", "会办单位里有主办单位"),
    ],
)
def test_is_said_in_words(text: str, words: str) -> None:
    titles = {
        "lead_unit": "主办单位",
        "level": "级别",
        "signers": "联名人数",
        "sealed": "封存",
        "joint_units": "会办单位",
    }
    assert in_words(parse(text), titles.__getitem__) == words


@given(loose)
def test_every_condition_has_words(text: str) -> None:
    said = in_words(parse(text), lambda name: "字段")
    assert said
    assert not set("=<>[]()") & set(said)
