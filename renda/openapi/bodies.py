"""Reading a JSON body: what two readers could understand differently is refused, and nothing can exhaust the reader."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from django.http import HttpRequest
from ninja.parser import Parser

from renda.kernel.errors import RendaError

DEEPEST = 20


class Unreadable(RendaError):
    """The body is no JSON that everybody reads alike."""

    default_code = "body.unreadable"
    default_message = "请求内容不是有效的 JSON。"


def read_json(body: bytes) -> Any:
    """A body as JSON of RFC 8259, in UTF-8, without repeated names, NaN and half characters, at most 20 deep.

    Raises:
        Unreadable: it is none.
    """
    try:
        value = json.loads(
            body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number, parse_float=_finite
        )
        _look_at(value, 0)
        # A half of a surrogate pair can be written in JSON and stored nowhere.
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise Unreadable from error
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Unreadable("body.repeated", "请求内容里有重复的字段名。")
    return found


def _no_number(word: str) -> NoReturn:
    raise Unreadable("body.number", f"请求内容里不能有 {word}。")


def _finite(text: str) -> float:
    if not math.isfinite(value := float(text)):
        _no_number(text[:20])
    return value


def _look_at(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise Unreadable("body.depth", f"请求内容的层级超过 {DEEPEST} 层。")
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inside:
        _look_at(one, depth + 1)


class StrictParser(Parser):
    """Every body of the API is read by ``read_json``."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body's value."""
        return read_json(request.body)
