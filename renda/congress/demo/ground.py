"""Where the invented stations stand: points within their county's outline, in little groups, one group a township.

Nobody publishes where the real ones are; like the people of the demo city these points are made up, the same ones each time.
"""

from __future__ import annotations

import random
from decimal import Decimal
from itertools import pairwise

from renda.congress.models import Place, full_code
from renda.congress.shapes import DEMO_SHAPES, DIGITS, Point, Ring, read_shapes

# Degrees: how widely the stations of a township lie around its middle.
_SPREAD = 0.015
_TRIES = 200


class Ground:
    """The outlines by county, and the dice."""

    def __init__(self) -> None:
        self.rings = {row.code: row.rings for row in read_shapes(DEMO_SHAPES)}
        self.random = random.Random(421100)
        self.middles: dict[str, list[Point]] = {}

    def middle(self, township: Place) -> Point | None:
        """A township's middle, apart from those of its county so far; None where its county has no outline."""
        county = _county(township)
        rings = self.rings.get(county)
        if rings is None:
            return None
        known = self.middles.setdefault(county, [])
        found = max((self._within(rings) for _ in range(12)), key=lambda point: _distance(point, known))
        known.append(found)
        return found

    def near(self, middle: Point | None, township: Place) -> tuple[Decimal, Decimal] | tuple[None, None]:
        """Longitude and latitude of a station near the middle of its township."""
        if middle is None:
            return None, None
        rings = self.rings[_county(township)]
        for _ in range(_TRIES):
            point = (self.random.gauss(middle[0], _SPREAD), self.random.gauss(middle[1], _SPREAD))
            if is_within(point, rings):
                middle = point
                break
        longitude, latitude = (Decimal(f"{value:.{DIGITS}f}") for value in middle)
        return longitude, latitude

    def _within(self, rings: list[Ring]) -> Point:
        across = [x for ring in rings for x, _ in ring]
        along = [y for ring in rings for _, y in ring]
        while True:
            point = (self.random.uniform(min(across), max(across)), self.random.uniform(min(along), max(along)))
            if is_within(point, rings):
                return point


def is_within(point: Point, rings: list[Ring]) -> bool:
    """Whether a point lies inside of rings that are filled even-odd: a ray to the east crosses them an odd number of times."""
    x, y = point
    crossed = 0
    for ring in rings:
        for (x1, y1), (x2, y2) in pairwise(ring):
            crossed += (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1)
    return crossed % 2 == 1


def _county(township: Place) -> str:
    return full_code(township.code[:6])


def _distance(point: Point, others: list[Point]) -> float:
    """Squared, to the nearest of the others."""
    return min(((point[0] - x) ** 2 + (point[1] - y) ** 2 for x, y in others), default=0.0)
