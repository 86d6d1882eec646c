"""Divisions come in by dated lists; what a code meant before is kept; text is brought to a place."""

import json
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from renda.congress.actions import place_import
from renda.congress.models import Place, PlaceVersion
from renda.congress.place_files import DEMO_PLACES, DEMO_VILLAGES, match_villages, read_places, read_villages
from renda.congress.place_matcher import PlaceMatcher
from renda.congress.tests.test_pages import enter
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


def test_villages_with_codes_of_townships_find_their_names_in_the_list_beside(tmp_path: Path) -> None:
    villages, townships = tmp_path / "villages_2023.csv", tmp_path / "townships_2023.csv"
    villages.write_text("code,name,township_code\n421102001001,汉川门社区居民委员会,421102001\n", encoding="utf-8")
    with pytest.raises(Invalid, match="--townships"):
        read_villages(villages)
    townships.write_text("code,name,county_code\n421102001,赤壁街道,421102\n", encoding="utf-8")
    (row,) = read_villages(villages)
    assert (row.township, row.county) == ("赤壁街道", "421102000000")
    villages.write_text("code,name,township_code\n421102009001,某社区,421102009\n", encoding="utf-8")
    with pytest.raises(Invalid) as refused:
        read_villages(villages, townships)
    assert refused.value.fields == {"第 2 行": "乡镇代码 421102009 不在乡镇表中"}


@pytest.mark.parametrize(
    ("content", "said"), [(None, "找不到文件"), ("层级,代码\n".encode("gbk"), "不是 UTF-8"), (b"a,b\n1,2\n", "缺少列")]
)
def test_what_cannot_be_read_is_said_once_and_in_words(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "list.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandError) as refused:
        run(path, "--as-of", "2025-12-31")
    assert str(refused.value).count(said) == 1


@pytest.mark.parametrize("day", ["2025", "31.12.2025"])
def test_a_mistyped_day_is_said_in_words(tmp_path: Path, day: str) -> None:
    with pytest.raises(CommandError, match="日期应写作 2025-12-31"):
        run(write(tmp_path, "1,420000,,湖北省"), "--as-of", day)


def test_a_text_without_a_sure_place_says_how_to_write_it(cast: Cast) -> None:
    out = StringIO()
    call_command("places", "match", "到处都一样", stdout=out, skip_checks=True)
    assert "请连同乡镇或县（市、区）一起写" in out.getvalue()


def test_half_a_list_abolishes_nothing_unless_that_is_said(tmp_path: Path) -> None:
    townships = [f"4,4211021{number:02},421102,第{number}镇" for number in range(40)]
    top = ["1,420000,,湖北省", "2,421100,420000,黄冈市", "3,421102,421100,黄州区"]
    run(write(tmp_path, *top, *townships))
    half = write(tmp_path, *top, *townships[:5], as_of="2026-01-31")
    with pytest.raises(CommandError, match="35 处现有区划"):
        run(half)
    assert Place.objects.filter(valid_to__isnull=False).count() == 0
    assert "停用 35" in run(half, "--many-gone")


def upload(client: Client, text: str, as_of: str = "2026-01-31") -> Any:
    file = SimpleUploadedFile("list.csv", ("level,code,parent_code,name\n" + text).encode())
    return client.post("/congress/places/import/", {"file": file, "as_of": as_of})


def test_a_list_is_imported_on_the_page_and_a_renamed_place_keeps_its_history(cast: Cast) -> None:
    client = enter(cast, "system_administrator")
    assert upload(client, "4,421102101,421102,路口街道\n").status_code == 303
    shown = client.get(f"/congress/places/{cast.places['township'].id}/").content.decode()
    assert "路口街道" in shown
    assert "list.csv" in shown
    wrong = upload(client, "4,421102101,421102,\n9,421102102,421102,某镇\n")
    assert wrong.status_code == 422
    for words in ("名称为空", "层级应为 1 至 5：9", "第 2 行", "没有导入任何一行"):
        assert words in wrong.content.decode()
    assert upload(client, "4,421102101,421102,路口镇\n", as_of="2999-01-01").status_code == 422
    assert Place.objects.get(code="421102101000").name == "路口街道"
