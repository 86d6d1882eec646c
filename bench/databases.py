"""A database of a bench's own beside the configured one, made by the owner, migrated, and dropped afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

PROJECT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class BenchDatabase:
    """Addresses of the same database for the owner and for the application."""

    owner: str
    app: str

    @property
    def parts(self) -> dict[str, Any]:
        """The application's connection parameters by name (host, dbname, user …)."""
        return dict(conninfo_to_dict(self.app))

    def environment(self, **more: str) -> dict[str, str]:
        """What a process of renda needs to work on this database."""
        return {
            **os.environ,
            "RENDA_DATABASE_URL": self.app,
            "RENDA_OWNER_DATABASE_URL": self.owner,
            "RENDA_PUBLIC_DATABASE_URL": self.app.replace("renda_app@", "renda_public@", 1),
            "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "renda.site.settings"),
            **more,
        }

    def as_owner(self) -> psycopg.Connection[Any]:
        """A connection of the owner, autocommit."""
        return psycopg.connect(self.owner, autocommit=True)


@contextmanager
def fresh(name: str) -> Iterator[BenchDatabase]:
    """Make, migrate, give, drop.

    Raises:
        SystemExit: no database is configured.
    """
    urls = {role: os.environ.get(f"RENDA_{role}DATABASE_URL") for role in ("OWNER_", "")}
    if not all(urls.values()):
        sys.exit("RENDA_DATABASE_URL and RENDA_OWNER_DATABASE_URL must name a database (see: renda database url)")
    owner, app = str(urls["OWNER_"]), str(urls[""])
    database = f"{conninfo_to_dict(owner)['dbname']}_bench_{name}"
    with psycopg.connect(owner, autocommit=True) as admin:
        _drop(admin, database)
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        try:
            made = BenchDatabase(_url(owner, database), _url(app, database))
            subprocess.run(
                [sys.executable, "-m", "renda", "migrate", "--verbosity", "0"],
                cwd=PROJECT,
                env=made.environment(RENDA_ROLE="owner"),
                check=True,
                stdout=sys.stderr,
            )
            yield made
        finally:
            _drop(admin, database)


def _url(known: str, database: str) -> str:
    """The same address with another database, as a URL (the settings read only that form)."""
    parts = conninfo_to_dict(known)
    user, password = quote(str(parts.get("user") or "")), parts.get("password")
    secret = f":{quote(str(password))}" if password else ""
    query = urlencode({name: str(parts[name]) for name in ("host", "port") if parts.get(name)})
    return f"postgresql://{user}{secret}@/{database}?{query}"


def _drop(admin: psycopg.Connection[Any], database: str) -> None:
    """Drop it once its last session is gone, a moment after its client."""
    for _ in range(100):
        try:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(database)))
        except psycopg.errors.ObjectInUse:
            time.sleep(0.1)
        else:
            return
    print(f"database {database} is still in use and was left behind", file=sys.stderr)


def work_on(database: BenchDatabase) -> None:
    """Set Django up in this process on the database, as the application's role."""
    import django

    os.environ.update(database.environment())
    django.setup()


@contextmanager
def beside(known: BenchDatabase, name: str) -> Iterator[BenchDatabase]:
    """A copy of a database that nobody uses now, dropped afterwards."""
    source = str(conninfo_to_dict(known.owner)["dbname"])
    database = f"{source}_{name}"
    with psycopg.connect(str(os.environ["RENDA_OWNER_DATABASE_URL"]), autocommit=True) as admin:
        _drop(admin, database)
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(database), sql.Identifier(source))
        )
        try:
            yield BenchDatabase(_url(known.owner, database), _url(known.app, database))
        finally:
            _drop(admin, database)
