"""A published definition never changes: the database itself refuses it, whoever asks.

Only its retirement may be noted. Running cases read their version's row for as long as they live, so it may not be
deleted either; drafts may.
"""

from __future__ import annotations

from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.special import RunSQL

_TABLE = "kernel_flow_flowdefinition"

PUBLISHED_IS_IMMUTABLE: list[Operation] = [
    RunSQL(
        [
            """
            CREATE FUNCTION kernel_flow_published_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF OLD.published_at IS NULL THEN
                    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
                END IF;
                IF TG_OP = 'UPDATE'
                    AND (NEW.id, NEW.key, NEW.version, NEW.tenant_id, NEW.title, NEW.graph, NEW.published_at)
                        IS NOT DISTINCT FROM
                        (OLD.id, OLD.key, OLD.version, OLD.tenant_id, OLD.title, OLD.graph, OLD.published_at)
                THEN
                    RETURN NEW;
                END IF;
                RAISE EXCEPTION 'a published flow definition is immutable (%, version %)', OLD.key, OLD.version
                    USING ERRCODE = 'integrity_constraint_violation';
            END $$
            """,
            f"""
            CREATE TRIGGER published_is_immutable BEFORE UPDATE OR DELETE ON {_TABLE}
            FOR EACH ROW EXECUTE FUNCTION kernel_flow_published_is_immutable()
            """,
        ],
        [
            f"DROP TRIGGER published_is_immutable ON {_TABLE}",
            "DROP FUNCTION kernel_flow_published_is_immutable()",
        ],
    )
]
"""Operations for the app's migration, after the table is made."""
