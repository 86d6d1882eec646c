"""The four roles, and what each may do.

``renda_owner`` makes and migrates (FORCE ROW LEVEL SECURITY binds it too); ``renda_app`` is the inner web, the worker and
the tests; ``renda_public`` is the public web and reaches nothing but the schema public_zone; ``renda_backup`` reads
everything for dumps. None is a superuser: a superuser passes row-level security by.
"""

from __future__ import annotations

import hashlib
from typing import Any, Protocol

import psycopg
from psycopg import sql

ROLES = {
    "renda_owner": "LOGIN NOSUPERUSER NOBYPASSRLS CREATEDB NOCREATEROLE",
    "renda_app": "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE",
    "renda_public": "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE",
    "renda_backup": "LOGIN NOSUPERUSER BYPASSRLS NOCREATEDB NOCREATEROLE",
}

# Default privileges, not grants on what is there: a migration that takes a right away (the audit trail knows no
# UPDATE, the search grams no SELECT) must not be overruled by the next start.
GRANTS = """
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO renda_app, renda_backup;
ALTER DEFAULT PRIVILEGES FOR ROLE renda_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO renda_app;
ALTER DEFAULT PRIVILEGES FOR ROLE renda_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO renda_app;
ALTER DEFAULT PRIVILEGES FOR ROLE renda_owner IN SCHEMA public GRANT SELECT ON TABLES TO renda_backup;
ALTER DEFAULT PRIVILEGES FOR ROLE renda_owner IN SCHEMA public GRANT SELECT ON SEQUENCES TO renda_backup
"""


def version() -> str:
    """What the roles and rights are made of, for a stamp."""
    return hashlib.sha256(f"{ROLES}{GRANTS}".encode()).hexdigest() + "\n"


class Connection(Protocol):
    """A Django or a psycopg connection."""

    def cursor(self) -> Any: ...


def prepare(connection: Connection) -> None:
    """What the tables of this database will grant. Run as renda_owner (or a superuser) BEFORE the first migration.

    Safe to run again; it says nothing about tables that exist.
    """
    with connection.cursor() as cursor:
        for statement in GRANTS.split(";"):
            cursor.execute(statement)


def withdraw(connection: Connection) -> None:
    """Grant nothing by default: before a dump comes back, which brings each table's own grants and then the defaults."""
    with connection.cursor() as cursor:
        for statement in GRANTS.split(";"):
            if "DEFAULT PRIVILEGES" in statement:
                cursor.execute(statement.replace(" GRANT ", " REVOKE ").replace(" TO ", " FROM "))


def create(superuser_url: str, database: str = "renda", *, template: bool = False) -> None:
    """Make the roles and the database where they are missing, and set the roles' powers right.

    ``template``: prepare template1 too, so that every later database (a test's) grants the same; only for a server
    that is ours alone.

    Raises:
        psycopg.Error: the server is away, or this is not a superuser.
    """
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
        for role, powers in ROLES.items():
            verb = "ALTER" if role in known else "CREATE"
            connection.execute(sql.SQL("{} ROLE {} {}").format(sql.SQL(verb), sql.Identifier(role), sql.SQL(powers)))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            connection.execute(
                sql.SQL(
                    "CREATE DATABASE {} OWNER renda_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
                ).format(sql.Identifier(database))
            )
    for name in (*(["template1"] if template else []), database):
        with psycopg.connect(superuser_url, dbname=name, autocommit=True) as connection:
            prepare(connection)
