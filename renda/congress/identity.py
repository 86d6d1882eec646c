"""Signing in at the city's own provider: OpenID Connect, authorization code with PKCE, nonce and state (authlib).

The provider says who somebody is (issuer and subject), never what she may: a subject that nobody has linked to a person
opens nothing, and no account is made. What the provider publishes of itself (addresses, keys) is read anew at each sign-in,
so a rotated key needs nothing here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.django_client import OAuth
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from joserfc.errors import JoseError
from requests import RequestException

from renda.congress.models import IdentityLink, Person
from renda.kernel.errors import Refused

TIMEOUT = 8  # seconds that the provider may keep silent
LONGEST = 255  # characters of a subject (OpenID Connect Core 1.0, section 2)
_LOOPBACK = ("localhost", "127.0.0.1")
# Only what is signed with the provider's private key is taken: no secret that both sides know, no "none".
_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
_FAULTS = (AuthlibBaseError, JoseError, RequestException, RuntimeError, ValueError, KeyError, TypeError)
FAILED = "统一身份认证没有成功，请重新登录；仍不成功的，请用密码或登录码登录，并告诉系统管理员。"


@dataclass(frozen=True)
class Identity:
    """Who somebody is at the provider. ``name``: what it calls her, for her own eyes.

    ``second_factor``: whether the provider says that she has shown two factors there.
    """

    issuer: str
    subject: str
    name: str
    second_factor: bool


def is_on() -> bool:
    """Whether a provider is set up; one that is reached over plain http is none (but on this machine)."""
    given = settings.RENDA_OIDC
    parts = urlsplit(given["issuer"])
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    return bool(is_safe and given["client_id"] and given["client_secret"])


def _client() -> Any:
    given = settings.RENDA_OIDC
    return OAuth().register(
        "city",
        client_id=given["client_id"],
        client_secret=given["client_secret"],
        server_metadata_url=f"{given['issuer'].rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": given["scope"], "code_challenge_method": "S256", "default_timeout": TIMEOUT},
    )


def leave_for_provider(request: HttpRequest) -> HttpResponse:
    """Send the browser there; state, nonce and the verifier of PKCE stay in its session.

    Raises:
        Refused: the provider does not answer.
    """
    back = settings.RENDA_INNER_URL.rstrip("/") + reverse("congress:identity.back")
    try:
        answer: HttpResponse = _client().authorize_redirect(request, back)
    except _FAULTS as error:
        raise Refused("identity.away", "统一身份认证暂时没有应答，请稍后再试，或用其他方式登录。") from error
    return answer


def come_back(request: HttpRequest) -> Identity:
    """Who has come back: the code is exchanged and the ID token looked at (signature, issuer, audience, nonce, times).

    Raises:
        Refused: anything of it is not right, or the provider does not answer; one sentence.
    """
    client, given = _client(), settings.RENDA_OIDC
    expected: dict[str, dict[str, object]] = {name: {"essential": True} for name in ("exp", "nonce", "sub")}
    expected["iss"] = {"essential": True, "value": given["issuer"]}
    expected["aud"] = {"essential": True, "value": given["client_id"]}
    try:
        client.load_server_metadata()["id_token_signing_alg_values_supported"] = _ALGORITHMS
        token = client.authorize_access_token(request, leeway=30, claims_options=expected)
        claims = token["userinfo"]
    except _FAULTS as error:
        raise Refused("identity.failed", FAILED) from error
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= LONGEST:
        raise Refused("identity.subject", FAILED)
    return Identity(given["issuer"], claims["sub"], _name(claims), _has_second_factor(claims))


def _name(claims: Any) -> str:
    return str(claims.get("name") or claims.get("preferred_username") or claims["sub"])[:60]


def _has_second_factor(claims: Any) -> bool:
    """Whether ``amr`` (RFC 8176) or ``acr`` has a word that this site takes for two factors; by default none does."""
    methods = claims.get("amr")
    said = {str(word) for word in methods} if isinstance(methods, list) else set()
    return not {*said, str(claims.get("acr", ""))}.isdisjoint(settings.RENDA_OIDC_SECOND_FACTOR)


def person_of(identity: Identity) -> Person | None:
    """The person whom somebody has linked to this identity."""
    links = IdentityLink.objects.filter(issuer=identity.issuer, subject=identity.subject)
    return Person.objects.filter(party_id__in=links.values("person_id")).first()
