"""The sketch map (示意图) of the counties, drawn here as SVG from published copies: no tiles, no other site's service."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from renda.kernel.public_zone import api as public_zone
from renda.kernel.public_zone.api import Copy

MOST_COUNTIES = 60
# The drawing's width, and the space around it, in its own units; what is printed on it is sized in the same.
WIDTH, MARGIN = 600.0, 12.0


@dataclass(frozen=True)
class Dot:
    """A station where its manager says that it stands; ``number`` is the one in the list beside the map."""

    number: int
    id: int
    tenant_id: int
    name: str
    x: float
    y: float


@dataclass(frozen=True)
class County:
    """A county as drawn: its outline as an SVG path, where its name stands, and its stations."""

    code: str
    name: str
    path: str
    x: float
    y: float
    dots: tuple[Dot, ...]
    stations: int
    unplaced: int
    is_here: bool


@dataclass(frozen=True)
class Sketch:
    """The counties and, where outlines are known for one at least, the drawing's size and whose lines they are."""

    counties: tuple[County, ...]
    width: float
    height: float
    sources: tuple[str, ...]
    approvals: tuple[str, ...]

    @property
    def is_drawn(self) -> bool:
        """Whether there is anything to draw; else the page is the list alone."""
        return bool(self.height)

    @property
    def is_close(self) -> bool:
        """Whether the frame is around one county, so that its stations can be pressed."""
        return self.here is not None and bool(self.here.dots)

    @property
    def here(self) -> County | None:
        """The county that the page is about."""
        return next((county for county in self.counties if county.is_here), None)


@dataclass(frozen=True)
class _Frame:
    """From degrees to the drawing: north is up, and a degree of longitude is as long as it is at the middle latitude."""

    west: float
    north: float
    across: float
    scale: float
    height: float

    @classmethod
    def around(cls, points: Sequence[Sequence[float]]) -> _Frame:
        west, east = min(x for x, _ in points), max(x for x, _ in points)
        south, north = min(y for _, y in points), max(y for _, y in points)
        across = math.cos(math.radians((south + north) / 2))
        scale = (WIDTH - 2 * MARGIN) / max((east - west) * across, 1e-6)
        return cls(west, north, across, scale, round((north - south) * scale + 2 * MARGIN, 1))

    def at(self, point: Sequence[float]) -> tuple[float, float]:
        longitude, latitude = point
        x = (longitude - self.west) * self.across * self.scale + MARGIN
        return round(x, 1), round((self.north - latitude) * self.scale + MARGIN, 1)

    def path(self, rings: Sequence[Sequence[Sequence[float]]]) -> str:
        return "".join(f"M{'L'.join(f'{x:g} {y:g}' for x, y in map(self.at, ring[:-1]))}Z" for ring in rings)


def sketch(here: str = "") -> Sketch:
    """The map of all counties; the frame is around one of them (``here``, its code) where there are points to see in it."""
    copies = public_zone.found("map", most=MOST_COUNTIES)
    drawn = [copy for copy in copies if copy.body["rings"]]
    framed = [copy for copy in drawn if copy.key == here and copy.body["points"]] or drawn
    corners = [point for copy in framed for ring in copy.body["rings"] for point in ring]
    frame = _Frame.around(corners) if corners else None
    # The one that the page is about comes last, over its neighbours' lines.
    counties = tuple(
        _county(copy, frame, is_here=copy.key == here) for copy in sorted(copies, key=lambda one: one.key == here)
    )
    sources, approvals = _said(drawn, "source", "licence"), _said(drawn, "approval")
    return Sketch(counties, WIDTH, frame.height if frame else 0, sources, approvals)


def _county(copy: Copy, frame: _Frame | None, *, is_here: bool) -> County:
    said = copy.body
    dots = tuple(_dots(said["points"], frame)) if frame else ()
    x, y = frame.at(said["label"]) if frame and said["label"] else (0.0, 0.0)
    path = frame.path(said["rings"]) if frame else ""
    stations = len(said["points"]) + said["unplaced"]
    return County(copy.key, said["name"], path, x, y, dots, stations, said["unplaced"], is_here)


def _dots(points: Sequence[dict[str, Any]], frame: _Frame) -> Iterator[Dot]:
    for number, point in enumerate(points, start=1):
        x, y = frame.at(point["at"])
        yield Dot(number, point["id"], point["tenant_id"], point["name"], x, y)


def _said(copies: Sequence[Copy], *fields: str) -> tuple[str, ...]:
    """What the copies say under these names, each once."""
    words = ("，".join(part for part in (copy.body[name] for name in fields) if part) for copy in copies)
    return tuple(dict.fromkeys(word for word in words if word))
