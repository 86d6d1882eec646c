"""A page's right to hear about a key: the key, signed by the page that was allowed to show it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.core.signing import BadSignature, TimestampSigner, b62_decode

from renda.kernel.errors import Forbidden, Invalid

# As long as a sign-in lasts; an older page hears nothing more.
MAX_AGE_SECONDS = 12 * 3600
MOST_KEYS = 64
_KEY = re.compile(r"[a-z][a-z_]*(:[A-Za-z0-9_-]+)+\Z")


def token(key: str) -> str:
    """The signed form of a key such as ``case:99``.

    Raises:
        ValueError: not a key (lower-case words and ids, joined by colons).
    """
    if not _KEY.match(key):
        raise ValueError(f"{key!r} is no event key")
    return _signer().sign(key)


def keys(tokens: Iterable[str]) -> dict[str, int]:
    """The keys of a page's tokens, each with the second (since 1970) in which its page was made.

    Raises:
        Invalid: none, or more than 64.
        Forbidden: one of them is forged or older than 12 hours.
    """
    given = list(tokens)
    if not 0 < len(given) <= MOST_KEYS:
        raise Invalid("event.keys", "订阅内容的数量不合要求。")
    try:
        return {_signer().unsign(each, max_age=MAX_AGE_SECONDS): _made_at(each) for each in given}
    except BadSignature:
        raise Forbidden("event.signature", "页面已过期，请刷新。") from None


def event_name(key: str) -> str:
    """The name of the browser's event for a key: ``case:99`` → ``live-case-99``."""
    return "live-" + key.replace(":", "-")


def _made_at(signed: str) -> int:
    return b62_decode(signed.rsplit(":", 2)[1])


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="renda.kernel.events")
