"""Reading one table of a flow file: typed getters that collect every problem instead of stopping at the first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T", str, int)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a flow, said to its author."""

    line: int  # 1-based; 0 when it is about the whole file
    node: str
    message: str

    def __str__(self) -> str:
        where = f"第 {self.line} 行" if self.line else "全文"
        return f"{where}{f'，环节 {self.node}' if self.node else ''}：{self.message}"


class FlowSyntaxError(ValueError):
    """A text that is not a flow; ``problems`` lists everything found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, problems)))


class Reader:
    """One table of the file, with the line it starts at and the list its problems go to."""

    def __init__(self, data: Mapping[str, Any], line: int, node: str, problems: list[Problem]) -> None:
        self._data = data
        self.line = line
        self.node = node
        self._problems = problems

    def need(self, truth: object, message: str) -> None:
        """Note a problem unless ``truth``."""
        if not truth:
            self._problems.append(Problem(self.line, self.node, message))

    def known(self, keys: Sequence[str]) -> None:
        """Note each key that is not among ``keys``."""
        for key in self._data:
            self.need(key in keys, f"不认识的项“{key}”。")

    def raw(self, key: str) -> Any:
        """The value as it stands, or None."""
        return self._data.get(key)

    def text(self, key: str, *, required: bool = False) -> str:
        """A string, "" when absent."""
        value = self._data.get(key, "")
        self.need(isinstance(value, str), f"“{key}”应是一段文字。")
        self.need(not required or bool(value), f"缺少“{key}”。")
        return value if isinstance(value, str) else ""

    def choice(self, key: str, allowed: Sequence[str], default: str) -> str:
        """One of the allowed words."""
        value = self.text(key) if key in self._data else default
        self.need(
            value in allowed,
            f"“{key}”不能是“{value}”，可以是：{'、'.join(filter(None, allowed))}。",
        )
        return value if value in allowed else default

    def number(self, key: str, default: int) -> int:
        """A whole number ≥ 0."""
        value = self._data.get(key, default)
        good = isinstance(value, int) and not isinstance(value, bool) and value >= 0
        self.need(good, f"“{key}”应是不小于 0 的整数。")
        return value if good else default

    def flag(self, key: str, *, default: bool = False) -> bool:
        """A truth value."""
        value = self._data.get(key, default)
        self.need(isinstance(value, bool), f"“{key}”应是 true 或 false。")
        return value if isinstance(value, bool) else default

    def words(
        self,
        key: str,
        default: tuple[str, ...] = (),
        *,
        allowed: Sequence[str] | None = None,
        prefix: str = "",
    ) -> tuple[str, ...]:
        """A string or a list of strings, as a tuple; words outside ``allowed`` need ``prefix``."""
        value = self._data.get(key)
        if value is None:
            return default
        items = [value] if isinstance(value, str) else value
        good = isinstance(items, list | tuple) and all(isinstance(item, str) for item in items)
        self.need(good, f"“{key}”应是一段文字或一列文字。")
        if not good:
            return default
        for item in items:
            fits = allowed is None or item in allowed or (bool(prefix) and item.startswith(prefix))
            self.need(fits, f"“{key}”里的“{item}”不认识。")
        return tuple(item for item in items if item)

    def pairs(self, key: str, kind: type[T]) -> tuple[tuple[str, T], ...]:
        """A table from strings to values of one type."""
        value = self._data.get(key, {})
        good = isinstance(value, Mapping) and all(isinstance(item, kind) for item in value.values())
        self.need(good, f"“{key}”应是一张名值表。")
        return tuple(value.items()) if good else ()

    def table(self, key: str, keys: Sequence[str]) -> Reader:
        """An inner table (empty when absent) whose keys are known."""
        value = self._data.get(key, {})
        self.need(isinstance(value, Mapping), f"“{key}”应是一张名值表。")
        inner = Reader(
            value if isinstance(value, Mapping) else {},
            self.line,
            self.node,
            self._problems,
        )
        inner.known(keys)
        return inner

    def tables(self, key: str, lines: Sequence[int]) -> Iterator[Reader]:
        """The rows of an array of tables, each with its line."""
        value = self._data.get(key, [])
        good = isinstance(value, list | tuple) and all(isinstance(item, Mapping) for item in value)
        self.need(good, f"“{key}”应写成 [[{key}]]。")
        for index, item in enumerate(value if good else ()):
            yield Reader(item, lines[index] if index < len(lines) else 0, "", self._problems)
