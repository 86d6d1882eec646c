"""Putting copies into the public zone, as the carrier does: a newer version takes the place of an older one, never the
other way round.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection

from renda.kernel.public_zone.packages import Package, canonical

# Between the terms of a copy; no term holds it.
_BETWEEN = "\x1f"

_PUT = """
INSERT INTO public_zone.published AS p (kind, key, version, made_at, body, terms, words, sort, signature)
SELECT kind, key, version, made_at, body, coalesce(string_to_array(terms, E'\\x1f'), '{}'), words, sort, signature
  FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::timestamptz[], %s::jsonb[],
              %s::text[], %s::text[], %s::text[], %s::bytea[])
       AS given (kind, key, version, made_at, body, terms, words, sort, signature)
ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version, made_at = excluded.made_at, body = excluded.body,
       terms = excluded.terms, words = excluded.words, sort = excluded.sort, signature = excluded.signature
 WHERE p.version < excluded.version
"""
_TAKE_AWAY = """
DELETE FROM public_zone.published AS p USING unnest(%s::text[], %s::text[], %s::bigint[]) AS gone (kind, key, version)
 WHERE p.kind = gone.kind AND p.key = gone.key AND p.version < gone.version
"""


def store(packages: Iterable[Package]) -> None:
    """Store copies; an empty body withdraws. Whoever calls has verified them, and holds the transaction."""
    rows: list[tuple[Any, ...]] = []
    gone: list[tuple[Any, ...]] = []
    for package in packages:
        if not package.body:
            gone.append((package.kind, package.key, package.version))
            continue
        said = json.loads(package.body)
        body, terms = canonical(said["body"]).decode(), _BETWEEN.join(said["terms"])
        row = (package.kind, package.key, package.version, package.made_at, body, terms)
        rows.append((*row, said["words"], said["sort"], package.signature))
    with connection.cursor() as cursor:
        if rows:
            cursor.execute(_PUT, [*_columns(rows)])
        if gone:
            cursor.execute(_TAKE_AWAY, [*_columns(gone)])


def _columns(rows: list[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
