"""Migrations run while the old version serves: none keeps a lock that a page waits for, and one that cannot get its lock
steps back. How long the pages stand still on 1,000,000 messages is measured by ``bench/million_upgrade.py``.
"""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from django.db import OperationalError, connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from renda.kernel.tenancy.indexes import AddIndexBeside
from renda.kernel.tenancy.management.commands import migrate as command
from renda.kernel.tenancy.tests.beside import beside

# Landed while there was no site yet: they fill or change tables that hold nothing.
LANDED = {
    ("congress", "0003_offices_and_changes"),
    ("congress", "0004_secrecy_officer"),
    ("kernel_deadlines", "0002_ended_before_begin"),
    ("kernel_flow", "0002_stands_in"),
    ("kernel_flow", "0003_claims"),
    ("kernel_flow", "0004_node_of_task"),
    ("kernel_notices", "0002_channels"),
}


def ours() -> list[migrations.Migration]:
    loader = MigrationLoader(None)
    found = loader.disk_migrations.values()
    return [one for one in found if type(one).__module__.startswith("renda.") and not one.initial]


def harm(operation: Operation, made: set[str], *, atomic: bool) -> str:
    """Why pages would wait for it; empty when they do not. ``made``: models that this migration has made, which nobody uses."""
    model = str(getattr(operation, "model_name", "")).lower()
    if model in made:
        return ""
    match operation:
        case AddIndexBeside():
            return "built inside a transaction" if atomic else ""
        case migrations.AddIndex() | migrations.RemoveIndex():
            return "an index beside the site is an AddIndexBeside"
        case migrations.AddConstraint():
            return "reads the whole table under a lock: NOT VALID first, VALIDATE in a migration of its own"
        case migrations.AlterField() | migrations.RenameField() | migrations.RenameModel():
            return "the version that serves knows the old column"
        case migrations.RemoveField() | migrations.DeleteModel():
            return "the version that serves still reads it: take it out of the code one version earlier"
        case migrations.AddField():
            field = operation.field
            if not (field.null or field.has_default() or field.db_default is not models.NOT_PROVIDED):
                return "the version that serves does not fill it"
            return "" if not field.unique else "a unique index is built under a lock"
    return ""


def test_no_migration_makes_the_pages_wait() -> None:
    found: dict[str, str] = {}
    for migration in ours():
        if (migration.app_label, migration.name) in LANDED:
            continue
        made: set[str] = set()
        for operation in migration.operations:
            if isinstance(operation, migrations.CreateModel):
                made.add(operation.name.lower())
            elif why := harm(operation, made, atomic=migration.atomic):
                found[f"{migration.app_label}.{migration.name} {operation.describe()}"] = why
    assert found == {}


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddIndex("message", models.Index(fields=["due_at"], name="x")),
        migrations.AddConstraint("message", models.CheckConstraint(condition=models.Q(pk__gt=0), name="x")),
        migrations.AddField("message", "x", models.IntegerField()),
        migrations.AlterField("message", "body", models.CharField(max_length=9)),
        migrations.RemoveField("message", "body"),
        AddIndexBeside("message", models.Index(fields=["due_at"], name="x")),
    ],
    ids=lambda operation: type(operation).__name__,
)
def test_what_makes_them_wait_is_seen(operation: Operation) -> None:
    assert harm(operation, set(), atomic=True)
    assert not harm(operation, {"message"}, atomic=True)


def test_a_new_column_that_may_be_empty_is_no_harm() -> None:
    assert not harm(migrations.AddField("message", "x", models.IntegerField(null=True)), set(), atomic=True)


class Locks(migrations.Migration):
    operations = (migrations.RunSQL("SELECT pg_advisory_xact_lock(4711)"),)


def held(seconds: float, ready: threading.Event) -> None:
    """Somebody else holds the lock for a while."""
    with beside() as other:
        other.execute("SELECT pg_advisory_xact_lock(4711)")
        ready.set()
        time.sleep(seconds)


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "tries", "goes"), [(1.0, 50, True), (3.0, 2, False)])
def test_a_lock_that_does_not_come_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch, seconds: float, tries: int, goes: bool
) -> None:
    monkeypatch.setattr(command, "LOCK_SECONDS", 0.1)
    monkeypatch.setattr(command, "REST_SECONDS", 0.1)
    monkeypatch.setattr(command, "TRIES", tries)
    ready = threading.Event()
    other = threading.Thread(target=held, args=(seconds, ready))
    other.start()
    assert ready.wait(10)
    executor = command.WholeExecutor(connection)
    monkeypatch.setattr(executor, "record_migration", lambda _migration: None)
    state = executor.loader.project_state()
    apply: Any = lambda: executor.apply_migration(state, Locks("locks", "voice"))  # noqa: E731
    if goes:
        apply()
    else:
        with pytest.raises(OperationalError):
            apply()
    other.join()
