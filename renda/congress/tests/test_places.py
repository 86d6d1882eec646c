"""Divisions come in by dated lists; what a code meant before is kept; text is brought to a place."""

import json
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from renda.congress.actions import place_import
from renda.congress.models import Place, PlaceVersion
from renda.congress.place_files import DEMO_PLACES, DEMO_VILLAGES, match_villages, read_places, read_villages
from renda.congress.place_matcher import PlaceMatcher
from renda.kernel.audit.models import AuditEntry
from renda.kernel.errors import Forbidden, Invalid, Refused
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction
from tests.people import Cast

pytestmark = pytest.mark.django_db
MACHINE = Actor.machine("places", [0])


def write(folder: Path, *lines: str, name: str = "list.csv", as_of: str = "2025-12-31") -> Path:
    path = folder / name
    path.write_text("level,code,parent_code,name\n" + "\n".join(lines) + "\n", encoding="utf-8")
    path.with_name(f"{path.stem}_metadata.json").write_text(json.dumps({"data_as_of": as_of}), encoding="utf-8")
    return path


def run(path: Path, *arguments: str) -> str:
    out = StringIO()
    call_command("places", "import", str(path), *arguments, stdout=out, skip_checks=True)
    return out.getvalue()


def test_the_demo_citys_divisions_have_the_official_numbers() -> None:
    run(DEMO_PLACES)
    city = Place.objects.get(code="421100000000")
    townships = Place.objects.filter(level="township", parent__parent=city)
    assert Place.objects.filter(parent=city).count() == 10
    assert townships.count() == 128
    assert sum(place.is_subdistrict for place in townships) == 13


def test_villages_of_2023_find_the_townships_of_2025_by_name() -> None:
    run(DEMO_PLACES)
    rows = read_villages(DEMO_VILLAGES)
    matched, rest = match_villages(rows)
    assert (len(rows), len(matched), len(rest)) == (4053, 3924, 129)
    assert ("421182", "田镇街道") in {(row.county[:6], row.township) for row in rest}


def test_the_same_list_twice_changes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, "1,420000,,湖北省", "2,421100,420000,黄冈市")
    assert "新增 2" in run(path)
    before = list(PlaceVersion.objects.order_by("id").values())
    assert "新增 0，变更 0，停用 0，未变 2" in run(path)
    assert list(PlaceVersion.objects.order_by("id").values()) == before


def test_a_later_list_renames_and_abolishes_and_keeps_the_history(tmp_path: Path) -> None:
    run(write(tmp_path, "1,420000,,湖北省", "2,421100,420000,黄冈地区", "2,421200,420000,咸宁市", as_of="2024-12-31"))
    said = run(write(tmp_path, "1,420000,,湖北省", "2,421100,420000,黄冈市", "2,421300,420000,随州市"))
    assert "新增 1，变更 1，停用 1，未变 1" in said
    versions = PlaceVersion.objects.filter(place__code="421100000000").order_by("valid_from")
    assert [(row.name, row.valid_from, row.valid_to) for row in versions] == [
        ("黄冈地区", date(2024, 12, 31), date(2025, 12, 31)),
        ("黄冈市", date(2025, 12, 31), None),
    ]
    assert Place.objects.get(code="421200000000").valid_to == date(2025, 12, 31)


def test_an_older_list_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, "1,420000,,湖北省")
    run(path)
    with pytest.raises(CommandError, match="不能再导入更早的"):
        run(write(tmp_path, "1,420000,,湖北"), "--as-of", "2020-01-01")
    assert Place.objects.get().name == "湖北省"


def test_wrong_rows_are_named_with_their_number_and_nothing_is_imported(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "1,420000,,湖北省",
        "9,421100,420000,黄冈市",
        "2,42x,420000,甲",
        "2,421300,990000,随州市",
        "2,421400,420000,",
    )
    with pytest.raises(Invalid) as refused:
        read_places(path)
    assert set(refused.value.fields) == {"第 3 行", "第 4 行", "代码 421300000000", "第 6 行"}
    assert not Place.objects.exists()


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a,b\n1,2\n", b""])
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(Invalid):
        read_places(path)


def test_only_the_system_administrator_may_import(cast: Cast) -> None:
    given: dict[str, Any] = {"rows": [], "as_of": date(2025, 12, 31), "source": "甲"}
    for role in ("constituent", "deputy", "business_administrator", "stranger", "security_administrator"):
        with pytest.raises(Forbidden):
            place_import(cast.actor(role), **given)
    assert place_import(cast.actor("system_administrator"), **given)["new"] == 0
    with tenant_transaction([0, *cast.tenants], durable=False):
        outcomes = list(AuditEntry.objects.filter(action="place.import").values_list("outcome", flat=True))
    assert sorted(outcomes) == ["done", *["refused"] * 5]


def test_an_import_by_code_older_than_known_is_refused_in_the_action_too() -> None:
    run(DEMO_PLACES)
    with pytest.raises(Refused):
        place_import(MACHINE, rows=read_places(DEMO_PLACES), as_of=date(2020, 1, 1), source="旧")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("路口镇花园社区附近没有早餐店", ["花园社区居民委员会"]),
        ("麻城盐田河的路坏了", ["盐田河镇"]),
        ("中馆驿镇和红安城关镇", ["城关镇", "中馆驿镇"]),
        ("我们村的路灯不亮", []),
        ("南湖街道的垃圾没人管", []),
        ("黄州南湖街道的垃圾没人管", ["南湖街道"]),
        ("", []),
    ],
)
def test_text_is_brought_to_the_most_exact_place_that_is_sure(text: str, expected: list[str]) -> None:
    run(DEMO_PLACES)
    call_command("places", "villages", str(DEMO_VILLAGES), stdout=StringIO(), skip_checks=True)
    assert [found.place.name for found in PlaceMatcher.of_database().find(text)] == expected
