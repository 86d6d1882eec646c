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
from renda.kernel.public_zone.packages import ForgedError, Package, canonical

MOST = 200

_SELECT = (
    "SELECT kind, key, version, made_at, body, terms, words, sort, signature FROM public_zone.published WHERE kind = %s"
)


@dataclass(frozen=True)
class Copy:
    """One published thing: ``body`` is what pages show of it."""

    kind: str
    key: str
    version: int
    body: dict[str, Any]


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
    kind: str, *, any_of: Iterable[str] = (), all_of: Iterable[str] = (), saying: str = "", most: int = MOST
) -> list[Copy]:
    """Copies that carry one of the terms, all of the terms, and the words, in their own order; at most ``most``."""
    where, given = "", [kind]
    values: list[Any] = list(given)
    for operator, terms in (("&&", list(any_of)), ("@>", list(all_of))):
        if terms:
            where += f" AND terms {operator} %s"
            values.append([f"{kind}:{term}" for term in terms])
    if saying:
        where += r" AND words LIKE %s"
        values.append("%" + saying.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%")
    return _read(f"{_SELECT}{where} ORDER BY sort, key LIMIT {int(most)}", values)


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
    package = Package("out", kind, key, made_at, content(read, terms, words, sort), version, bytes(seal))
    _verified(package)
    return Copy(kind, key, version, read)


@lru_cache(maxsize=4000)
def _verified(package: Package) -> None:
    """Look at a signature once; an altered copy is a fault, never a page.

    Raises:
        ForgedError: the inner zone has not published it so.
    """
    try:
        package.verify(keys.other("public").verify)
    except ForgedError as error:
        raise ForgedError("copy.forged", f"已发布的内容被改动：{package.kind} {package.key}") from error
