"""Places that hold closed values, and closing them anew with the active key.

Every ``EncryptedTextField`` is one; what a capability keeps closed elsewhere (in a JSON) it registers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from django.apps import apps
from django.db import connection
from psycopg import sql

from renda.kernel.privacy.fields import EncryptedTextField
from renda.kernel.privacy.vault import vault


class Place(Protocol):
    """One place. Both are called inside a scope of all tenants."""

    @property
    def name(self) -> str:
        """How it is called in the trail and on the screen."""
        ...

    def used(self) -> Counter[str]:
        """How many values each key has closed."""
        ...

    def close_anew(self, after: int, many: int) -> tuple[int, int | None]:
        """Close at most ``many`` values of other keys anew, of rows behind the key ``after``.

        Gives how many, and the last row's key (None: none is left behind it). Rows that somebody is writing are left
        for the next round.

        Raises:
            KeyLostError: a value's key is gone; nothing of this batch is stored then.
        """
        ...


_places: list[Place] = []


def register_place(place: Place) -> None:
    """Register a place that is no model field."""
    _places.append(place)


def places() -> Iterator[Place]:
    """All places of this site."""
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, EncryptedTextField) and model._meta.managed:
                key = model._meta.pk
                assert key is not None
                assert key.column is not None
                assert field.column is not None
                yield Column(model._meta.db_table, key.column, field.column, field.purpose)
    yield from _places


@dataclass(frozen=True, slots=True)
class Column:
    """A column of closed text. It is read and written as it is stored, which no model lets one do."""

    table: str
    key: str
    column: str
    purpose: str

    @property
    def name(self) -> str:
        """``congress_person.phone``."""
        return f"{self.table}.{self.column}"

    def used(self) -> Counter[str]:
        """How many values each key has closed."""
        with connection.cursor() as cursor:
            cursor.execute(
                self._text("SELECT split_part({column}, '.', 1), count(*) FROM {table} WHERE {column} <> '' GROUP BY 1")
            )
            return Counter({str(name): int(count) for name, count in cursor.fetchall()})

    def close_anew(self, after: int, many: int) -> tuple[int, int | None]:
        """As ``Place`` says."""
        with connection.cursor() as cursor:
            cursor.execute(
                self._text(
                    "SELECT {key}, {column} FROM {table} WHERE {key} > %s AND {column} <> ''"
                    " AND split_part({column}, '.', 1) <> %s ORDER BY {key} LIMIT %s FOR NO KEY UPDATE SKIP LOCKED"
                ),
                [after, vault().active().name, many],
            )
            rows = cursor.fetchall()
            if not rows:
                return 0, None
            fresh = [vault().close(vault().open(value, self.purpose), self.purpose) for _, value in rows]
            cursor.execute(
                self._text(
                    "UPDATE {table} SET {column} = fresh.value FROM unnest(%s::bigint[], %s::text[])"
                    " AS fresh (id, value) WHERE {key} = fresh.id"
                ),
                [[key for key, _ in rows], fresh],
            )
            return len(rows), int(rows[-1][0])

    def _text(self, template: str) -> str:
        return (
            sql.SQL(template)
            .format(
                table=sql.Identifier(self.table),
                key=sql.Identifier(self.table, self.key),
                column=sql.Identifier(self.column),
            )
            .as_string()
        )


class Used:
    """How many values each key has closed, place by place."""

    def __init__(self, counts: dict[str, Counter[str]]) -> None:
        self.counts = counts

    def total(self, key: str) -> int:
        """Values of one key in all places."""
        return sum(count[key] for count in self.counts.values())

    def others(self, key: str) -> int:
        """Values of all other keys."""
        return sum(count.total() - count[key] for count in self.counts.values())


def used() -> Used:
    """What the scope's values are closed with."""
    return Used({place.name: place.used() for place in places()})
