"""An index built while the site serves: no lock that anybody waits for, and begun anew where a kill left half of one."""

from __future__ import annotations

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState


class AddIndexBeside(AddIndexConcurrently):
    """``AddIndexConcurrently`` that may be run again; its migration is not atomic.

    PostgreSQL leaves an invalid index where building was broken off (CREATE INDEX, "Building Indexes Concurrently").
    """

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(
                "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)",
                [schema_editor.quote_name(self.index.name)],
            )
            found = cursor.fetchone()
        if found is not None and found[0]:
            return  # it was built, only the mark was not written
        if found is not None:
            schema_editor.execute(f"DROP INDEX CONCURRENTLY {schema_editor.quote_name(self.index.name)}")
        super().database_forwards(app_label, schema_editor, from_state, to_state)
