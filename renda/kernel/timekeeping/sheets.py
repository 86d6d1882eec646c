"""A table that somebody uploads, as the lines that would be pasted."""

from __future__ import annotations

from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import openpyxl
from django.core.files.uploadedfile import UploadedFile

from renda.kernel.errors import Invalid
from renda.kernel.files import blobs
from renda.kernel.files.inspection.kinds import TEXT, XLSX, charset_of
from renda.kernel.files.inspection.upload import inspect

LIMIT = 1024 * 1024  # bytes
_ROWS, _COLUMNS = 400, 3


def lines_of(upload: UploadedFile[Any]) -> str:
    """The first three columns of an xlsx, or the words of a text file.

    Raises:
        Invalid: another kind of file, or one that cannot be read; the sentence says why.
        TooLarge: more than a megabyte.
    """
    with blobs.received(upload.chunks(), LIMIT) as (path, _, _):
        if inspect(path, upload.name or "", (XLSX, TEXT)).kind is XLSX:
            return _sheet(path)
        data = path.read_bytes()
        return data.decode(charset_of(data, whole=True) or "utf-8", "replace").removeprefix("\ufeff")


def _sheet(path: Path) -> str:
    try:
        with path.open("rb") as file:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            rows = islice(book.worksheets[0].iter_rows(max_col=_COLUMNS, values_only=True), _ROWS)
            lines = ["\t".join(_word(cell) for cell in row) for row in rows]
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise Invalid("calendar.sheet", "表格无法读取，请另存为 xlsx 后再上传，或者直接粘贴。") from error
    return "\n".join(line for line in lines if line.strip())


def _word(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return " ".join(str(cell).split()) if cell is not None else ""
