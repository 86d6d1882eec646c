"""From an uploaded xlsx or csv to rows of text, one after the other, so that its length costs no memory."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from renda.kernel.errors import Invalid, TooLarge
from renda.voice.history.columns import COLUMNS, Column, Mapping, map_columns
from renda.voice.sorter.table import DELIMITERS, TableError, encoding_of

MOST_ROWS = 20_000
MOST_BYTES = 300 * 1024 * 1024  # unpacked: a small file may hide a huge one
_CELL = 6_000  # characters; longer than any field may be, so that the check can say so


@dataclass(frozen=True)
class Sheet:
    """A file that is open: its columns, and its rows with their numbers in the file."""

    mapping: Mapping
    rows: Iterator[tuple[int, dict[str, str]]]


@contextmanager
def opened(upload: UploadedFile[Any], columns: Sequence[Column] = COLUMNS) -> Iterator[Sheet]:
    """Read an upload. ``rows`` raise ``TooLarge`` after ``MOST_ROWS``.

    Raises:
        Invalid: neither xlsx nor csv, or a required column is missing.
        TooLarge: unpacked too large.
    """
    with NamedTemporaryFile(suffix=Path(upload.name or "").suffix) as file:
        for piece in upload.chunks():
            file.write(piece)
        file.flush()
        lines = _xlsx(Path(file.name)) if zipfile.is_zipfile(file.name) else _csv(Path(file.name))
        try:
            header = next(lines, [])
        except (TableError, csv.Error, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
            raise Invalid("history.file", fields={"file": "不是 xlsx 或 csv 文件，请下载模板后填写。"}) from error
        mapping = map_columns(header, columns)
        if mapping.missing:
            said = (
                f"第一行缺少列：{'、'.join(mapping.missing)}。文件现有的列：{'、'.join(filter(None, header)) or '无'}。"
            )
            raise Invalid("history.columns", fields={"file": said})
        yield Sheet(mapping, _rows(lines, mapping))


def _rows(lines: Iterator[list[str]], mapping: Mapping) -> Iterator[tuple[int, dict[str, str]]]:
    taken = 0
    for number, line in enumerate(lines, start=2):
        values = {name: line[at].strip() if at < len(line) else "" for name, at in mapping.places.items()}
        if not any(values.values()):
            continue
        taken += 1
        if taken > MOST_ROWS:
            raise TooLarge("history.rows", fields={"file": f"一次最多导入 {MOST_ROWS} 行，请分几个文件导入。"})
        yield number, values


def _csv(path: Path) -> Iterator[list[str]]:
    with path.open(encoding=encoding_of(path), newline="") as file:
        first = file.readline().replace("\0", "")
        file.seek(0)
        delimiter = max(DELIMITERS, key=first.count)
        for cells in csv.reader((line.replace("\0", "") for line in file), delimiter=delimiter):
            yield [cell[:_CELL] for cell in cells]


def _xlsx(path: Path) -> Iterator[list[str]]:
    # A fifth of the start of a process, for what few processes do.
    from openpyxl import load_workbook

    with zipfile.ZipFile(path) as packed:
        if sum(part.file_size for part in packed.infolist()) > MOST_BYTES:
            raise TooLarge("history.size", fields={"file": "文件展开后过大，请只保留留言一张工作表。"})
    book = load_workbook(path, read_only=True, data_only=True)
    try:
        for line in book.worksheets[0].iter_rows(values_only=True):
            yield [_text(value) for value in line]
    finally:
        book.close()


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return value.isoformat(" ", "minutes")
        case date():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)[:_CELL]
