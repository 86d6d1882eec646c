"""What the rest of the house asks of exports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import Any, Literal

from django.db import connection, models, transaction
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from renda.kernel.exports.cells import Column
from renda.kernel.exports.writers import IncompleteExportError, chunks, stream_csv, stream_xlsx
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction

__all__ = ["Column", "Format", "IncompleteExportError", "export_response", "stream_csv", "stream_xlsx"]

Format = Literal["xlsx", "csv"]
CONTENT_TYPES: dict[Format, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
_WRITERS = {"xlsx": stream_xlsx, "csv": stream_csv}
# Rows that the server-side cursor brings at once.
_FETCH = 2000


def export_response(
    actor: Actor,
    columns: Sequence[Column],
    rows: Callable[[], models.QuerySet[Any]],
    filename: str,
    kind: Format = "xlsx",
) -> StreamingHttpResponse:
    """A download of the selector's rows (``filename`` without ending, may be Chinese).

    ``rows`` is called when the download begins, inside a read-only snapshot in the actor's scope, since the response
    outlives the request's transaction. Nothing is sent before the file is whole and its rows are counted; a fault
    breaks the download off with an error instead of a short file.
    """
    response = StreamingHttpResponse(_body(actor, columns, rows, kind), content_type=CONTENT_TYPES[kind])
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{_file_name(filename)}.{kind}"
    )
    response["Cache-Control"] = "private, no-store"
    return response


def _body(
    actor: Actor, columns: Sequence[Column], rows: Callable[[], models.QuerySet[Any]], kind: Format
) -> Iterator[bytes]:
    with TemporaryFile() as file:
        with _snapshot(actor.tenants):
            found = rows()
            pieces: Iterable[bytes] = _WRITERS[kind](columns, found.iterator(chunk_size=_FETCH), expected=found.count())
            for piece in pieces:
                file.write(piece)
        yield from chunks(file)


@contextmanager
def _snapshot(tenants: Iterable[int]) -> Iterator[None]:
    """One moment's rows: what is counted is what is read, whatever others commit meanwhile."""
    with transaction.atomic():
        # Inside a test's transaction the level is set already and cannot be changed.
        if not connection.savepoint_ids:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        with tenant_transaction(tenants, durable=False):
            yield


def _file_name(name: str) -> str:
    """The name without what a file system or a header would misread."""
    return "".join("_" if character in '\\/:*?"<>|' or character < " " else character for character in name)[:100]
