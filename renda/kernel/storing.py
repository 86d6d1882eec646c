"""Storing rows: one statement a table (and set of fields), whatever the number of rows.

Plain SQL with its text kept, where Django's ``bulk_create`` and ``bulk_update`` build it anew each time: that was a
third of what an action costs, and of a set of updates nine tenths. The rows of a set are one JSON value, which costs
a fourth of a placeholder for each field; a single row has placeholders, which for one are cheaper.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Any, TypeAlias

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault
from django.db.models.fields import NOT_PROVIDED
from psycopg import Binary, sql
from psycopg.types.json import Jsonb

# One statement stores no more rows, so that its text stays under a few megabytes.
ROWS_A_STATEMENT = 1000
Column: TypeAlias = "models.Field[Any, Any]"
# Of these kinds Django stores the attribute as it stands, and JSON has a word for it.
_BARE = (models.BooleanField, models.CharField, models.ForeignKey, models.IntegerField, models.TextField)
_COMMA = sql.SQL(", ")


@dataclass(frozen=True)
class _Statement:
    """``one`` has a placeholder for each column; ``many`` has a single one, for a JSON value of all rows."""

    columns: Sequence[Column]
    one: str
    many: str


def insert_rows(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Store new rows, whose ids are known. What the database fills in them is read when somebody asks for it."""
    filled = _filled(model)
    given = any(not isinstance(getattr(row, name), DatabaseDefault) for row in rows for name in filled)
    if given or model._meta.parents:
        model._base_manager.bulk_create(rows)
        return
    _run(_insert(model), rows, add=True)
    for row in rows:
        row._state.adding = False
        for name in filled:
            del row.__dict__[name]


def store_fields(model: type[models.Model], names: Sequence[str], rows: Sequence[models.Model]) -> None:
    """Store these fields of rows that are there."""
    _run(_update(model, tuple(names)), rows, add=False)


@contextmanager
def together() -> Iterator[None]:
    """Send what is stored inside without waiting for each statement's answer (libpq's pipeline).

    Raises:
        DatabaseError: one of them failed; at the latest when all are sent.
    """
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def _run(statement: _Statement, rows: Sequence[models.Model], *, add: bool) -> None:
    with connection.cursor() as cursor:
        if len(rows) == 1:
            cursor.execute(statement.one, [_prepared(column, rows[0], add=add) for column in statement.columns])
            return
        for start in range(0, len(rows), ROWS_A_STATEMENT):
            part = rows[start : start + ROWS_A_STATEMENT]
            cursor.execute(statement.many, [_as_json(statement.columns, part, add=add)])


def _prepared(column: Column, row: models.Model, *, add: bool) -> Any:
    value = column.pre_save(row, add=True) if add else getattr(row, column.attname)
    return column.get_db_prep_save(value, connection)


def _as_json(columns: Sequence[Column], rows: Sequence[models.Model], *, add: bool) -> str:
    names = [str(column.column) for column in columns]
    read = attrgetter(*(column.attname for column in columns))
    others = [(str(column.column), column) for column in columns if not _is_bare(column)]
    documents = [dict(zip(names, read(row), strict=True)) for row in rows]
    for document, row in zip(documents, rows, strict=True):
        for name, column in others:
            document[name] = _prepared(column, row, add=add)
    return json.dumps(documents, ensure_ascii=False, separators=(",", ":"), default=_word)


def _is_bare(column: Column) -> bool:
    # A kind of our own may close its values (``EncryptedTextField``).
    return isinstance(column, _BARE) and type(column).__module__.startswith("django.")


def _word(value: object) -> str:
    """What PostgreSQL reads a prepared value from, where JSON has no word for it."""
    match value:
        case Jsonb(dumps=dumps) if dumps is not None:
            return str(dumps(value.obj))  # as text: its field knows how to write it
        case date() | time():
            return value.isoformat()
        case Decimal():
            return str(value)
        case Binary():
            return "\\x" + bytes(value.obj).hex()
        case _:
            raise TypeError(f"no JSON for {type(value).__name__}")


@cache
def _filled(model: type[models.Model]) -> list[str]:
    """Attributes that the database fills when nothing is given."""
    return [column.attname for column in model._meta.concrete_fields if column.db_default is not NOT_PROVIDED]


@cache
def _insert(model: type[models.Model]) -> _Statement:
    filled = _filled(model)
    columns = [column for column in model._meta.concrete_fields if column.attname not in filled]
    head = sql.SQL("INSERT INTO {} ({})").format(_table(model), _COMMA.join(map(_name, columns)))
    one = sql.SQL("{} VALUES ({})").format(head, sql.SQL(", ".join(map(_placeholder, columns))))
    many = sql.SQL("{} SELECT {} FROM {}").format(head, _COMMA.join(map(_new, columns)), _recordset(columns))
    return _Statement(columns, one.as_string(), many.as_string())


@cache
def _update(model: type[models.Model], names: tuple[str, ...]) -> _Statement:
    """The key is the last column."""
    table, key, changed = _table(model), _key(model), [_column(model, name) for name in names]
    columns = [*changed, key]
    one = sql.SQL("UPDATE {} SET {} WHERE {} = %s").format(
        table, _COMMA.join(sql.SQL("{} = %s").format(_name(column)) for column in changed), _name(key)
    )
    many = sql.SQL("UPDATE {} SET {} FROM {} WHERE {}.{} = {}").format(
        table,
        _COMMA.join(sql.SQL("{} = {}").format(_name(column), _new(column)) for column in changed),
        _recordset(columns),
        table,
        _name(key),
        _new(key),
    )
    return _Statement(columns, one.as_string(), many.as_string())


def _recordset(columns: Sequence[Column]) -> sql.Composed:
    """The JSON value as rows ``new``."""
    typed = [sql.SQL("{} {}").format(_name(column), sql.SQL(_read_as(column))) for column in columns]
    return sql.SQL("json_to_recordset(%s::json) AS new ({})").format(_COMMA.join(typed))


def _new(column: Column) -> sql.Composed:
    given = sql.SQL("new.{}").format(_name(column))
    return sql.SQL("{}::jsonb").format(given) if _is_json(column) else given


def _read_as(column: Column) -> str:
    return "text" if _is_json(column) else _type(column)


def _is_json(column: Column) -> bool:
    return isinstance(column, models.JSONField)


def _table(model: type[models.Model]) -> sql.Identifier:
    return sql.Identifier(model._meta.db_table)


def _name(column: Column) -> sql.Identifier:
    return sql.Identifier(str(column.column))


def _placeholder(column: Column) -> str:
    return f"%s::{_type(column)}" if column.get_internal_type() == "ArrayField" else "%s"


def _type(column: Column) -> str:
    # A cast to varchar(n) would cut what is too long; as text, storing it is an error.
    return re.sub(r"varchar\(\d+\)", "text", column.rel_db_type(connection) or "text")


def _key(model: type[models.Model]) -> Column:
    key = model._meta.pk
    assert key is not None
    return key


def _column(model: type[models.Model], name: str) -> Column:
    column = model._meta.get_field(name)
    assert isinstance(column, models.Field)
    return column
