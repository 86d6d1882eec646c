"""The conditions on the edges of a `choice` node: a small typed language over the subject's fields.

    lead_unit != null and (level in ("city", "county") or signers >= 10) and not sealed

Names are fields of the subject; literals are text, integers, true, false, null; a text in the form
"2024-09-03" beside a date field is a date. There are no calls, no attributes and no arithmetic, so
a flow file can decide and can do nothing else. The grammar is Python's, read by `ast` and cut down
to a whitelist.

Null follows one rule: an ordering with null on either side is false, equality with null is plain
equality, and a boolean field that is null counts as false.
"""

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from functools import lru_cache
from itertools import pairwise
from typing import Literal

FieldType = Literal["text", "integer", "boolean", "date", "party", "reference", "texts", "parties", "references"]
"""Type of a subject's field.

`party` is a person or post, `reference` another row (an organisation, a congress: an anchor for `who`); both are
compared by id. The plural ones are lists.
"""

FIELD_TYPE_NAMES: dict[str, str] = {
    "text": "文字",
    "integer": "整数",
    "boolean": "是否",
    "date": "日期",
    "party": "人员或岗位",
    "reference": "关联对象",
    "texts": "文字列表",
    "parties": "人员或岗位列表",
    "references": "关联对象列表",
    "null": "空值",
    "list": "列表",
}
MAX_LENGTH = 500
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
}
_CONSTANTS: dict[type, str] = {str: "text", int: "integer", bool: "boolean", type(None): "null"}
_ITEM = {"texts": "text", "parties": "party", "references": "reference"}
_ORDERED = {"integer", "date"}


class ConditionError(ValueError):
    """The text is no condition, or it met values of other types than it was checked for."""


@dataclass(frozen=True)
class Expression:
    """A condition that has been read; `tree` holds nothing outside the whitelist."""

    text: str
    tree: ast.expr

    @property
    def names(self) -> frozenset[str]:
        """The subject's fields that the condition reads."""
        return frozenset(part.id for part in ast.walk(self.tree) if isinstance(part, ast.Name))


@lru_cache(maxsize=1024)
def parse(text: str) -> Expression:
    """Read a condition; raises ConditionError with a Chinese sentence when it is none."""
    if len(text) > MAX_LENGTH:
        raise ConditionError(f"条件过长，最多 {MAX_LENGTH} 个字符")
    try:
        tree = _Literals().visit(ast.parse(text.strip(), mode="eval")).body
    except SyntaxError as error:
        raise ConditionError(f"条件写法有误（第 {error.offset or 1} 个字符附近）：{text}") from None
    except (ValueError, RecursionError, MemoryError):
        raise ConditionError(f"条件写法有误：{text[:50]}") from None
    _admit(tree)
    return Expression(text, tree)


class _Literals(ast.NodeTransformer):
    """`true`, `false`, `null` and negative integers become constants."""

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Constant(_WORDS[node.id]) if node.id in _WORDS else node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        match node:
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(number))) if type(number) is int:
                return ast.Constant(-number)
        return self.generic_visit(node)


def _admit(part: ast.expr) -> None:
    """Raise ConditionError at the first construct outside the whitelist."""
    inner: list[ast.expr] = []
    match part:
        case ast.Name() | ast.Constant(value=str() | bool() | int() | None):
            pass
        case ast.BoolOp(values=values):
            inner = values
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = [operand]
        case ast.Compare(left=left, ops=ops, comparators=others) if all(type(op) in _OPERATORS for op in ops):
            inner = [left, *others]
        case ast.Tuple(elts=items) | ast.List(elts=items):
            if not all(isinstance(item, ast.Constant) for item in items):
                raise ConditionError("列表里只能写文字、整数等固定值")
            inner = items
        case _:
            raise ConditionError(f"条件里不能写“{ast.unparse(part)}”，只能用字段、固定值、比较和 and、or、not")
    for one in inner:
        _admit(one)


def check(expression: Expression, field_types: Mapping[str, FieldType]) -> list[str]:
    """Errors of the condition against the fields it may read, as Chinese sentences; [] when good."""
    unknown = [
        f"没有字段“{name}”{suggestion(name, field_types)}" for name in sorted(expression.names - field_types.keys())
    ]
    if unknown:
        return unknown
    errors: list[str] = []
    found = _type(expression.tree, field_types, errors)
    if not errors and found != "boolean":
        errors.append(f"条件的结果应为“是否”，这里是{FIELD_TYPE_NAMES[found]}")
    return errors


def suggestion(name: str, known: Iterable[str]) -> str:
    """“，是不是“…”？” when a known name resembles `name`, else an empty text."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"，是不是“{close[0]}”？" if close else ""


def _type(part: ast.expr, types: Mapping[str, FieldType], errors: list[str]) -> str:
    """Type of a part; what is wrong inside it is appended to `errors`."""
    match part:
        case ast.Name(id=name):
            return types[name]
        case ast.Constant(value=value):
            return _CONSTANTS[type(value)]
        case ast.Tuple() | ast.List():
            return "list"
        case ast.BoolOp(values=values):
            _all_boolean(values, types, errors)
        case ast.UnaryOp(operand=operand):
            _all_boolean([operand], types, errors)
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            for operator, right in zip(ops, comparators, strict=True):
                _check_pair(left, operator, right, types, errors)
                left = right
    return "boolean"


def _all_boolean(parts: list[ast.expr], types: Mapping[str, FieldType], errors: list[str]) -> None:
    for part in parts:
        found = _type(part, types, errors)
        if found != "boolean":
            errors.append(f"and、or、not 只能连接“是否”，“{ast.unparse(part)}”是{FIELD_TYPE_NAMES[found]}")


def _check_pair(
    left: ast.expr,
    operator: ast.cmpop,
    right: ast.expr,
    types: Mapping[str, FieldType],
    errors: list[str],
) -> None:
    sign = _OPERATORS[type(operator)]
    one, other = _type(left, types, errors), _type(right, types, errors)
    if sign == "in":
        if isinstance(right, ast.Tuple | ast.List):
            for item in right.elts:
                if not _comparable(left, one, item, _type(item, types, errors)):
                    errors.append(f"列表里的“{ast.unparse(item)}”不是{FIELD_TYPE_NAMES[one]}")
        elif other not in _ITEM:
            errors.append(f"in 的右边应为列表，“{ast.unparse(right)}”是{FIELD_TYPE_NAMES[other]}")
        elif one != _ITEM[other] and one != "null":
            errors.append(f"“{ast.unparse(left)}”与“{ast.unparse(right)}”里的内容类型不同")
        return
    if not _comparable(left, one, right, other):
        errors.append(
            f"“{sign}”两边类型不同：“{ast.unparse(left)}”是{FIELD_TYPE_NAMES[one]}，"
            f"“{ast.unparse(right)}”是{FIELD_TYPE_NAMES[other]}"
        )
    elif sign not in ("==", "!=") and not {one, other} & _ORDERED:
        errors.append(f"只有整数和日期能用“{sign}”比较大小")


def _comparable(left: ast.expr, one: str, right: ast.expr, other: str) -> bool:
    if one == other:
        return one != "list"
    if "null" in (one, other):
        return "list" not in (one, other)
    if {one, other} == {"date", "text"}:
        return _date_of(right if one == "date" else left) is not None
    return False


def _date_of(part: ast.expr) -> date | None:
    if not (isinstance(part, ast.Constant) and isinstance(part.value, str)):
        return None
    try:
        return date.fromisoformat(part.value)
    except ValueError:
        return None


_WORDED = {"==": "为", "!=": "不为", "<": "小于", "<=": "不大于", ">": "大于", ">=": "不小于"}
_CONSTANT_WORDS: dict[object, str] = {None: "空", True: "是", False: "否"}


def in_words(expression: Expression, title: Callable[[str], str]) -> str:
    """The condition in Chinese, for people who read a flow; ``title`` gives a field's words."""
    return _words(expression.tree, title)


def _words(part: ast.expr, title: Callable[[str], str]) -> str:
    match part:
        case ast.Name(id=name):
            return title(name)
        case ast.Constant(value=str(text)):
            return f"“{text}”"
        case ast.Constant(value=value):
            return _CONSTANT_WORDS.get(value, str(value)) if value is None or isinstance(value, bool) else str(value)
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return "、".join(_words(item, title) for item in items)
        case ast.UnaryOp(operand=operand):
            return f"并非（{_words(operand, title)}）"
        case ast.BoolOp(op=joined, values=parts):
            inner = [
                f"（{_words(one, title)}）" if isinstance(one, ast.BoolOp) else _words(one, title) for one in parts
            ]
            return ("，且" if isinstance(joined, ast.And) else "，或").join(inner)
        case ast.Compare(left=left, ops=ops, comparators=others):
            pairs = zip((left, *others), ops, others, strict=False)
            return "，且".join(_pair_words(one, _OPERATORS[type(op)], other, title) for one, op, other in pairs)
    raise ConditionError(f"条件里不能写“{ast.unparse(part)}”")


def _pair_words(left: ast.expr, sign: str, right: ast.expr, title: Callable[[str], str]) -> str:
    one, other = _words(left, title), _words(right, title)
    if sign != "in":
        return f"{one}{_WORDED[sign]}{other}"
    return f"{one}是{other}之一" if isinstance(right, ast.Tuple | ast.List) else f"{other}里有{one}"


def evaluate(expression: Expression, values: Mapping[str, object]) -> bool:
    """Does the condition hold for these field values?

    Raises ConditionError when a field is missing or has another type than the condition expects,
    which cannot happen to a condition that `check` passed over the types of these values.
    """
    return bool(_value(expression.tree, values))


def _value(part: ast.expr, values: Mapping[str, object]) -> object:
    match part:
        case ast.Name(id=name):
            return _field(name, values)
        case ast.Constant(value=value):
            return value
        case ast.UnaryOp(operand=operand):
            return not _value(operand, values)
        case ast.BoolOp(op=joined, values=parts):
            return (all if isinstance(joined, ast.And) else any)(_value(one, values) for one in parts)
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return [_value(item, values) for item in items]
        case ast.Compare(left=left, ops=ops, comparators=others):
            pairs = pairwise(_value(one, values) for one in (left, *others))
            return all(_holds(_OPERATORS[type(op)], *pair) for op, pair in zip(ops, pairs, strict=True))
    raise ConditionError(f"条件里不能写“{ast.unparse(part)}”")


def _field(name: str, values: Mapping[str, object]) -> object:
    if name not in values:
        raise ConditionError(f"没有字段“{name}”的值")
    value = values[name]
    return value.date() if isinstance(value, datetime) else value


def _holds(sign: str, left: object, right: object) -> bool:
    if sign == "in":
        if right is None:
            return False
        if not isinstance(right, list | tuple | set | frozenset):
            raise ConditionError("in 的右边应为列表")
        return any(_equal(left, item) for item in right)
    if sign == "==":
        return _equal(left, right)
    if sign == "!=":
        return not _equal(left, right)
    if left is None or right is None:
        return False
    left, right = _as_dates(left, right)
    if isinstance(left, date) and isinstance(right, date):
        left, right = left.toordinal(), right.toordinal()
    if not (isinstance(left, int) and isinstance(right, int)):
        raise ConditionError(f"“{left}”与“{right}”不能比较大小")
    order = left - right
    return {"<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0}[sign]


def _equal(left: object, right: object) -> bool:
    left, right = _as_dates(left, right)
    return isinstance(left, bool) == isinstance(right, bool) and left == right


def _as_dates(left: object, right: object) -> tuple[object, object]:
    """A text beside a date is a date."""
    try:
        if isinstance(left, date) and isinstance(right, str):
            return left, date.fromisoformat(right)
        if isinstance(left, str) and isinstance(right, date):
            return date.fromisoformat(left), right
    except ValueError as error:
        raise ConditionError(f"日期写法有误：{error}") from None
    return left, right
