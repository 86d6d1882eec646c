"""What stands in a cell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

from django.utils import timezone

# What a spreadsheet program takes for the begin of a formula (OWASP, CSV injection), full-width forms included.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Excel keeps no more characters in a cell, and no more digits in a number.
CELL_CHARACTERS = 32_767
_NUMBER_DIGITS = 15
_CUT = "……（内容过长，此处截断）"


@dataclass(frozen=True, slots=True)
class Column:
    """A title, how its value is found in a row, and the width in characters."""

    title: str
    value: Callable[[Any], object]
    width: int = 16


Cell = str | int | float | datetime | date


def cell(value: object) -> Cell:
    """The value as a cell: local time without zone, 是/否, long numbers and decimals of money kept exact as text.

    Dates, moments and numbers that a spreadsheet can hold exactly stay what they are.
    """
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case datetime():
            return timezone.localtime(value).replace(tzinfo=None) if value.tzinfo else value
        case float() if not isfinite(value):
            # No sheet holds it, and it is no number that anybody could use.
            return ""
        case date() | float():
            return value
        case int() | Decimal():
            return _number(value)
        case _:
            return str(value)


def _number(value: int | Decimal) -> Cell:
    exact = Decimal(value).is_finite() and len(Decimal(value).as_tuple().digits) <= _NUMBER_DIGITS
    if not exact:
        return str(value)
    return value if isinstance(value, int) else float(value)


def csv_text(value: object) -> str:
    """A cell of a csv file; text that a spreadsheet would run as a formula begins with an apostrophe."""
    known = Decimal(value) if isinstance(value, Decimal) else cell(value)
    match known:
        case datetime():
            return known.strftime("%Y-%m-%d %H:%M:%S")
        case str():
            return f"'{known}" if known.startswith(_FORMULA) else known
        case _:
            return str(known)


def sheet_text(text: str) -> str:
    """Text that fits into a cell; it is stored as text, so no formula runs."""
    return text if len(text) <= CELL_CHARACTERS else text[: CELL_CHARACTERS - len(_CUT)] + _CUT
