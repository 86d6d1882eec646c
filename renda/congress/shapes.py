"""County outlines from a GeoJSON file, made light enough for a sketch map without tearing borders that two counties share."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from renda.congress.models import Place, PlaceLevel, full_code
from renda.congress.place_files import DATA
from renda.kernel.errors import Invalid

DEMO_SHAPES = DATA / "huanggang_shapes.geojson"
# A bend of less than this many degrees (about 450 m) is not to be seen on a map of a city that is a hand wide.
TOLERANCE = 0.004
DIGITS = 4  # of a degree: some 10 m
_FEWEST = 4  # positions of a closed ring
_LARGEST_FILE = 20 * 1024 * 1024

Point = tuple[float, float]
Ring = list[Point]


@dataclass(frozen=True, slots=True)
class ShapeRow:
    """One county's outline: rings of WGS 84 (longitude, latitude), filled even-odd; where its name stands."""

    code: str
    rings: list[Ring]
    label: Point


@dataclass(frozen=True, slots=True)
class ShapeSource:
    """What is printed under the map: whose lines they are, under which licence, and the map's 审图号 if it has one."""

    source: str
    licence: str = ""
    approval: str = ""


def said_of(path: Path, *, source: str = "", approval: str = "") -> ShapeSource:
    """Where a file is from: as given, else from ``NAME_metadata.json`` beside it.

    Raises:
        Invalid: neither says a source; a map without one is not shown.
    """
    beside = path.with_name(f"{path.stem}_metadata.json")
    said = json.loads(beside.read_text(encoding="utf-8")) if beside.is_file() else {}
    found = source or str(said.get("source", ""))
    if not found:
        raise Invalid(fields={"source": f"请用 --source 写明图形来源，或在 {beside.name} 中写明 source。"})
    return ShapeSource(
        found[:200], str(said.get("licence", ""))[:100], (approval or str(said.get("approval", "")))[:50]
    )


def read_shapes(path: Path) -> list[ShapeRow]:
    """The counties of a GeoJSON file (RFC 7946), simplified. A feature names its county by ``id`` or by the property
    ``code`` or ``adcode``.

    Raises:
        Invalid: not such a file, or a feature is not the outline of a county in force; each is named.
    """
    features = _features(path)
    errors: dict[str, str] = {}
    read: list[ShapeRow] = []
    counties = set(Place.objects.filter(level=PlaceLevel.COUNTY, valid_to__isnull=True).values_list("code", flat=True))
    for number, feature in enumerate(features, start=1):
        try:
            row = _row(feature)
            if row.code not in counties:
                raise ValueError(f"代码 {row.code} 不是现行的县级区划")
            if row.code in {one.code for one in read}:
                raise ValueError(f"代码 {row.code} 重复")
            read.append(row)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            errors[f"第 {number} 个图形"] = str(error) if isinstance(error, ValueError) else "不是县级边界的多边形"
    if errors:
        raise Invalid("place.shapes", f"文件中有 {len(errors)} 个图形不能导入。", fields=errors)
    light = iter(simplified([ring for row in read for ring in row.rings]))
    rows = [ShapeRow(row.code, [next(light) for _ in row.rings], row.label) for row in read]
    # An island smaller than a bend is gone.
    return [ShapeRow(row.code, [ring for ring in row.rings if len(ring) >= _FEWEST], row.label) for row in rows]


def _features(path: Path) -> list[Any]:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise Invalid(fields={"file": f"{path.name} 超过 20 MB，请先简化。"})
        said = json.loads(path.read_text(encoding="utf-8-sig"))
        features = said["features"] if said["type"] == "FeatureCollection" else []
    except FileNotFoundError as error:
        raise Invalid(fields={"file": f"找不到文件 {path}"}) from error
    except OSError as error:
        raise Invalid(fields={"file": f"无法读取 {path}：{error.strerror}"}) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Invalid(fields={"file": f"{path.name} 不是 GeoJSON 文件。"}) from error
    if not isinstance(features, list) or not features:
        raise Invalid(fields={"file": f"{path.name} 中没有图形。"})
    return features


def _row(feature: Any) -> ShapeRow:
    properties = feature.get("properties") or {}
    code = full_code(str(feature.get("id") or properties.get("code") or properties.get("adcode") or ""))
    geometry = feature["geometry"]
    if geometry["type"] not in ("Polygon", "MultiPolygon"):
        raise ValueError(f"{geometry['type']} 不是多边形")
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    rings = [[_point(position) for position in ring] for polygon in polygons for ring in polygon]
    if not rings or any(len(ring) < _FEWEST or ring[0] != ring[-1] for ring in rings):
        raise ValueError("边界线没有闭合")
    return ShapeRow(code, rings, _middle(max(rings, key=lambda ring: abs(_area(ring)))))


def _point(position: Sequence[Any]) -> Point:
    longitude, latitude = float(position[0]), float(position[1])
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise ValueError(f"坐标应为经纬度：{longitude}, {latitude}")
    return round(longitude, 6), round(latitude, 6)


def _area(ring: Ring) -> float:
    return sum(x * other_y - other_x * y for (x, y), (other_x, other_y) in pairwise(ring)) / 2


def _middle(ring: Ring) -> Point:
    """The centre of gravity of a ring."""
    area = _area(ring)
    if not area:
        return ring[0]
    sums = [0.0, 0.0]
    for (x, y), (other_x, other_y) in pairwise(ring):
        cross = x * other_y - other_x * y
        sums[0] += (x + other_x) * cross
        sums[1] += (y + other_y) * cross
    return round(sums[0] / (6 * area), DIGITS), round(sums[1] / (6 * area), DIGITS)


# --- making lines light -------------------------------------------------------------------------------------------------------


def simplified(rings: Sequence[Ring], tolerance: float = TOLERANCE) -> list[Ring]:
    """The closed rings without bends smaller than ``tolerance`` degrees (Douglas and Peucker).

    Rings are cut where borders part, and each border is simplified by itself in one direction, so that neighbours keep
    one and the same line. What collapses is an empty ring.
    """
    meets: defaultdict[Point, set[Point]] = defaultdict(set)
    for ring in rings:
        for here, there in pairwise(ring):
            meets[here].add(there)
            meets[there].add(here)
    made: dict[tuple[Point, ...], Ring] = {}
    result = []
    for ring in rings:
        whole: Ring = []
        for border in _borders(ring, {point for point, others in meets.items() if len(others) != 2}):
            turned = border[0] > border[-1] or (border[0] == border[-1] and border[1] > border[-2])
            key = tuple(reversed(border)) if turned else tuple(border)
            if key not in made:
                made[key] = _light(key, tolerance)
            whole += (list(reversed(made[key])) if turned else made[key])[1 if whole else 0 :]
        rounded = [(round(x, DIGITS), round(y, DIGITS)) for x, y in whole]
        kept = [point for at, point in enumerate(rounded) if at == 0 or point != rounded[at - 1]]
        result.append(kept if len(kept) >= _FEWEST else [])
    return result


def _borders(ring: Ring, parting: set[Point]) -> Iterator[Ring]:
    """A closed ring in pieces from one parting of borders to the next; a ring without any begins at its least point."""
    points = ring[:-1]
    begins = next((at for at, point in enumerate(points) if point in parting), points.index(min(points)))
    turned = [*points[begins:], *points[: begins + 1]]
    piece = [turned[0]]
    for point in turned[1:]:
        piece.append(point)
        if point in parting:
            yield piece
            piece = [point]
    if len(piece) > 1:
        yield piece


def _light(line: Sequence[Point], tolerance: float) -> Ring:
    kept = {0, len(line) - 1}
    waiting = [(0, len(line) - 1)]
    if line[0] == line[-1]:
        # A closed line has no chord: its farthest point makes two of it.
        far = max(range(len(line)), key=lambda at: math.dist(line[0], line[at]))
        kept.add(far)
        waiting = [(0, far), (far, len(line) - 1)]
    while waiting:
        first, last = waiting.pop()
        between = range(first + 1, last)
        far = max(between, key=lambda at: _away(line[at], line[first], line[last]), default=0)
        if far and _away(line[far], line[first], line[last]) > tolerance:
            kept.add(far)
            waiting += [(first, far), (far, last)]
    return [line[at] for at in sorted(kept)]


def _away(point: Point, first: Point, last: Point) -> float:
    """How far a point is from the line through two others, which may be one."""
    length = math.dist(first, last)
    if not length:
        return math.dist(point, first)
    (x, y), (first_x, first_y), (last_x, last_y) = point, first, last
    return abs((last_x - first_x) * (first_y - y) - (first_x - x) * (last_y - first_y)) / length


def as_geojson(rows: Iterable[ShapeRow]) -> str:
    """The rows as a file that ``read_shapes`` reads: what is shipped is written by it."""
    features = [
        {
            "type": "Feature",
            "id": row.code[:6],
            "properties": {},
            "geometry": {"type": "MultiPolygon", "coordinates": [[ring] for ring in row.rings]},
        }
        for row in rows
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":"))
