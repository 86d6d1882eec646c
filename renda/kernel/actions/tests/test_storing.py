"""Rows of a set are stored as the same rows one by one: whatever the kind of a column."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import DataError, connection, models

from renda.kernel import storing
from renda.kernel.audit.models import NO_TENANT, AuditEntry
from renda.kernel.events.models import Event
from renda.kernel.tenancy import tenant_transaction

pytestmark = pytest.mark.django_db

MOMENT = datetime(2026, 2, 3, 4, 5, 6, 789, tzinfo=UTC)
VALUES: list[tuple[type[models.Field[Any, Any]], Any]] = [
    (models.BooleanField, True),
    (models.DateTimeField, MOMENT),
    (models.DateField, date(2026, 2, 3)),
    (models.TimeField, time(8, 30)),
    (models.DecimalField, Decimal("1.5")),
    (models.FloatField, 0.1),
    (models.BinaryField, b"\x00\\x\xff"),
    (models.JSONField, {"文": ['"', None, 1.5, {"a": True}]}),
    (models.ForeignKey, 2**40),
    (models.IntegerField, 7),
    (models.CharField, "甲\\\"'\n"),
    (models.TextField, "乙%s\t{}"),
]
OURS = [model for model in apps.get_models() if model.__module__.startswith("renda.") and not model._meta.parents]


def value_of(column: models.Field[Any, Any]) -> Any:
    base = getattr(column, "base_field", None)
    if base is not None:
        return [value_of(base), value_of(base)]
    return next(value for kind, value in VALUES if isinstance(column, kind))


@pytest.mark.parametrize("model", OURS, ids=lambda model: str(model._meta.label))
def test_both_forms_of_an_insert_say_the_same(model: type[models.Model]) -> None:
    statement = storing._insert(model)
    row = model()
    for column in statement.columns:
        setattr(row, column.attname, value_of(column))
    empty = model(**{column.attname: None for column in statement.columns if column.null})
    for one in (row, empty):
        single = [storing._prepared(column, one, add=True) for column in statement.columns]
        types = ", ".join(f"%s::{storing._type(column)}" for column in statement.columns)
        source = storing._recordset(statement.columns)
        wanted = ", ".join(storing._new(column).as_string() for column in statement.columns)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {types}", single)
            alone = cursor.fetchone()
            together = storing._as_json(statement.columns, [one, one], add=True)
            cursor.execute(f"SELECT {wanted} FROM {source.as_string()}", [together])
            first, second = cursor.fetchall()
        closed = [n for n, column in enumerate(statement.columns) if not type(column).__module__.startswith("django.")]
        for number, column in enumerate(statement.columns):
            if number in closed and alone[number]:
                # Closed anew each time, and never in clear.
                assert value_of(column) not in (alone[number], first[number], second[number])
            else:
                assert alone[number] == first[number] == second[number], column.name


def entry(number: int, **values: Any) -> AuditEntry:
    given = {"action": "test.store", "actor_kind": "machine", "payload_hash": b"\x01", "occurred_at": MOMENT, **values}
    return AuditEntry(id=number, tenant_id=NO_TENANT, **given)


@pytest.mark.parametrize("many", [1, 2, storing.ROWS_A_STATEMENT + 1])
def test_what_the_database_fills_is_read_when_it_is_asked_for(many: int, django_assert_num_queries: Any) -> None:
    rows = [Event(id=number, key=f"key-{number}") for number in range(1, many + 1)]
    with django_assert_num_queries(1 if many < storing.ROWS_A_STATEMENT else 2):
        storing.insert_rows(Event, rows)
    assert Event.objects.count() == many
    with django_assert_num_queries(1):
        assert rows[0].created_at is not None


@pytest.mark.parametrize("many", [1, 2])
def test_a_text_that_is_too_long_is_refused_and_not_cut(many: int) -> None:
    with pytest.raises(DataError), tenant_transaction([NO_TENANT], durable=False):
        storing.insert_rows(AuditEntry, [entry(number, code="长" * 81) for number in range(many)])


@pytest.mark.parametrize("many", [1, 2])
def test_fields_of_rows_are_stored_by_their_key(many: int) -> None:
    rows = [Event(id=number, key="before") for number in (1, 2, 3)]
    storing.insert_rows(Event, rows)
    for row in rows[:many]:
        row.key = f"after-{row.id}"
    storing.store_fields(Event, ("key",), rows[:many])
    kept = dict(Event.objects.values_list("id", "key"))
    assert kept == {number: f"after-{number}" if number <= many else "before" for number in (1, 2, 3)}
