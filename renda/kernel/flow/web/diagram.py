"""A flow as a simple picture: boxes in rows from the start down, lines between them, ways back at the side.

The list of steps says the same in words; the picture is its illustration.
"""

from __future__ import annotations

from dataclasses import dataclass

from renda.kernel.flow.shapes import Definition

BOX_WIDTH, BOX_HEIGHT = 156, 56  # pixels: two lines of eight characters, in elder mode too
LINE = 22  # from one line of text to the next
GAP_X, GAP_Y = 28, 44
MARGIN = 12
SIDE = 18  # between two lines that lead back


@dataclass(frozen=True, slots=True)
class Box:
    """A node: its left upper corner, title in at most two lines, kind."""

    id: str
    kind: str
    lines: tuple[str, ...]
    x: int
    y: int

    width: int = BOX_WIDTH
    height: int = BOX_HEIGHT

    @property
    def middle(self) -> int:
        return self.x + BOX_WIDTH // 2

    @property
    def text(self) -> tuple[tuple[int, str], ...]:
        """The lines with the height of each."""
        first = self.y + BOX_HEIGHT // 2 + 6 - LINE // 2 * (len(self.lines) - 1)
        return tuple((first + LINE * index, line) for index, line in enumerate(self.lines))


@dataclass(frozen=True, slots=True)
class Line:
    """An edge as an SVG path; ``back`` leads up or sideways."""

    path: str
    back: bool


@dataclass(frozen=True, slots=True)
class Diagram:
    """What the template draws."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: int
    height: int


def draw(definition: Definition) -> Diagram:
    """Lay a flow out; nodes that cannot be reached stand in the last row."""
    rows = _rows(definition)
    widest = max(len(row) for row in rows)
    span = widest * (BOX_WIDTH + GAP_X) - GAP_X
    boxes: dict[str, Box] = {}
    for level, row in enumerate(rows):
        left = MARGIN + (span - (len(row) * (BOX_WIDTH + GAP_X) - GAP_X)) // 2
        for index, node_id in enumerate(row):
            node = definition.by_id[node_id]
            x, y = left + index * (BOX_WIDTH + GAP_X), MARGIN + level * (BOX_HEIGHT + GAP_Y)
            boxes[node_id] = Box(node_id, node.kind, _wrapped(node.title), x, y)
    lines, backs = [], 0
    for edge in definition.edges:
        if edge.source not in boxes or edge.to not in boxes:
            continue
        start, end = boxes[edge.source], boxes[edge.to]
        back = end.y - start.y != BOX_HEIGHT + GAP_Y
        backs += back
        lines.append(Line(_around(start, end, MARGIN + span + SIDE * backs) if back else _down(start, end), back))
    height = MARGIN * 2 + len(rows) * (BOX_HEIGHT + GAP_Y) - GAP_Y
    return Diagram(tuple(boxes.values()), tuple(lines), MARGIN * 2 + span + SIDE * (backs + 1), height)


def _rows(definition: Definition) -> list[list[str]]:
    """Nodes by their distance from the start."""
    level: dict[str, int] = {definition.start.id: 0}
    todo = [definition.start.id]
    for node_id in todo:
        for edge in definition.out(node_id):
            if edge.to in definition.by_id and edge.to not in level:
                level[edge.to] = level[node_id] + 1
                todo.append(edge.to)
    rows: list[list[str]] = [[] for _ in range(max(level.values()) + 1)]
    for node_id, row in level.items():
        rows[row].append(node_id)
    lost = [node.id for node in definition.nodes if node.id not in level]
    return [*rows, lost] if lost else rows


def _wrapped(title: str) -> tuple[str, ...]:
    """At most two lines of eight characters."""
    if len(title) <= 8:
        return (title,)
    return title[:8], title[8:16] if len(title) <= 16 else title[8:15] + "…"


def _down(start: Box, end: Box) -> str:
    y = start.y + BOX_HEIGHT
    half = y + GAP_Y // 2
    return f"M{start.middle} {y} C{start.middle} {half} {end.middle} {half} {end.middle} {end.y - 2}"


def _around(start: Box, end: Box, x: int) -> str:
    """From the right side of a box by the margin at ``x`` to the right side of another."""
    y, back = start.y + BOX_HEIGHT // 2 + 6, end.y + BOX_HEIGHT // 2 - 6
    return f"M{start.x + BOX_WIDTH} {y} H{x} V{back} H{end.x + BOX_WIDTH + 2}"
