"""Row-level security as migration operations.

The policy's sub-select is evaluated once a query, and an unset scope gives no row (``= ANY(NULL)``).
FORCE binds the owner too, so a data migration sets ``renda.tenants`` itself.
"""

from __future__ import annotations

from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.special import RunSQL

SCOPE = "(SELECT nullif(current_setting('renda.tenants', true), '')::bigint[])::bigint[]"


def _operations(table: str, using: str, *, insert_any: bool) -> list[Operation]:
    check = "true" if insert_any else using
    return [
        RunSQL(
            [
                f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
                f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
                f"CREATE POLICY {table}_see ON {table} FOR SELECT USING ({using})",
                f"CREATE POLICY {table}_add ON {table} FOR INSERT WITH CHECK ({check})",
                f"CREATE POLICY {table}_set ON {table} FOR UPDATE USING ({using}) WITH CHECK ({check})",
                f"CREATE POLICY {table}_del ON {table} FOR DELETE USING ({using})",
            ],
            [
                *(f"DROP POLICY {table}_{name} ON {table}" for name in ("see", "add", "set", "del")),
                f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
                f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
            ],
        )
    ]


def enable(table: str, *, column: str = "tenant_id", insert_any: bool = False) -> list[Operation]:
    """Rows are seen and changed only when their tenant is in scope.

    ``insert_any``: work that crosses tenants (a task for another congress's unit, a notice, an event) may be
    *written* for a tenant outside the scope; it still cannot be read there.
    """
    return _operations(table, f"{column} = ANY({SCOPE})", insert_any=insert_any)


def enable_with_parties(
    table: str, case_column: str, *, parties: str = "kernel_flow_caseparty", insert_any: bool = True
) -> list[Operation]:
    """As ``enable``, and the rows of cases to which a tenant in scope was admitted as a party."""
    # EXISTS, not IN: IN hashes every case that the scope is a party to, for each query (21 ms among 200,000 cases,
    # measured); EXISTS asks one index entry a row (0.5 ms).
    admitted = (
        f"EXISTS (SELECT FROM {parties} AS party"
        f" WHERE party.case_id = {table}.{case_column} AND party.tenant_id = ANY({SCOPE}))"
    )
    return _operations(table, f"tenant_id = ANY({SCOPE}) OR {admitted}", insert_any=insert_any)


def enable_under(table: str, column: str, parent: str) -> list[Operation]:
    """Rows are seen where their parent row is seen: the parent's own policy decides, once."""
    seen = f"EXISTS (SELECT FROM {parent} AS parent WHERE parent.id = {table}.{column})"
    return _operations(table, seen, insert_any=True)
