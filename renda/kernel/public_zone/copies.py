"""Reading what is published: by key, or by the terms a copy carries. Each copy's signature is looked at before it is shown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection

from renda.kernel.public_zone import keys
from renda.kernel.public_zone.packages import ForgedError, Package, canonical, check

MOST = 200
COMPARED = 2000  # copies whose terms are compared in one search

_SELECT = (
    "SELECT kind, key, version, made_at, body, terms, words, sort, signature FROM public_zone.published WHERE kind = %s"
)

_SHARING = (
    " AND key IN (SELECT key FROM public_zone.published WHERE kind = %s AND terms && %s AND terms @> %s"
    " ORDER BY sort, key LIMIT %s)"
    " ORDER BY (SELECT count(*) FROM unnest(terms) AS term WHERE term = ANY (%s)) DESC, sort, key LIMIT %s"
)


@dataclass(frozen=True)
class Copy:
    """One published thing: ``body`` is what pages show of it."""

    kind: str
    key: str
    version: int
    body: dict[str, Any]
    made_at: datetime
    sort: str


def content(body: Any, terms: Sequence[str], words: str, sort: str) -> bytes:
    """What a copy's signature covers, in one form."""
    return canonical({"body": body, "terms": list(terms), "words": words, "sort": sort})


def one(kind: str, key: str) -> Copy | None:
    """The copy under a key."""
    return next(iter(_read(f"{_SELECT} AND key = %s", [kind, key])), None)


def several(kind: str, wanted: Iterable[str]) -> list[Copy]:
    """The copies under these keys, in their own order."""
    given = list(wanted)
    return _read(f"{_SELECT} AND key = ANY(%s) ORDER BY sort, key", [kind, given]) if given else []


def found(
    kind: str,
    *,
    any_of: Iterable[str] = (),
    all_of: Iterable[str] = (),
    saying: str = "",
    after: str = "",
    most: int = MOST,
) -> list[Copy]:
    """Copies that carry one of the terms, all of the terms, and the words, in their own order; at most ``most``.

    ``after``: only those that come behind this ``sort``, for the next page of a list (no two may have the same then).
    """
    where, given = "", [kind]
    values: list[Any] = list(given)
    for operator, terms in (("&&", list(any_of)), ("@>", list(all_of))):
        if terms:
            where += f" AND terms {operator} %s"
            values.append([f"{kind}:{term}" for term in terms])
    if saying:
        where += r" AND words LIKE %s"
        values.append("%" + saying.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%")
    if after:
        where += " AND sort > %s"
        values.append(after)
    return _read(f"{_SELECT}{where} ORDER BY sort, key LIMIT {int(most)}", values)


def sharing(kind: str, terms: Iterable[str], *, all_of: Iterable[str], most: int) -> list[Copy]:
    """Copies that share the most of ``terms``, and carry ``all_of``; most shared first.

    Compared are the first ``COMPARED`` in the copies' own order that share one at all, so a word that everybody uses
    costs no more than a rare one.
    """
    wanted = [f"{kind}:{term}" for term in terms]
    if not wanted:
        return []
    return _read(
        f"{_SELECT}{_SHARING}",
        [kind, kind, wanted, [f"{kind}:{term}" for term in all_of], COMPARED, wanted, int(most)],
    )


def listed(kind: str, most: int) -> list[tuple[str, datetime]]:
    """Keys of a kind with when each copy was made, for a list of addresses: no content, so no signature is looked at."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, made_at FROM public_zone.published WHERE kind = %s ORDER BY sort, key LIMIT %s", [kind, most]
        )
        return [(str(key), made_at) for key, made_at in cursor.fetchall()]


def _read(statement: str, values: list[Any]) -> list[Copy]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    return [_copy(*row) for row in rows]


def _copy(
    kind: str,
    key: str,
    version: int,
    made_at: datetime,
    body: Any,
    terms: list[str],
    words: str,
    sort: str,
    seal: bytes,
) -> Copy:
    read = json.loads(body) if isinstance(body, str) else body
    package = Package("out", kind, key, made_at, content(read, terms, words, sort), version)
    try:
        _verified(package.said(), bytes(seal))
    except ForgedError as error:
        raise ForgedError("copy.forged", f"已发布的内容被改动：{kind} {key}") from error
    return Copy(kind, key, version, read, made_at, sort)


@lru_cache(maxsize=4000)
def _verified(said: bytes, seal: bytes) -> None:
    """Look at a signature once; an altered copy is a fault, never a page. Kept is what is signed (a digest), not the body.

    Raises:
        ForgedError: the inner zone has not published it so.
    """
    check(keys.other("public").verify, seal, said)
