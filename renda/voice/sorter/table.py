"""Message tables from the outside world: CSV in any usual Chinese encoding, or Parquet; CSV out."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

import polars as pl

#: Bodies longer than csv's default of 131,072 characters do occur (pasted contracts).
csv.field_size_limit(16 * 1024 * 1024)


class TableError(ValueError):
    """A table that cannot be read; the message is a Chinese sentence for the user."""


def read_rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """Rows of a CSV or ``.parquet`` file as text, one dictionary of ``columns`` each; missing cells are ``""``.

    Raises TableError when the file cannot be read or a column is missing.
    """
    if not path.is_file():
        raise TableError(f"找不到文件：{path}")
    if path.suffix.lower() == ".parquet":
        return _read_parquet(path, columns)
    return list(parse_csv(decode(path.read_bytes()), columns))


def decode(data: bytes) -> str:
    """Text of UTF-8 (with or without mark), UTF-16 (with mark) or GB18030 bytes.

    Raises TableError when the bytes are none of these.
    """
    encodings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableError("文件编码无法识别，请另存为 UTF-8 或 GB18030 编码的 CSV。")


def parse_csv(text: str, columns: Sequence[str]) -> Iterator[dict[str, str]]:
    """Rows of a CSV text; line breaks inside quotes are kept, wholly empty lines are no rows.

    Raises TableError when the header or one of ``columns`` is missing.
    """
    reader = csv.reader(io.StringIO(text.replace("\0", ""), newline=""))
    header = [name.strip().lower() for name in next(reader, [])]
    _require(header, columns)
    places = {name: header.index(name) for name in columns}
    try:
        for cells in reader:
            if cells:
                yield {name: cells[place] if place < len(cells) else "" for name, place in places.items()}
    except csv.Error as error:
        raise TableError(f"第 {reader.line_num} 行不是有效的 CSV：{error}") from error


def write_csv(file: TextIO, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a header and rows, one line a row, quoted where needed."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)


def _read_parquet(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    try:
        frame = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise TableError(f"{path.name} 不是有效的 Parquet 文件：{error}") from error
    _require(frame.columns, columns)
    return [
        {name: "" if value is None else str(value) for name, value in row.items()}
        for row in frame.select(columns).iter_rows(named=True)
    ]


def _require(header: Sequence[str], columns: Sequence[str]) -> None:
    missing = [name for name in columns if name not in header]
    if missing:
        present = "、".join(name for name in header if name) or "无"
        raise TableError(f"缺少列：{'、'.join(missing)}。文件现有的列：{present}。")
