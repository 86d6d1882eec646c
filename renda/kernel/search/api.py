"""What the rest of the house asks of search."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models.expressions import RawSQL

from renda.kernel.actions.api import Context
from renda.kernel.search import grams
from renda.kernel.tenancy.scope import require_scope

M = TypeVar("M", bound=models.Model)

# A person looks through no more hits than this; the page says that older ones are left out.
MOST = 1000
_SEARCH = "search_ids(%s, %s::text[], %s::text[], %s, %s::bigint)"


@dataclass(frozen=True, slots=True)
class Document:
    """What of one object is searched. ``kind`` and ``object_id`` name it; a later one takes its place."""

    kind: str
    object_id: int
    tenant_id: int
    text: str


def index(ctx: Context, kind: str, object_id: int, tenant_id: int, text: str) -> None:
    """Have the object found by this text from the commit on; all of a flush are stored by one statement."""
    ctx.collect("search.put", Document(kind, object_id, tenant_id, text), _flush_put)


def remove(ctx: Context, kind: str, object_id: int) -> None:
    """Have the object found no more (of a tenant in scope)."""
    ctx.collect("search.drop", (kind, object_id), _flush_drop)


def _flush_put(_ctx: Context, documents: list[Document]) -> None:
    put_many(documents)


def _flush_drop(_ctx: Context, names: list[tuple[str, int]]) -> None:
    remove_many(names)


def put_many(documents: Iterable[Document]) -> int:
    """Store documents by one statement; returns how many.

    A document that lies with a tenant outside the scope is not taken over by another tenant and not counted.
    """
    latest = {(document.kind, document.object_id): document for document in documents}
    if not latest:
        return 0
    rows = [
        (d.kind, d.object_id, d.tenant_id, grams.normal(d.text[: grams.DOCUMENT_CHARACTERS])) for d in latest.values()
    ]
    kinds, ids, tenants, texts = (list(column) for column in zip(*rows, strict=True))
    lists = [" ".join(grams.grams(text)) for text in texts]
    return _call(
        "SELECT search_put(%s::text[], %s::bigint[], %s::bigint[], %s::text[], %s::text[])",
        [kinds, ids, tenants, texts, lists],
    )[0]


def remove_many(names: Iterable[tuple[str, int]]) -> int:
    """Remove documents (kind, object id) of tenants in scope; returns how many there were."""
    pairs = list(names)
    if not pairs:
        return 0
    return _call(
        "SELECT search_drop(%s::text[], %s::bigint[])", [[kind for kind, _ in pairs], [key for _, key in pairs]]
    )[0]


def search_ids(kind: str, query: str, limit: int = 200, *, before: int | None = None) -> list[int]:
    """Ids of the objects in scope whose text holds every word of the query, newest (highest id) first.

    Words are parted by blanks; one and two characters, Chinese, Latin and digits are words like any other.
    ``before`` pages on: only ids below it. An empty query finds nothing.

    Raises:
        Unscoped: no scope is set.
    """
    require_scope("search")
    arguments = _arguments(kind, query, limit, before)
    return _call(f"SELECT {_SEARCH}", arguments) if arguments else []


def matching(rows: models.QuerySet[M], kind: str, query: str, *, limit: int = MOST) -> models.QuerySet[M]:
    """The rows of a selector that the query finds, among its newest ``limit`` hits; all rows for an empty query.

    The search is a part of the selector's own statement.

    Raises:
        Unscoped: no scope is set.
    """
    require_scope("search")
    arguments = _arguments(kind, query, limit, None)
    if not arguments:
        return rows
    return rows.filter(pk__in=RawSQL(f"SELECT {_SEARCH}", arguments))  # noqa: S611 - a constant; values are parameters


def _arguments(kind: str, query: str, limit: int, before: int | None) -> list[Any] | None:
    words = grams.query_words(query)
    if not words or limit <= 0:
        return None
    return [kind, grams.query_grams(words), grams.patterns(words), limit, before]


def _call(statement: str, arguments: list[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return [int(row[0]) for row in cursor.fetchall()]
