"""Files that spreadsheets open: cells, whole lists, constant memory."""

from __future__ import annotations

import csv
import io
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.test.utils import CaptureQueriesContext

from renda.kernel.audit.models import AuditSeal
from renda.kernel.exports import writers
from renda.kernel.exports.api import Column, IncompleteExportError, export_response, stream_csv, stream_xlsx
from renda.kernel.exports.cells import CELL_CHARACTERS, cell
from renda.kernel.exports.writers import write_xlsx
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant

COLUMNS = [Column("编号", lambda row: row[0], 12), Column("标题", lambda row: row[1], 40)]
DANGEROUS = ["=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", '=HYPERLINK("x")']


def read_csv(pieces: Iterator[bytes]) -> list[list[str]]:
    data = b"".join(pieces)
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def read_xlsx(data: bytes) -> list[list[Any]]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    return [[cell.value for cell in line] for page in book for line in page.iter_rows()]


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_formula_comes_out_as_text(text: str) -> None:
    assert read_csv(stream_csv(COLUMNS, [(1, text)]))[1] == ["1", f"'{text}"]
    book = openpyxl.load_workbook(io.BytesIO(b"".join(stream_xlsx(COLUMNS, [(1, text)]))))
    cell = book.active["B2"]
    assert cell.data_type == "s"
    assert cell.value.replace("_x000D_", "\r") == text


def test_each_kind_of_value() -> None:
    values = [
        None,
        True,
        7,
        -7,
        421181000000123456,
        Decimal("1234.50"),
        Decimal("12345678901234567.89"),
        date(2024, 9, 3),
        datetime(2024, 9, 3, 1, 30, tzinfo=UTC),
        "街道，“路灯”\n两行",
        2.5,
    ]
    column = [Column("值", lambda row: row)]
    assert [line[0] for line in read_csv(stream_csv(column, values))][1:] == [
        "",
        "是",
        "7",
        "-7",
        "421181000000123456",
        "1234.50",
        "12345678901234567.89",
        "2024-09-03",
        "2024-09-03 09:30:00",
        "街道，“路灯”\n两行",
        "2.5",
    ]
    # None leaves no cell at all, and an empty last line is no line.
    sheet = [line[0] for line in read_xlsx(b"".join(stream_xlsx(column, values)))][1:]
    assert sheet == [
        None,
        "是",
        7,
        -7,
        "421181000000123456",
        1234.5,
        "12345678901234567.89",
        datetime(2024, 9, 3),  # noqa: DTZ001 - a sheet knows no zone
        datetime(2024, 9, 3, 9, 30),  # noqa: DTZ001
        "街道，“路灯”\n两行",
        2.5,
    ]


def test_a_text_that_no_cell_holds_is_cut_and_says_so() -> None:
    sheet = read_xlsx(b"".join(stream_xlsx(COLUMNS, [(1, "长" * 40_000)])))
    assert len(sheet[1][1]) == CELL_CHARACTERS
    assert sheet[1][1].endswith("……（内容过长，此处截断）")
    assert len(read_csv(stream_csv(COLUMNS, [(1, "长" * 40_000)]))[1][1]) == 40_000


def test_a_cell_that_is_not_taken_is_a_fault() -> None:
    with pytest.raises(IncompleteExportError, match="row 1, column 16385"):
        list(stream_xlsx([Column("x", lambda row: row)] * 16_385, ["值"]))


@pytest.mark.parametrize("stream", [stream_csv, stream_xlsx])
@pytest.mark.parametrize("expected", [2, 4])
def test_a_list_that_is_not_whole_is_a_fault(stream: Any, expected: int) -> None:
    rows = [(1, "一"), (2, "二"), (3, "三")]
    assert b"".join(stream(COLUMNS, rows, expected=3))
    with pytest.raises(IncompleteExportError, match=f"3 rows written, {expected} expected"):
        list(stream(COLUMNS, rows, expected=expected))


def test_more_rows_than_a_sheet_holds_go_on_on_the_next() -> None:
    file = io.BytesIO()
    assert write_xlsx(file, COLUMNS, ((key, str(key)) for key in range(10)), sheet="表", sheet_rows=5) == 10
    book = openpyxl.load_workbook(file)
    assert book.sheetnames == ["表", "表2", "表3"]
    assert [page.max_row for page in book] == [5, 5, 3]
    assert all(page["A1"].value == "编号" for page in book)


@pytest.mark.parametrize("stream", [stream_csv, stream_xlsx])
def test_memory_does_not_grow_with_the_list(stream: Any) -> None:
    def peak(count: int) -> int:
        rows = ((key, "东门桥头的路灯坏了三天，晚上看不见路" * 3 + str(key)) for key in range(count))
        tracemalloc.start()
        for _ in stream(COLUMNS, rows, expected=count):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    small, large = peak(2_000), peak(200_000)
    assert large < small + 3 * 2**20
    assert large < 12 * 2**20


def pieces_of(response: StreamingHttpResponse) -> Iterator[bytes]:
    pieces = response.streaming_content
    assert isinstance(pieces, Iterator)
    return pieces


def seals() -> Tenant:
    tenant = Tenant.make(name="市人大", level="city")
    other = Tenant.make(name="外市", level="city")
    for row in (tenant, other):
        row.save()
        with tenant_transaction([row.id], durable=False):
            AuditSeal.objects.bulk_create(
                AuditSeal(tenant_id=row.id, seq=key, entry_id=row.id * 10_000 + key, chain_hash=f"第{key}个".encode())
                for key in range(3000)
            )
    return tenant


SEAL_COLUMNS = [Column("哈希", lambda row: bytes(row.chain_hash).decode()), Column("序号", lambda row: row.seq)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_download_has_its_own_scope_and_snapshot(kind: Any) -> None:
    tenant = seals()
    actor = Actor.machine("test", [tenant.id])
    response = export_response(actor, SEAL_COLUMNS, lambda: AuditSeal.objects.order_by("seq"), "留言清单：九月", kind)
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%E7%95%99%E8%A8%80")
    assert response["Content-Disposition"].endswith(f".{kind}")
    assert response["Cache-Control"] == "private, no-store"
    with CaptureQueriesContext(connection) as queries:
        data = b"".join(pieces_of(response))
    statements = [query["sql"] for query in queries]
    assert any("REPEATABLE READ, READ ONLY" in statement for statement in statements)
    assert not connection.in_atomic_block
    lines = read_csv(iter([data])) if kind == "csv" else read_xlsx(data)
    assert len(lines) == 3001
    assert [str(value) for value in lines[-1]] == ["第2999个", "2999"]


@pytest.mark.django_db(transaction=True)
def test_no_transaction_stays_open_while_a_slow_reader_reads() -> None:
    tenant = seals()
    response = export_response(
        Actor.machine("test", [tenant.id]), SEAL_COLUMNS, lambda: AuditSeal.objects.order_by("id"), "表", "csv"
    )
    pieces = pieces_of(response)
    next(pieces)
    assert not connection.in_atomic_block
    response.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_short_list_breaks_off_before_its_first_piece(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant = seals()
    response = export_response(
        Actor.machine("test", [tenant.id]), SEAL_COLUMNS, lambda: AuditSeal.objects.order_by("seq"), "表", kind
    )
    # A cursor that ends too soon without an error.
    whole = QuerySet.iterator
    monkeypatch.setattr(
        "django.db.models.query.QuerySet.iterator",
        lambda rows, chunk_size=None: (row for row in whole(rows, chunk_size) if row.seq < 2990),
    )
    with pytest.raises(IncompleteExportError, match="2990 rows written, 3000 expected"):
        next(pieces_of(response))
    assert not connection.in_atomic_block


@pytest.mark.django_db
def test_a_file_name_cannot_leave_its_header() -> None:
    response = export_response(Actor.machine("test", []), COLUMNS, Tenant.objects.none, '../a"b\r\nX: 1', "csv")
    assert "\n" not in response["Content-Disposition"]
    assert "/" not in response["Content-Disposition"].partition("filename")[2].replace("utf-8''", "")


def test_pieces_are_small() -> None:
    rows = ((key, "字" * 200) for key in range(5_000))
    assert max(len(piece) for piece in stream_csv(COLUMNS, rows)) < 4 * writers._CHUNK


@pytest.mark.parametrize("stream", [stream_csv, stream_xlsx])
@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_leaves_its_cell_empty(stream: Any, number: float) -> None:
    """One such value would break off the whole list."""
    assert cell(number) == ""
    assert b"".join(stream([Column("值", lambda row: row)], [number, 1.5], expected=2))
