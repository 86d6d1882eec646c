"""SMS by Tencent Cloud: SendSms (2021-01-11), signed by TC3-HMAC-SHA256.

Signature: https://cloud.tencent.com/document/api/382/52072; the call: api/382/55981; codes of errors: api/382/59177.
The two templates are approved by the provider beforehand: the notice's has one variable, the title; the code's has the
code first and, where it has a second one, the minutes it is valid.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from renda.kernel.notices.calling import call
from renda.kernel.notices.channels import CODE_MINUTES, Delayed, Message, Receipt, Rejected, Unavailable, shortened

CHANNEL = "sms"
TITLE = "腾讯云短信"

ALGORITHM = "TC3-HMAC-SHA256"
VERSION = "2021-01-11"
_NEEDED = ("secret_id", "secret_key", "app_id", "sign", "notice_template", "code_template")
LONGEST = 30  # characters of a variable in a template
_NEVER = (
    "InvalidParameterValue.IncorrectPhoneNumber",
    "FailedOperation.PhoneNumberInBlacklist",
    "FailedOperation.ContainSensitiveWord",
    "InvalidParameterValue.ContentLengthLimit",
    "InvalidParameterValue.TemplateParameterLengthLimit",
    "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter",
    "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone",
)
# Of this number for now: its daily or hourly number of messages.
_LATER = (
    "LimitExceeded.PhoneNumber",
    "LimitExceeded.DeliveryFrequencyLimit",
    "InternalError.Timeout",
    "InternalError.OtherError",
)


def is_on() -> bool:
    """Whether an account, an application, a signature and both templates are named."""
    given = settings.RENDA_TENCENT_SMS
    return all(given[name] for name in _NEEDED)


def deliver(address: str, message: Message) -> Receipt:
    """One SMS to a mainland number."""
    given = settings.RENDA_TENCENT_SMS
    payload = {
        "PhoneNumberSet": [f"+86{address}"],
        "SmsSdkAppId": given["app_id"],
        "SignName": given["sign"],
        "TemplateId": given["code_template"] if message.code else given["notice_template"],
        "TemplateParamSet": _values(message),
        "SessionContext": str(message.key),
    }
    body = json.dumps(payload, ensure_ascii=False)
    headers = signed(
        "SendSms",
        body,
        service="sms",
        host=urlsplit(given["url"]).netloc,
        secret_id=given["secret_id"],
        secret_key=given["secret_key"],
        timestamp=int(time.time()),
    )
    answer = call(
        given["url"],
        body.encode(),
        headers={**headers, "X-TC-Version": VERSION, "X-TC-Region": given["region"]},
    )
    return _read(answer.get("Response"))


def _values(message: Message) -> list[str]:
    if not message.code:
        return [shortened(message.title, LONGEST)]
    values = [message.code, str(CODE_MINUTES)]
    return values[:1] if settings.RENDA_TENCENT_SMS["code_values"] == "1" else values


def _read(response: Any) -> Receipt:
    """The status of the one number, or the error of the whole call."""
    found = response if isinstance(response, dict) else {}
    states = found.get("SendStatusSet") or [{}]
    error = found.get("Error") or {}
    code = str(error.get("Code") or states[0].get("Code") or "")
    if code == "Ok":
        return Receipt(str(states[0].get("SerialNo", "")))
    kind = Rejected if code.startswith(_NEVER) else Delayed if code.startswith(_LATER) else Unavailable
    raise kind(f"{TITLE}：{code[:80] or '没有说明原因'}")


def signed(
    action: str,
    body: str,
    *,
    service: str,
    host: str,
    secret_id: str,
    secret_key: str,
    timestamp: int,
) -> dict[str, str]:
    """The headers of a POST of JSON, signed by version 3 of the provider's algorithm.

    ``timestamp`` are seconds since 1970; the provider allows five minutes.
    """
    day = f"{datetime.fromtimestamp(timestamp, UTC):%Y-%m-%d}"
    scope = f"{day}/{service}/tc3_request"
    kind = "application/json; charset=utf-8"
    names = "content-type;host;x-tc-action"
    lines = f"content-type:{kind}\nhost:{host}\nx-tc-action:{action.lower()}\n"
    request = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body.encode()).hexdigest()}"
    text = f"{ALGORITHM}\n{timestamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = f"TC3{secret_key}".encode()
    for part in (day, service, "tc3_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    return {
        "Authorization": f"{ALGORITHM} Credential={secret_id}/{scope}, SignedHeaders={names}, Signature={signature}",
        "Content-Type": kind,
        "Host": host,
        "X-TC-Action": action,
        "X-TC-Timestamp": str(timestamp),
    }
