"""Asking a provider's server: JSON over HTTPS, and access tokens that are kept until they are used up.

What goes wrong becomes one of the errors of ``channels``. An address of the web is never part of an error or a log line:
it may hold a secret.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from http.client import HTTPException, HTTPResponse
from typing import Any, cast
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from renda.kernel.notices.channels import Delayed, Unavailable

TIMEOUT = 8  # seconds that a server may keep silent
LARGEST = 256 * 1024  # bytes of an answer; a provider's is a few hundred

Json = dict[str, Any]


class _NoRedirect(HTTPRedirectHandler):
    """A signed request is for the server it was signed for."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _opener() -> OpenerDirector:
    # Proxies are the process's own (https_proxy), certificates the machine's own.
    return build_opener(_NoRedirect)


def call(
    url: str,
    body: bytes | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
) -> Json:
    """GET, or POST with a ``body``; gives back the JSON object of the answer, also that of an error page.

    Raises:
        Unavailable: no connection, no answer in time, too many requests, the server's own fault, or not JSON.
    """
    if urlsplit(url).scheme not in ("https", "http"):
        raise Unavailable("服务地址应以 https:// 开头")
    address = f"{url}?{urlencode(query)}" if query else url
    request = Request(address, body, dict(headers or {}))  # noqa: S310 - the scheme is looked at above
    try:
        with _opener().open(request, timeout=TIMEOUT) as response:
            return _object(cast(HTTPResponse, response).read(LARGEST))
    except HTTPError as error:
        with error:
            if error.code == 429 or error.code >= 500:
                raise Unavailable(f"服务方暂时不能接收（HTTP {error.code}）") from None
            return _object(error.read(LARGEST), error.code)
    except TimeoutError:
        raise Unavailable(f"服务方 {TIMEOUT} 秒没有应答") from None
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        slow = isinstance(reason, TimeoutError)
        text = f"服务方 {TIMEOUT} 秒没有应答" if slow else f"连接不上服务方（{type(reason).__name__}）"
        raise Unavailable(text) from None


def _object(text: bytes, status: int = 200) -> Json:
    try:
        found = json.loads(text)
    except ValueError:
        raise Unavailable(f"服务方的应答看不懂（HTTP {status}）") from None
    if not isinstance(found, dict):
        raise Unavailable(f"服务方的应答看不懂（HTTP {status}）")
    return found


def post(url: str, payload: Mapping[str, Any], *, query: Mapping[str, str] | None = None) -> Json:
    """POST a JSON object.

    Raises:
        Unavailable: as ``call``.
    """
    body = json.dumps(payload, ensure_ascii=False).encode()
    return call(url, body, headers={"Content-Type": "application/json; charset=utf-8"}, query=query)


class Tokens:
    """Access tokens of one provider: asked for once, kept in this process until a little before they end.

    The three providers that use one give the same token again while it is valid, so processes need not share it.
    """

    EARLY = 120  # seconds before its end that a token is not used any more

    def __init__(self, stale: frozenset[str]) -> None:
        """``stale``: the codes with which the provider says that a token does not count any more."""
        self._stale = stale
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[str, float]] = {}

    def use(self, account: str, ask: Callable[[], tuple[str, float]], act: Callable[[str], Json]) -> Json:
        """``act`` with the account's token; with a new one when the provider says that the kept one is stale.

        ``ask`` gives a token and how many seconds it is valid.

        Raises:
            DeliveryError: from ``ask`` or ``act``.
        """
        token = self._token(account, ask)
        answer = act(token)
        if code_of(answer) not in self._stale:
            return answer
        with self._lock:
            if self._kept.get(account, ("", 0))[0] == token:
                del self._kept[account]
        return act(self._token(account, ask))

    def _token(self, account: str, ask: Callable[[], tuple[str, float]]) -> str:
        # Held while asking: of ten threads without a token one asks.
        with self._lock:
            token, ends = self._kept.get(account, ("", 0.0))
            if time.monotonic() < ends:
                return token
            token, seconds = ask()
            self._kept[account] = token, time.monotonic() + max(0.0, seconds - self.EARLY)
            return token

    def forget(self) -> None:
        """Keep none."""
        with self._lock:
            self._kept.clear()


def code_of(answer: Json) -> str:
    """The code of an answer in the manner of WeChat, WeCom and DingTalk (``sub_code`` where ``errcode`` is 88); "0" is good."""
    code = str(answer.get("errcode", 0))
    return str(answer["sub_code"]) if code == "88" and answer.get("sub_code") else code


def token_of(answer: Json) -> tuple[str, float]:
    """The token of an answer and the seconds it is valid.

    Raises:
        Unavailable: it holds none: the account or its secret is wrong, or the address of this machine is not let in.
        Delayed: the provider is busy.
    """
    if code_of(answer) == "-1":
        raise Delayed("服务方繁忙（-1）")
    token, seconds = answer.get("access_token"), answer.get("expires_in", 7200)
    if not isinstance(token, str) or not token or not isinstance(seconds, int | float):
        raise Unavailable(f"取不到访问凭证，请核对账号、密钥和 IP 白名单（{code_of(answer)}）")
    return token, float(seconds)
