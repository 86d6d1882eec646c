"""SMS by Alibaba Cloud: SendSms (Dysmsapi 2017-05-25), signed by ACS3-HMAC-SHA256.

Signature: https://help.aliyun.com/document_detail/2593177.html; codes of errors: document_detail/101346.html. The two
templates are approved by the provider beforehand: the notice's with ``${title}`` in it, the code's with ``${code}``.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from django.conf import settings

from renda.kernel.notices.calling import call
from renda.kernel.notices.channels import Delayed, Message, Receipt, Rejected, Unavailable, shortened

CHANNEL = "sms"
TITLE = "阿里云短信"

ALGORITHM = "ACS3-HMAC-SHA256"
VERSION = "2017-05-25"
LONGEST = 30  # characters of a variable in a template: 35 at most for the strictest kind

# Of this number or this text alone; whatever is not named here is of the account, the signature or the template.
_NEVER = frozenset(
    {
        "isv.MOBILE_NUMBER_ILLEGAL",
        "isv.DOMESTIC_NUMBER_NOT_SUPPORTED",
        "isv.BLACK_KEY_CONTROL_LIMIT",
        "isv.PARAM_LENGTH_LIMIT",
        "isv.SMS_CONTENT_ILLEGAL",
        "isv.PARAM_NOT_SUPPORT_URL",
    }
)
_LATER = frozenset({"isv.BUSINESS_LIMIT_CONTROL", "isp.SYSTEM_ERROR"})


def is_on() -> bool:
    """Whether an account, a signature and both templates are named."""
    given = settings.RENDA_ALIYUN_SMS
    return all(given[name] for name in ("key_id", "key_secret", "sign", "notice_template", "code_template"))


def deliver(address: str, message: Message) -> Receipt:
    """One SMS to a mainland number."""
    given = settings.RENDA_ALIYUN_SMS
    template = given["code_template"] if message.code else given["notice_template"]
    values = {"code": message.code} if message.code else {"title": shortened(message.title, LONGEST)}
    query = {
        "OutId": str(message.key),
        "PhoneNumbers": address,
        "SignName": given["sign"],
        "TemplateCode": template,
        "TemplateParam": json.dumps(values, ensure_ascii=False),
    }
    answer = call(
        f"{given['url'].rstrip('/')}/?{canonical_query(query)}",
        b"",
        headers=signed(
            "SendSms",
            VERSION,
            query,
            host=urlsplit(given["url"]).netloc,
            key_id=given["key_id"],
            key_secret=given["key_secret"],
            date=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            nonce=secrets.token_hex(16),
        ),
    )
    code = str(answer.get("Code", ""))
    if code == "OK":
        return Receipt(str(answer.get("BizId", "")))
    kind = Rejected if code in _NEVER else Delayed if code in _LATER else Unavailable
    raise kind(f"{TITLE}：{code[:60] or '没有说明原因'}")


def signed(
    action: str,
    version: str,
    query: Mapping[str, str],
    *,
    host: str,
    key_id: str,
    key_secret: str,
    date: str,
    nonce: str,
) -> dict[str, str]:
    """The headers of a POST without a body, signed by version 3 of the provider's algorithm.

    ``date`` is UTC, ``2023-10-26T10:22:32Z``; the provider allows 15 minutes. ``nonce`` is never the same twice.
    """
    empty = hashlib.sha256(b"").hexdigest()
    headers = {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": empty,
        "x-acs-date": date,
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    request = f"POST\n/\n{canonical_query(query)}\n{lines}\n{names}\n{empty}"
    text = f"{ALGORITHM}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.new(key_secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return {**headers, "Authorization": f"{ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={signature}"}


def canonical_query(query: Mapping[str, str]) -> str:
    """The query in order, percent-encoded by RFC 3986: as it is signed and as it is sent."""
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in sorted(query.items()))
