"""``renda migrate``: Django's own, killed at any moment and simply run again."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from django.core.management.commands import migrate
from django.db import transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.migrations.state import ProjectState


class WholeExecutor(MigrationExecutor):
    """A migration and the mark that it is applied are stored by one transaction.

    Django marks it in a second one where foreign keys or indexes come last: a kill between the two leaves tables that
    every later migrate fails on, because they exist.
    """

    def apply_migration(self, state: ProjectState, migration: Migration, *args: Any, **options: Any) -> ProjectState:
        whole = transaction.atomic(self.connection.alias) if migration.atomic else nullcontext()
        with whole:
            return super().apply_migration(state, migration, *args, **options)


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        # Django's command offers no other way to name an executor.
        vars(migrate)["MigrationExecutor"] = WholeExecutor
        super().handle(*args, **options)
