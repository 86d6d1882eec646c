"""All rows of cases by one statement: each move loads a whole tree, and five round trips were a third of its time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection, models
from psycopg import sql

from renda.kernel.flow.models import Activation, PendingRequest, Task, Token

_MODELS = (Token, Activation, Task, PendingRequest)
Row = Token | Activation | Task | PendingRequest


def rows_of(cases: Iterable[int]) -> Iterator[Row]:
    """Tokens, activations, tasks and pending requests of the cases, each table in the order of its ids."""
    wanted = list(cases)
    with connection.cursor() as cursor:
        cursor.execute(_statement(), [wanted] * len(_MODELS))
        found = cursor.fetchall()
    for number, _, text in found:
        model = _MODELS[number]
        values = json.loads(text)
        row: Row = model.from_db(
            connection.alias,
            [name for name, _, _ in _columns(model)],
            [read(values[column]) if read else values[column] for _, column, read in _columns(model)],
        )
        yield row


@cache
def _statement() -> sql.Composed:
    part = sql.SQL(
        "SELECT {number}, row.id, to_jsonb(row)::text FROM {table} row WHERE row.case_id = ANY(%s::bigint[])"
    )
    parts = [
        part.format(number=sql.Literal(number), table=sql.Identifier(model._meta.db_table))
        for number, model in enumerate(_MODELS)
    ]
    return sql.SQL("{} ORDER BY 1, 2").format(sql.SQL(" UNION ALL ").join(parts))


@cache
def _columns(model: type[models.Model]) -> list[tuple[str, str, Callable[[Any], Any] | None]]:
    """Attribute, column and (for what JSON has no word for) how its value is read."""
    return [
        (field.attname, str(field.column), _moment if isinstance(field, models.DateTimeField) else None)
        for field in model._meta.concrete_fields
    ]


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text is not None else None
