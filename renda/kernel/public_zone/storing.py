"""Putting copies into the public zone, as the carrier does: a newer version takes the place of an older one, never the
other way round.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection

from renda.kernel.public_zone.packages import Package, canonical


def store(packages: Iterable[Package]) -> None:
    """Store copies; an empty body withdraws. Whoever calls has verified them, and holds the transaction."""
    rows: list[Any] = []
    gone: list[Package] = []
    count = 0
    for package in packages:
        if not package.body:
            gone.append(package)
            continue
        said = json.loads(package.body)
        rows += [package.kind, package.key, package.version, package.made_at, canonical(said["body"]).decode()]
        rows += [said["terms"], said["words"], said["sort"], package.signature]
        count += 1
    with connection.cursor() as cursor:
        if count:
            values = ", ".join(["(%s, %s, %s, %s, %s::jsonb, %s::text[], %s, %s, %s)"] * count)
            cursor.execute(
                "INSERT INTO public_zone.published AS p (kind, key, version, made_at, body, terms, words, sort, signature)"
                f" VALUES {values} ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version,"
                " made_at = excluded.made_at, body = excluded.body, terms = excluded.terms, words = excluded.words,"
                " sort = excluded.sort, signature = excluded.signature WHERE p.version < excluded.version",
                rows,
            )
        if gone:
            cursor.execute(
                "DELETE FROM public_zone.published p USING unnest(%s::text[], %s::text[], %s::bigint[])"
                " AS gone (kind, key, version) WHERE p.kind = gone.kind AND p.key = gone.key AND p.version < gone.version",
                [[one.kind for one in gone], [one.key for one in gone], [one.version for one in gone]],
            )
