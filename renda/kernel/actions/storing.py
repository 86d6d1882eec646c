"""Storing rows: one statement a table (and set of fields), whatever the number of rows.

Plain SQL with its text kept, where Django's ``bulk_create`` and ``bulk_update`` build it anew each time: that was a
third of what an action costs, and of a set of updates nine tenths.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, TypeAlias

from django.db import connection, models
from django.db.models.fields import NOT_PROVIDED
from psycopg import sql

# One statement stores no more rows, so that its text stays under a few megabytes.
ROWS_A_STATEMENT = 1000
Column: TypeAlias = "models.Field[Any, Any]"


def insert_rows(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Store new rows, whose ids are known."""
    columns = _columns(model)
    if columns is None:
        model._base_manager.bulk_create(rows)
        return
    head, values = _insert_text(model)
    for start in range(0, len(rows), ROWS_A_STATEMENT):
        part = rows[start : start + ROWS_A_STATEMENT]
        given = [
            column.get_db_prep_save(column.pre_save(row, add=True), connection) for row in part for column in columns
        ]
        _execute(head + ", ".join([values] * len(part)), given)


def store_fields(model: type[models.Model], names: Sequence[str], rows: Sequence[models.Model]) -> None:
    """Store these fields of rows that are there."""
    columns = [_column(model, name) for name in names]
    key = _key(model)
    one, head, values, tail = _update_text(model, tuple(names))
    for start in range(0, len(rows), ROWS_A_STATEMENT):
        part = rows[start : start + ROWS_A_STATEMENT]
        given = [
            column.get_db_prep_save(getattr(row, column.attname), connection)
            for row in part
            for column in (*columns, key)
        ]
        _execute(one if len(part) == 1 else head + ", ".join([values] * len(part)) + tail, given)


def _execute(statement: str, given: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)


@cache
def _columns(model: type[models.Model]) -> list[Column] | None:
    """The columns an INSERT fills; None where the database fills some, which is Django's to know."""
    columns = list(model._meta.concrete_fields)
    filled = any(column.db_default is not NOT_PROVIDED or column.generated for column in columns)
    return None if filled or model._meta.parents else columns


@cache
def _insert_text(model: type[models.Model]) -> tuple[str, str]:
    """``INSERT INTO … VALUES`` and one row's placeholders."""
    columns = model._meta.concrete_fields
    head = sql.SQL("INSERT INTO {} ({}) VALUES ").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join([_name(column) for column in columns])
    )
    return head.as_string(), f"({', '.join(map(_placeholder, columns))})"


@cache
def _update_text(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, str, str, str]:
    """The statement for one row; for several: before the values, one row's placeholders, after them. The key is last."""
    key, columns = _key(model), [_column(model, name) for name in names]
    table, own = sql.Identifier(model._meta.db_table), _name(key)
    named = [_name(column) for column in columns]
    comma = sql.SQL(", ")
    one = sql.SQL("UPDATE {} SET {} WHERE {} = %s").format(
        table, comma.join(sql.SQL("{} = %s").format(name) for name in named), own
    )
    head = sql.SQL("UPDATE {} SET {} FROM (VALUES ").format(
        table, comma.join(sql.SQL("{} = new.{}").format(name, name) for name in named)
    )
    tail = sql.SQL(") AS new ({}) WHERE {}.{} = new.{}").format(comma.join([*named, own]), table, own, own)
    # Each row says its types: those of VALUES must agree, and arrays do not by themselves.
    values = f"({', '.join(f'%s::{_type(column)}' for column in (*columns, key))})"
    return one.as_string(), head.as_string(), values, tail.as_string()


def _name(column: Column) -> sql.Composable:
    assert column.column is not None
    return sql.Identifier(column.column)


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
