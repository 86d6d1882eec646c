"""Rows into files, row by row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from tempfile import TemporaryFile
from typing import IO, Any

from renda.kernel.exports.cells import Cell, Column, cell, csv_text, sheet_text

# A sheet of Excel ends here (ECMA-376 leaves it to the program); what is longer goes on on the next sheet.
SHEET_ROWS = 1_048_576
_CHUNK = 64 * 1024


class IncompleteExportError(RuntimeError):
    """Another number of rows was written than there are: a fault of ours, so the download breaks off."""


def stream_csv(columns: Sequence[Column], rows: Iterable[Any], *, expected: int | None = None) -> Iterator[bytes]:
    """The rows as csv in UTF-8 with a byte order mark (Excel needs it for Chinese), in pieces.

    Raises:
        IncompleteExportError: not ``expected`` rows came.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow([csv_text(column.title) for column in columns])
    written = 0
    for row in rows:
        writer.writerow([csv_text(column.value(row)) for column in columns])
        written += 1
        if buffer.tell() > _CHUNK:
            yield buffer.getvalue().encode("utf-8", "replace")
            buffer.seek(0)
            buffer.truncate()
    _check(written, expected)
    yield buffer.getvalue().encode("utf-8", "replace")


def stream_xlsx(
    columns: Sequence[Column], rows: Iterable[Any], *, expected: int | None = None, sheet: str = "导出"
) -> Iterator[bytes]:
    """The rows as an xlsx file, built in a temporary file and then given in pieces.

    Raises:
        IncompleteExportError: not ``expected`` rows came (before the first piece), or a cell was not taken.
    """
    with TemporaryFile() as file:
        _check(write_xlsx(file, columns, rows, sheet=sheet), expected)
        yield from chunks(file)


def chunks(file: IO[bytes]) -> Iterator[bytes]:
    """The whole file from its begin, in pieces."""
    file.seek(0)
    while piece := file.read(_CHUNK):
        yield piece


def write_xlsx(
    file: IO[bytes], columns: Sequence[Column], rows: Iterable[Any], *, sheet: str, sheet_rows: int = SHEET_ROWS
) -> int:
    """Write a workbook; returns how many rows (without the heads) it holds."""
    import xlsxwriter  # a tenth of the start of a process, for what few processes do

    # constant_memory: a row is on disk as soon as the next begins.
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    book.set_calc_mode("manual")
    formats = {
        "head": book.add_format({"bold": True, "bottom": 1}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
    }
    page, line, written, pages = _new_sheet(book, formats, columns, sheet), 1, 0, 1
    for row in rows:
        if line == sheet_rows:
            pages += 1
            page, line = _new_sheet(book, formats, columns, f"{sheet}{pages}"), 1
        for at, column in enumerate(columns):
            _write(page, formats, line, at, cell(column.value(row)))
        line += 1
        written += 1
    book.close()
    return written


def _new_sheet(book: Any, formats: dict[str, Any], columns: Sequence[Column], name: str) -> Any:
    page = book.add_worksheet(name[:31])
    page.freeze_panes(1, 0)
    for at, column in enumerate(columns):
        page.set_column(at, at, column.width)
        page.write_string(0, at, column.title, formats["head"])
    return page


def _write(page: Any, formats: dict[str, Any], line: int, at: int, value: Cell) -> None:
    match value:
        case str():
            # write_string, never write: text stays text, no formula and no link is made of it.
            outcome = page.write_string(line, at, sheet_text(value)) if value else 0
        case datetime():
            outcome = page.write_datetime(line, at, value, formats["moment"])
        case date():
            outcome = page.write_datetime(line, at, value, formats["date"])
        case _:
            outcome = page.write_number(line, at, value)
    if outcome:
        raise IncompleteExportError(f"row {line}, column {at + 1}: cell not taken ({outcome})")


def _check(written: int, expected: int | None) -> None:
    if expected is not None and written != expected:
        raise IncompleteExportError(f"{written} rows written, {expected} expected")
