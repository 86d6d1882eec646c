"""Message tables from the outside world, row by row: CSV in any usual Chinese encoding, or Parquet; CSV out."""

import codecs
import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TextIO

#: Bodies longer than csv's default of 131,072 characters do occur (pasted contracts).
csv.field_size_limit(16 * 1024 * 1024)
#: What parts the cells: the comma, or what Excel writes for "Unicode text" and in some regions.
DELIMITERS = ",\t;"
_BLOCK = 1024 * 1024


class TableError(ValueError):
    """A table that cannot be read; the message is a Chinese sentence for the user."""


def read_rows(path: Path, columns: Sequence[str]) -> Iterator[dict[str, str]]:
    """Rows of a CSV or ``.parquet`` file as text, one dictionary of ``columns`` each; missing cells are ``""``.

    The file is read on as the rows are taken, so that its length costs no memory.

    Raises TableError, at once, when the file cannot be read or a column is missing.
    """
    if not path.is_file():
        raise TableError(f"找不到文件：{path}")
    if path.suffix.lower() == ".parquet":
        return _read_parquet(path, columns)
    return parse_csv(_lines(path, encoding_of(path)), columns)


def encoding_of(path: Path) -> str:
    """UTF-16 (by its mark), UTF-8 (with or without mark) or GB18030: the first that reads the whole file.

    Raises TableError when none does.
    """
    with path.open("rb") as file:
        marked = file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        if _reads(path, encoding):
            return encoding
    raise TableError("文件编码无法识别，请另存为 UTF-8 或 GB18030 编码的 CSV。")


def _reads(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _lines(path: Path, encoding: str) -> Iterator[str]:
    with path.open(encoding=encoding, newline="") as file:
        for line in file:
            yield line.replace("\0", "")


def parse_csv(lines: Iterable[str], columns: Sequence[str]) -> Iterator[dict[str, str]]:
    """Rows of CSV lines (with their ends); line breaks inside quotes are kept, wholly empty lines are no rows.

    Raises TableError, at once, when the header or one of ``columns`` is missing.
    """
    feed = iter(lines)
    first = next(feed, "")
    delimiter = max(DELIMITERS, key=lambda one: _known(_names(next(csv.reader([first], delimiter=one), [])), columns))
    reader = csv.reader(chain([first], feed), delimiter=delimiter)
    header = _names(next(reader, []))
    _require(header, columns)
    return _cells(reader, {name: header.index(name) for name in columns})


def _names(cells: Iterable[str]) -> list[str]:
    return [name.strip().lower() for name in cells]


def _known(header: Sequence[str], columns: Sequence[str]) -> int:
    return len(set(columns).intersection(header))


def _cells(reader: Iterator[list[str]], places: Mapping[str, int]) -> Iterator[dict[str, str]]:
    number = 0
    try:
        for cells in reader:
            if cells:
                number += 1
                yield {name: cells[place] if place < len(cells) else "" for name, place in places.items()}
    except csv.Error as error:
        raise TableError(f"第 {number + 1} 件不是有效的 CSV：{error}") from error


def write_csv(file: TextIO, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a header and rows, one line a row, quoted where needed."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)


def _read_parquet(path: Path, columns: Sequence[str]) -> Iterator[dict[str, str]]:
    import polars as pl  # it is large, and most tables are CSV

    try:
        frame = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise TableError(f"{path.name} 不是有效的 Parquet 文件：{error}") from error
    _require(frame.columns, columns)
    return (
        {name: "" if value is None else str(value) for name, value in row.items()}
        for row in frame.select(columns).iter_rows(named=True)
    )


def _require(header: Sequence[str], columns: Sequence[str]) -> None:
    missing = [name for name in columns if name not in header]
    if missing:
        present = "、".join(name for name in header if name) or "无"
        raise TableError(f"缺少列：{'、'.join(missing)}。文件现有的列：{present}。")
