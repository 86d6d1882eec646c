"""Access tokens: what a program shows instead of a session, under ``/api/`` only."""

from __future__ import annotations

import secrets

from django.db.models import QuerySet
from django.http import HttpRequest

from renda.congress.models import AccessToken
from renda.kernel import clock
from renda.kernel.errors import SignedOut
from renda.kernel.privacy.api import fingerprint

PREFIX = "renda_"
_PURPOSE = "access_token"
_LONGEST = 200


def new_token() -> str:
    """256 random bits behind a prefix that scanners of source code recognise."""
    return PREFIX + secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """The keyed hash under which a token is stored."""
    return fingerprint(token, purpose=_PURPOSE)


def valid_tokens() -> QuerySet[AccessToken]:
    """Those that open today."""
    return AccessToken.objects.filter(revoked_at=None, expires_at__gt=clock.now())


def token_of(request: HttpRequest) -> AccessToken | None:
    """The token that a request shows; None when it shows none. One query.

    Raises:
        SignedOut: it shows one that is unknown, revoked or expired, or whose owner's account sleeps.
    """
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    found = None
    if given.startswith(PREFIX) and len(given) < _LONGEST and given.isascii():
        found = valid_tokens().filter(token_hash=token_hash(given)).select_related("person__party").first()
    if found is None or not found.person.is_active:
        raise SignedOut("token.invalid", "访问令牌无效、已撤销或已过期。")
    return found
