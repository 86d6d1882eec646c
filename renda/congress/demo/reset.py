"""Emptying a demo site: everything but the schema, the places, the calendar, national rules and shipped flows."""

from __future__ import annotations

import os
from collections.abc import Callable

import psycopg
from psycopg import sql

from renda.congress.demo.sign_ins import path
from renda.congress.models import Congress
from renda.kernel.errors import Refused

# Kept whole, but for what belongs to a tenant.
_KEPT = ("django_", "kernel_deadlines_", "kernel_flow_flowdefinition", "procrastinate_", "congress_place")


def empty_city(say: Callable[[str], None]) -> None:
    """Delete all rows of all tenants, as the owner of the tables, in one transaction.

    Raises:
        Refused: there is a congress that is no demo, or the owner's access to the database is not known here.
    """
    if Congress.objects.filter(is_demo=False).exists():
        raise Refused("demo.real_site", "数据库中有正式的人民代表大会，不能清空。")
    address = os.environ.get("RENDA_OWNER_DATABASE_URL", "")
    if not address:
        raise Refused("demo.no_owner", "清空需要数据库属主的连接，请设置 RENDA_OWNER_DATABASE_URL。")
    path().unlink(missing_ok=True)
    with psycopg.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT set_config('renda.tenants', ARRAY(SELECT id FROM kernel_tenancy_tenant)::text, true)")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(
            """
            SELECT t.tablename, EXISTS (SELECT 1 FROM information_schema.columns c WHERE c.table_schema = 'public'
                                        AND c.table_name = t.tablename AND c.column_name = 'tenant_id')
            FROM pg_tables t WHERE t.schemaname = 'public'
            """
        )
        for table, has_tenant in cursor.fetchall():
            if not table.startswith(_KEPT):
                cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            elif has_tenant:
                cursor.execute(sql.SQL("DELETE FROM {} WHERE tenant_id IS NOT NULL").format(sql.Identifier(table)))
    say("演示城市已清空。")
