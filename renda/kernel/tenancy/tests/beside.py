"""A connection of one's own beside Django's: another person at the same moment, or the database's owner."""

from __future__ import annotations

import psycopg
from django.db import connection


def beside(role: str = "", *, database: str = "", autocommit: bool = False) -> psycopg.Connection:
    """Connect to the test database, as the application or as ``role``; or to another ``database`` of its server."""
    wanted = connection.get_connection_params()
    for django_only in ("cursor_factory", "context", "pool"):
        wanted.pop(django_only, None)
    if role:
        wanted["user"] = role
    if database:
        wanted["dbname"] = database
    return psycopg.connect(**wanted, autocommit=autocommit)
