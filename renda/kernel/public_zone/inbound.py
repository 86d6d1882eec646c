"""Leaving packages for the inner zone: one INSERT, nothing is read back."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import connection

from renda.kernel import clock
from renda.kernel.public_zone import keys
from renda.kernel.public_zone.packages import Package, canonical, seal


@dataclass(frozen=True)
class Letter:
    """Something to be sent in: ``content`` is bytes (a file) or what JSON can say."""

    kind: str
    key: str
    content: Any


def letter_key(*parts: str) -> str:
    """A key that the same press always gets, and that nobody can guess: 32 hex characters."""
    said = "\x1f".join(parts).encode()
    return hmac.digest(settings.SECRET_KEY.encode(), b"letter:" + said, sha256).hex()[:32]


def send(*letters: Letter) -> None:
    """Seal, sign and store letters with one statement; a key that is there already stays as it is (a second press)."""
    own, other, now = keys.own("public"), keys.other("public"), clock.now()
    packages = []
    for letter in letters:
        plain = letter.content if isinstance(letter.content, bytes) else canonical(letter.content)
        packages.append(Package("in", letter.kind, letter.key, now, seal(plain, other.seal)).signed(own.sign))
    columns = zip(*((one.key, one.kind, one.made_at, one.body, one.signature) for one in packages), strict=True)
    with connection.cursor() as cursor:
        # No target: naming one would need the right to read the key.
        cursor.execute(
            "INSERT INTO public_zone.inbound (key, kind, made_at, body, signature)"
            " SELECT * FROM unnest(%s::text[], %s::text[], %s::timestamptz[], %s::bytea[], %s::bytea[])"
            " ON CONFLICT DO NOTHING",
            [list(column) for column in columns],
        )
