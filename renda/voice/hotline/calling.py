"""The hotline's interface: JSON over HTTPS, each call signed. What a city's own gateway speaks is translated beside it.

``POST /tickets`` {reference, title, content, place, category, submitted_at} → {code: "0", number}; the same reference
again gives the same number. ``GET /tickets/NUMBER`` → {code: "0", state: open | closed | returned, answer, solved,
promised_on}. Nobody's name or telephone number travels: the answer comes back through the congress.

Headers: X-App, X-Time (seconds since 1970), X-Signature: hex HMAC-SHA256 by the secret over method, path, time and the
SHA-256 of the body, joined by line feeds.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings

from renda.kernel.notices.calling import call
from renda.kernel.notices.channels import Delayed, Rejected, Unavailable
from renda.voice.history.checking import solved_of

_LONGEST_NUMBER = 40
_WRONG_ACCOUNT = frozenset({"signature", "app", "time"})
_NEVER = frozenset({"invalid", "not_found"})


@dataclass(frozen=True)
class Reply:
    """What the hotline says of a ticket."""

    state: str
    answer: str = ""
    solved: str = ""
    promised_on: date | None = None


def signature(secret: str, method: str, path: str, at: str, body: bytes) -> str:
    """The signature of a call."""
    said = "\n".join((method, path, at, hashlib.sha256(body).hexdigest()))
    return hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()


def push(payload: dict[str, Any]) -> str:
    """Hand a message over; returns its ticket's number.

    Raises:
        DeliveryError: it was not taken, now or ever.
    """
    number = _ask("POST", "/tickets", json.dumps(payload, ensure_ascii=False).encode()).get("number")
    if not isinstance(number, str) or not number.strip() or len(number.strip()) > _LONGEST_NUMBER:
        raise Delayed("12345 没有给出工单号")
    return number.strip()


def pull(number: str) -> Reply:
    """How a ticket stands.

    Raises:
        DeliveryError: it cannot be said now, or there is no such ticket.
    """
    said = _ask("GET", f"/tickets/{quote(number, safe='')}", b"")
    state, answer, solved, promised = (said.get(name) or "" for name in ("state", "answer", "solved", "promised_on"))
    if state not in {"open", "closed", "returned"} or not all(
        isinstance(one, str) for one in (answer, solved, promised)
    ):
        raise Delayed("12345 的应答看不懂")
    try:
        return Reply(state, answer, solved_of(solved), date.fromisoformat(promised) if promised else None)
    except ValueError:
        raise Delayed("12345 的完成日期看不懂") from None


def _ask(method: str, path: str, body: bytes) -> dict[str, Any]:
    given = settings.RENDA_HOTLINE
    url = f"{given['url'].rstrip('/')}{path}"
    at = str(int(time.time()))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "X-App": given["app"],
        "X-Time": at,
        "X-Signature": signature(given["secret"], method, urlsplit(url).path, at, body),
    }
    answer = call(url, body if method == "POST" else None, headers=headers)
    code = str(answer.get("code", ""))
    if code == "0":
        return answer
    kind = Unavailable if code in _WRONG_ACCOUNT else Rejected if code in _NEVER else Delayed
    raise kind(f"12345 没有接受（{code[:20] or '无代码'}）")
