"""Spreadsheets of deputies for tests."""

from collections.abc import Sequence
from io import BytesIO

from openpyxl import Workbook

from renda.congress.roster import COLUMNS

TITLES = [column.title for column in COLUMNS]


def sheet(*lines: Sequence[object], titles: Sequence[str] = TITLES) -> BytesIO:
    book = Workbook()
    page = book.active
    page.append(list(titles))
    for line in lines:
        page.append(list(line))
    file = BytesIO()
    book.save(file)
    file.seek(0)
    return file
