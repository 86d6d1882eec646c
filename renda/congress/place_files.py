"""Reading published lists of administrative divisions, with the errors of each row."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from io import TextIOWrapper
from pathlib import Path
from typing import IO

from renda.congress.models import Place, PlaceLevel, full_code
from renda.kernel.errors import Invalid

DATA = Path(__file__).parent / "data"
DEMO_PLACES = DATA / "huanggang_places_2025.csv"
DEMO_VILLAGES = DATA / "huanggang_villages_2023.csv"

_LEVELS = dict(zip("12345", PlaceLevel.values, strict=True))
_PLACE_COLUMNS = ("level", "code", "parent_code", "name")
_VILLAGE_COLUMNS = ("code", "name", "township", "county_code")
_TOWNSHIP_COLUMNS = ("code", "name", "county_code")


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One division of a published list; ``parent`` is a full code or empty."""

    code: str
    name: str
    level: str
    parent: str


@dataclass(frozen=True, slots=True)
class VillageRow:
    """One village or community of the statistics list with its township's name of that year."""

    code: str
    name: str
    township: str
    county: str


@dataclass(frozen=True, slots=True)
class Published:
    """When a list is as of, and where it is from."""

    as_of: date
    source: str


def published(path: Path, as_of: date | None = None) -> Published:
    """Date and source of a list: from ``NAME_metadata.json`` beside it, the date may be given instead.

    Raises:
        Invalid: neither a date nor metadata.
    """
    beside = path.with_name(f"{path.stem}_metadata.json")
    said = json.loads(beside.read_text(encoding="utf-8")) if beside.is_file() else {}
    if as_of is None:
        if "data_as_of" not in said:
            raise Invalid(fields={"as_of": f"请用 --as-of 给出数据日期，或在 {beside.name} 中写明 data_as_of。"})
        as_of = date.fromisoformat(said["data_as_of"])
    source = " ".join(str(said[key]) for key in ("authority", "source_page", "source_table") if key in said)
    return Published(as_of, (source or path.name)[:200])


def read_places(source: Path | IO[bytes]) -> list[PlaceRow]:
    """The divisions of a list (columns level 1-5, code, parent_code, name), parents before children.

    Raises:
        Invalid: ``fields`` maps "第 N 行" to what is wrong there; nothing is to be imported then.
    """
    rows: dict[str, PlaceRow] = {}
    errors: dict[str, str] = {}
    for number, said in _rows(source, _PLACE_COLUMNS):
        try:
            row = PlaceRow(
                code=full_code(said["code"]),
                name=said["name"].strip(),
                level=_LEVELS[said["level"].strip()],
                parent=full_code(said["parent_code"]) if said["parent_code"].strip() else "",
            )
        except ValueError as error:
            errors[f"第 {number} 行"] = str(error)
            continue
        except KeyError:
            errors[f"第 {number} 行"] = f"层级应为 1 至 5：{said['level']}"
            continue
        if not row.name:
            errors[f"第 {number} 行"] = "名称为空"
        elif row.code in rows:
            errors[f"第 {number} 行"] = f"代码重复：{said['code']}"
        else:
            rows[row.code] = row
    _parents_exist(rows, errors)
    if errors:
        raise Invalid("place.rows", f"文件中有 {len(errors)} 行不能导入。", fields=errors)
    order = {level: number for number, level in enumerate(PlaceLevel.values)}
    return sorted(rows.values(), key=lambda row: (order[row.level], row.code))


def _parents_exist(rows: dict[str, PlaceRow], errors: dict[str, str]) -> None:
    known = set(Place.objects.filter(code__in={row.parent for row in rows.values()}).values_list("code", flat=True))
    for row in rows.values():
        if row.parent and row.parent not in rows and row.parent not in known:
            errors[f"代码 {row.code}"] = f"上级 {row.parent} 不在文件中，也未曾导入"


def read_villages(path: Path, townships: Path | None = None) -> list[VillageRow]:
    """The villages of a statistics list: columns code, name and township, county_code; or code, name, township_code.

    In the second form the names of the townships of that year are in a list of their own (columns code, name,
    county_code): ``townships``, or the file beside with "townships" for "villages" in its name.

    Raises:
        Invalid: as ``read_places``.
    """
    if "township_code" not in _columns(path):
        return _villages(path, _VILLAGE_COLUMNS, {})
    beside = townships or path.with_name(path.name.replace("villages", "townships"))
    if beside == path or not beside.is_file():
        raise Invalid(fields={"townships": "村的表中只有乡镇代码，请用 --townships 给出同一年的乡镇表。"})
    known = {said["code"]: (said["name"], said["county_code"]) for _, said in _rows(beside, _TOWNSHIP_COLUMNS)}
    return _villages(path, ("code", "name", "township_code"), known)


def _villages(path: Path, columns: tuple[str, ...], known: dict[str, tuple[str, str]]) -> list[VillageRow]:
    rows, errors = [], {}
    for number, said in _rows(path, columns):
        try:
            township, county = known[said["township_code"]] if known else (said["township"], said["county_code"])
            rows.append(VillageRow(full_code(said["code"]), said["name"], township, full_code(county)))
        except KeyError:
            errors[f"第 {number} 行"] = f"乡镇代码 {said['township_code']} 不在乡镇表中"
        except ValueError as error:
            errors[f"第 {number} 行"] = str(error)
    if errors:
        raise Invalid("place.rows", f"文件中有 {len(errors)} 行不能导入。", fields=errors)
    return rows


def match_villages(rows: Iterable[VillageRow]) -> tuple[list[PlaceRow], list[VillageRow]]:
    """Villages under the townships of today, found by the township's name inside its county; and those without one.

    The codes of the two lists are of different years, the names are what stayed.
    """
    townships = {
        (county, name): code
        for county, name, code in Place.objects.filter(level=PlaceLevel.TOWNSHIP, valid_to__isnull=True).values_list(
            "parent__code", "name", "code"
        )
    }
    matched, rest = [], []
    for row in rows:
        township = townships.get((row.county, row.township))
        if township is None:
            rest.append(row)
        else:
            matched.append(PlaceRow(row.code, row.name, PlaceLevel.VILLAGE, township))
    return matched, rest


def _columns(path: Path) -> Sequence[str]:
    with _reading(path) as reader:
        return list(reader.fieldnames or ())


def _rows(source: Path | IO[bytes], columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows with their number as an editor shows it.

    Raises:
        Invalid: not readable, not UTF-8, or columns missing.
    """
    with _reading(source) as reader:
        missing = [name for name in columns if name not in (reader.fieldnames or ())]
        if missing:
            raise Invalid(fields={"file": f"{_name(source)}缺少列：{'、'.join(missing)}。第一行应为列名。"})
        for row in reader:
            yield reader.line_num, {name: row[name] or "" for name in columns}


def _name(source: Path | IO[bytes]) -> str:
    return f"{source.name} " if isinstance(source, Path) else "文件"


@contextmanager
def _reading(source: Path | IO[bytes]) -> Iterator[csv.DictReader[str]]:
    """A list, opened; what cannot be read is said in words."""
    try:
        file = source.open("rb") if isinstance(source, Path) else source
        with TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
            yield csv.DictReader(text)
    except FileNotFoundError as error:
        raise Invalid(fields={"file": f"找不到文件 {source}"}) from error
    except OSError as error:
        raise Invalid(fields={"file": f"无法读取 {source}：{error.strerror}"}) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise Invalid(fields={"file": f"{_name(source)}不是 UTF-8 编码的 CSV 文件。"}) from error
