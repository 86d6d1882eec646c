"""``renda migrate``: Django's own, killed at any moment and simply run again, beside a site that serves."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.commands import migrate
from django.db import OperationalError, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.migrations.state import ProjectState
from psycopg.errors import LockNotAvailable

# A change of a table that waits for a lock lets nobody pass who comes later: it gives up soon, steps back and tries again.
LOCK_SECONDS, REST_SECONDS, TRIES = 2.0, 1.0, 60


class WholeExecutor(MigrationExecutor):
    """A migration and the mark that it is applied are stored by one transaction.

    Django marks it in a second one where foreign keys or indexes come last: a kill between the two leaves tables that
    every later migrate fails on, because they exist.
    """

    def apply_migration(self, state: ProjectState, migration: Migration, *args: Any, **options: Any) -> ProjectState:
        if not migration.atomic:
            # Indexes built beside the site: they wait, but nobody waits for them.
            return super().apply_migration(state, migration, *args, **options)
        for left in reversed(range(TRIES)):
            try:
                with transaction.atomic(self.connection.alias):
                    with self.connection.cursor() as cursor:
                        cursor.execute(f"SET LOCAL lock_timeout = '{round(LOCK_SECONDS * 1000)}ms'")
                    # Applying changes the state it is given.
                    return super().apply_migration(state.clone(), migration, *args, **options)
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable) or not left:
                    raise
                time.sleep(REST_SECONDS)
        raise AssertionError("the last try returns or raises")


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        # Django's command offers no other way to name an executor.
        vars(migrate)["MigrationExecutor"] = WholeExecutor
        super().handle(*args, **options)
