"""A flow as a TOML file again, so that a fork can be read, edited as text, and kept outside the database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_NEWLINE = "\n"
# The database keeps no order of keys; people read a flow in this one. What is not named here comes last.
_ORDER = (
    *("key", "from", "id", "title", "subject", "kind", "on", "when", "otherwise", "to", "who", "mode", "actions"),
    *("titles", "deadline", "on_timeout", "on_empty", "until", "call", "join", "outcome"),
)
_RANK = {key: rank for rank, key in enumerate(_ORDER)}


def to_toml(graph: Mapping[str, Any]) -> str:
    """The file of a graph (its JSON form); ``parse`` of it gives the same graph, with the lines of this text."""
    head = {key: value for key, value in graph.items() if key not in ("node", "edge", "lines")}
    parts = [_pairs(head)]
    for name in ("node", "edge"):
        parts += [f"[[{name}]]\n{_pairs(item)}" for item in graph.get(name, ())]
    return _NEWLINE.join(parts)


def _pairs(table: Mapping[str, Any]) -> str:
    ordered = sorted(table.items(), key=lambda item: (_RANK.get(item[0], len(_RANK)), item[0]))
    return "".join(f"{_key(key)} = {_value(value)}\n" for key, value in ordered)


def _key(key: str) -> str:
    bare = key.replace("_", "").replace("-", "")
    return key if bare.isascii() and bare.isalnum() else _value(key)


def _value(value: Any) -> str:
    """Strings, numbers, truth values, lists and inner tables: all that a flow file holds."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    # JSON writes these as TOML does; DEL is the one character that TOML wants escaped and JSON does not.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
