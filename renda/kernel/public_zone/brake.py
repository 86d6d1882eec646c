"""Slowing down whoever tries too often. Counted are keyed hashes; an address is stored nowhere."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

from renda.kernel.addresses import network_of


@dataclass(frozen=True)
class Limit:
    """At most so many tries in so many seconds of ``who`` (an address, a device, a number) at ``what``."""

    what: str
    who: str
    at_most: int
    seconds: int


def wait(*limits: Limit) -> int:
    """Count one more try under each limit; the seconds to wait, 0 = go on. One statement."""
    counted = [limit for limit in limits if limit.who]
    if not counted:
        return 0
    keys = [
        hmac.digest(settings.SECRET_KEY.encode(), f"brake:{limit.what}\x1f{limit.who}".encode(), sha256)
        for limit in counted
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(public_zone.brake(key, at_most, seconds))"
            " FROM unnest(%s::bytea[], %s::integer[], %s::integer[]) AS given (key, at_most, seconds)",
            [keys, [limit.at_most for limit in counted], [limit.seconds for limit in counted]],
        )
        return int(cursor.fetchone()[0])


def device_of(request: HttpRequest) -> str:
    """What a browser is known by: the secret of its form cookie; empty for one that keeps none."""
    return request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")


def address_of(request: HttpRequest) -> str:
    """The place a request comes from, as tries are counted."""
    return network_of(str(request.META.get("REMOTE_ADDR", "")))


def in_words(seconds: int) -> str:
    """How long to wait: 30 秒, 12 分钟."""
    return f"{seconds} 秒" if seconds < 60 else f"{-(-seconds // 60)} 分钟"
