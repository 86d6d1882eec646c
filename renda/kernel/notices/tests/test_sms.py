"""Both SMS providers: their published signatures, requests that their servers would take, and what they refuse with.

The fake servers work a signature out anew from what came over the wire, by the text of the provider's document; they
share no code with the house.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote

import pytest
from pytest_django import Settings

from renda.kernel.notices import calling
from renda.kernel.notices.channels import Delayed, Message, Rejected, Unavailable, aliyun_sms, tencent_sms
from renda.kernel.notices.tests.web import Answer, Asked, FakeProvider, provider

NOTICE = Message(7, "有新的交办：花园社区路灯 & 护栏*", datetime(2026, 9, 3, 6, 5, tzinfo=UTC), "/messages/1/")
CODE = Message(8, "验证码", datetime(2026, 9, 3, 6, 5, tzinfo=UTC), code="042137")
PHONE = "13800001111"


def digest(text: bytes | str) -> str:
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


# --- Alibaba Cloud ----------------------------------------------------------------------------------------------------

ALIYUN = {
    "key_id": "LTAI-test",
    "key_secret": "aliyun-secret",
    "sign": "黄冈人大",
    "notice_template": "SMS_1",
    "code_template": "SMS_2",
}


class Aliyun:
    """Takes what is signed by the document's seven steps, within 15 minutes, each nonce once."""

    def __init__(self) -> None:
        self.sent: list[dict[str, str]] = []
        self.nonces: set[str] = set()
        self.code = "OK"

    def __call__(self, asked: Asked) -> Any:
        if (fault := self._fault(asked)) is not None:
            return Answer({"Code": fault, "Message": "refused", "RequestId": "r"}, 400)
        self.sent.append(dict(parse_qsl(asked.query_text)))
        if self.code != "OK":
            return {"Code": self.code, "Message": "…", "RequestId": "r"}
        return {"Code": "OK", "Message": "OK", "BizId": "9006^0", "RequestId": "r"}

    def _fault(self, asked: Asked) -> str | None:
        matched = re.fullmatch(
            r"ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})",
            asked.headers["authorization"],
        )
        assert matched is not None
        key_id, names, signature = matched.groups()
        # All x-acs- headers and host must be signed.
        must = sorted(name for name in asked.headers if name.startswith("x-acs-") or name == "host")
        if key_id != ALIYUN["key_id"] or names.split(";") != must:
            return "InvalidAccessKeyId.NotFound"
        if asked.headers["x-acs-content-sha256"] != digest(asked.body):
            return "InvalidContentSha256"
        date = datetime.strptime(asked.headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        if abs((datetime.now(UTC) - date).total_seconds()) > 900:
            return "InvalidTimeStamp.Expired"
        if asked.headers["x-acs-signature-nonce"] in self.nonces:
            return "SignatureNonceUsed"
        self.nonces.add(asked.headers["x-acs-signature-nonce"])
        pairs = sorted(parse_qsl(asked.query_text, keep_blank_values=True))
        query = "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in pairs)
        canonical = "\n".join(
            [
                asked.method,
                asked.path,
                query,
                "".join(f"{name}:{asked.headers[name].strip()}\n" for name in must),
                ";".join(must),
                digest(asked.body),
            ]
        )
        text = f"ACS3-HMAC-SHA256\n{digest(canonical)}"
        expected = hmac.new(ALIYUN["key_secret"].encode(), text.encode(), hashlib.sha256).hexdigest()
        return None if hmac.compare_digest(expected, signature) else "SignatureDoesNotMatch"


@pytest.fixture
def aliyun(settings: Settings) -> Iterator[FakeProvider]:
    with provider(Aliyun()) as server:
        settings.RENDA_ALIYUN_SMS = {**ALIYUN, "url": server.url}
        yield server


def test_the_signature_of_alibabas_document() -> None:
    """https://help.aliyun.com/document_detail/2593177.html, 固定参数示例."""
    headers = aliyun_sms.signed(
        "RunInstances",
        "2014-05-26",
        {"ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd", "RegionId": "cn-shanghai"},
        host="ecs.cn-shanghai.aliyuncs.com",
        key_id="YourAccessKeyId",
        key_secret="YourAccessKeySecret",
        date="2023-10-26T10:22:32Z",
        nonce="3156853299f313e23d1673dc12e1703d",
    )
    assert headers["Authorization"] == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;"
        "x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_a_query_is_in_order_and_encoded_as_the_document_says() -> None:
    """Space %20, not plus; asterisk %2A; tilde as it stands."""
    assert aliyun_sms.canonical_query({"b": "1", "a": "中 ~*/", "A": ""}) == "A=&a=%E4%B8%AD%20~%2A%2F&b=1"


def test_alibaba_takes_a_notice_and_a_code(aliyun: FakeProvider) -> None:
    assert aliyun_sms.deliver(PHONE, NOTICE).reference == "9006^0"
    aliyun_sms.deliver(PHONE, CODE)
    notice, code = aliyun.brain.sent  # type: ignore[attr-defined] # the brain is an Aliyun
    assert notice["TemplateCode"] == "SMS_1"
    assert json.loads(notice["TemplateParam"]) == {"title": "有新的交办：花园社区路灯 & 护栏*"}
    assert (notice["PhoneNumbers"], notice["SignName"], notice["OutId"]) == (PHONE, "黄冈人大", "7")
    assert (code["TemplateCode"], json.loads(code["TemplateParam"])) == ("SMS_2", {"code": "042137"})
    assert all(
        (asked.headers["x-acs-action"], asked.headers["x-acs-version"]) == ("SendSms", "2017-05-25")
        for asked in aliyun.asked
    )


def test_alibaba_refuses_a_wrong_secret(aliyun: FakeProvider, settings: Settings) -> None:
    settings.RENDA_ALIYUN_SMS = {**settings.RENDA_ALIYUN_SMS, "key_secret": "other"}
    with pytest.raises(Unavailable, match="SignatureDoesNotMatch"):
        aliyun_sms.deliver(PHONE, NOTICE)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("isv.MOBILE_NUMBER_ILLEGAL", Rejected),
        ("isv.SMS_CONTENT_ILLEGAL", Rejected),
        ("isv.BUSINESS_LIMIT_CONTROL", Delayed),
        ("isv.AMOUNT_NOT_ENOUGH", Unavailable),
        ("isv.SMS_SIGNATURE_ILLEGAL", Unavailable),
        ("isv.DAY_LIMIT_CONTROL", Unavailable),
        ("", Unavailable),
    ],
)
def test_what_alibabas_codes_mean(aliyun: FakeProvider, code: str, error: type[Exception]) -> None:
    aliyun.brain.code = code  # type: ignore[attr-defined] # as above
    with pytest.raises(error) as caught:
        aliyun_sms.deliver(PHONE, NOTICE)
    assert type(caught.value) is error
    assert code in str(caught.value)


# --- Tencent Cloud ----------------------------------------------------------------------------------------------------

TENCENT = {
    "region": "ap-guangzhou",
    "secret_id": "AKID-test",
    "secret_key": "tencent-secret",
    "app_id": "1400006666",
    "sign": "黄冈人大",
    "notice_template": "1110",
    "code_template": "1111",
    "code_values": "2",
}


class Tencent:
    """Takes what is signed by the document's four steps, within five minutes."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.state: dict[str, str] = {"Code": "Ok", "SerialNo": "5000:1045710669157053657849499619"}
        self.error = ""

    def __call__(self, asked: Asked) -> Any:
        fault = self.error or self._fault(asked)
        if fault:
            return {"Response": {"Error": {"Code": fault, "Message": "refused"}, "RequestId": "r"}}
        self.sent.append(asked.json)
        return {"Response": {"SendStatusSet": [self.state], "RequestId": "r"}}

    def _fault(self, asked: Asked) -> str:
        matched = re.fullmatch(
            r"TC3-HMAC-SHA256 Credential=([^/]+)/(\d{4}-\d\d-\d\d)/sms/tc3_request, SignedHeaders=([^,]+), "
            r"Signature=([0-9a-f]{64})",
            asked.headers["authorization"],
        )
        assert matched is not None
        secret_id, day, names, signature = matched.groups()
        stamp = int(asked.headers["x-tc-timestamp"])
        if secret_id != TENCENT["secret_id"]:
            return "AuthFailure.SecretIdNotFound"
        if abs(time.time() - stamp) > 300 or day != datetime.fromtimestamp(stamp, UTC).date().isoformat():
            return "AuthFailure.SignatureExpire"
        assert {"content-type", "host"} <= set(names.split(";"))
        # Values are in small letters, as the document has it.
        lines = "".join(f"{name}:{asked.headers[name].strip().lower()}\n" for name in sorted(names.split(";")))
        canonical = "\n".join([asked.method, asked.path or "/", asked.query_text, lines, names, digest(asked.body)])
        text = "\n".join(["TC3-HMAC-SHA256", str(stamp), f"{day}/sms/tc3_request", digest(canonical)])
        key = ("TC3" + TENCENT["secret_key"]).encode()
        for part in (day, "sms", "tc3_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        expected = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        return "" if hmac.compare_digest(expected, signature) else "AuthFailure.SignatureFailure"


@pytest.fixture
def tencent(settings: Settings) -> Iterator[FakeProvider]:
    with provider(Tencent()) as server:
        settings.RENDA_TENCENT_SMS = {**TENCENT, "url": server.url}
        yield server


def test_the_signature_of_tencents_document() -> None:
    """https://cloud.tencent.com/document/api/213/30654, whose example key is 32 asterisks."""
    headers = tencent_sms.signed(
        "DescribeInstances",
        '{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}',
        service="cvm",
        host="cvm.tencentcloudapi.com",
        secret_id="AKID" + "*" * 32,
        secret_key="*" * 32,
        timestamp=1551113065,
    )
    assert headers["Authorization"] == (
        "TC3-HMAC-SHA256 Credential=AKID********************************/2019-02-25/cvm/tc3_request, "
        "SignedHeaders=content-type;host;x-tc-action, "
        "Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f"
    )


def test_tencent_takes_a_notice_and_a_code(tencent: FakeProvider, settings: Settings) -> None:
    assert tencent_sms.deliver(PHONE, NOTICE).reference == "5000:1045710669157053657849499619"
    tencent_sms.deliver(PHONE, CODE)
    settings.RENDA_TENCENT_SMS = {**settings.RENDA_TENCENT_SMS, "code_values": "1"}
    tencent_sms.deliver(PHONE, CODE)
    notice, *codes = tencent.brain.sent  # type: ignore[attr-defined] # the brain is a Tencent
    assert notice == {
        "PhoneNumberSet": ["+8613800001111"],
        "SmsSdkAppId": "1400006666",
        "SignName": "黄冈人大",
        "TemplateId": "1110",
        "TemplateParamSet": ["有新的交办：花园社区路灯 & 护栏*"],
        "SessionContext": "7",
    }
    assert [code["TemplateParamSet"] for code in codes] == [["042137", "10"], ["042137"]]
    asked = tencent.asked[0].headers
    assert (asked["x-tc-action"], asked["x-tc-version"], asked["x-tc-region"]) == (
        "SendSms",
        "2021-01-11",
        "ap-guangzhou",
    )


def test_tencent_refuses_a_wrong_secret(tencent: FakeProvider, settings: Settings) -> None:
    settings.RENDA_TENCENT_SMS = {**settings.RENDA_TENCENT_SMS, "secret_key": "other"}
    with pytest.raises(Unavailable, match=r"AuthFailure\.SignatureFailure"):
        tencent_sms.deliver(PHONE, NOTICE)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("InvalidParameterValue.IncorrectPhoneNumber", Rejected),
        ("FailedOperation.PhoneNumberInBlacklist", Rejected),
        ("LimitExceeded.PhoneNumberDailyLimit", Delayed),
        ("LimitExceeded.PhoneNumberThirtySecondLimit", Delayed),
        ("InternalError.Timeout", Delayed),
        ("FailedOperation.InsufficientBalanceInSmsPackage", Unavailable),
        ("FailedOperation.TemplateIncorrectOrUnapproved", Unavailable),
        ("", Unavailable),
    ],
)
def test_what_tencents_codes_mean(tencent: FakeProvider, code: str, error: type[Exception]) -> None:
    tencent.brain.state = {"Code": code}  # type: ignore[attr-defined] # as above
    with pytest.raises(error) as caught:
        tencent_sms.deliver(PHONE, NOTICE)
    assert type(caught.value) is error


def test_tencents_limit_of_the_whole_account_rests_the_provider(tencent: FakeProvider) -> None:
    tencent.brain.error = "RequestLimitExceeded"  # type: ignore[attr-defined] # as above
    with pytest.raises(Unavailable, match="RequestLimitExceeded"):
        tencent_sms.deliver(PHONE, NOTICE)


# --- both -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["aliyun", "tencent"])
def test_a_long_title_is_cut_to_what_a_template_takes(name: str, request: pytest.FixtureRequest) -> None:
    server: FakeProvider = request.getfixturevalue(name)
    module = aliyun_sms if name == "aliyun" else tencent_sms
    module.deliver(PHONE, Message(9, "长" * 200, NOTICE.at))
    (sent,) = server.brain.sent  # type: ignore[attr-defined] # as above
    title = json.loads(sent["TemplateParam"])["title"] if name == "aliyun" else sent["TemplateParamSet"][0]
    assert title == "长" * 29 + "…"


FAULTS = {
    "throttled": Answer({"message": "slow down"}, 429),
    "broken": Answer(b"<html>bad gateway</html>", 502),
    "no JSON": Answer(b"<html>", 200),
    "a list": Answer([1], 200),
    "elsewhere": Answer({}, 302, headers={"Location": "http://127.0.0.1:9/"}),
    "silent": Answer({}, after=1.0),
}


@pytest.mark.parametrize("name", ["aliyun", "tencent"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_server_in_trouble_is_tried_later_and_no_secret_is_told(
    name: str,
    fault: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    server: FakeProvider = request.getfixturevalue(name)
    monkeypatch.setattr(calling, "TIMEOUT", 0.2)
    server.next = [FAULTS[fault]]
    with caplog.at_level("DEBUG"), pytest.raises(Unavailable) as caught:
        (aliyun_sms if name == "aliyun" else tencent_sms).deliver(PHONE, CODE)
    # Also what hangs on the error, which a traceback would show.
    told = repr(caught.value) + repr(caught.value.__cause__) + caplog.text
    for secret in (PHONE, CODE.code, "aliyun-secret", "tencent-secret"):
        assert secret not in told
    assert len(server.asked) == 1


def test_nobody_there(settings: Settings) -> None:
    settings.RENDA_ALIYUN_SMS = {**ALIYUN, "url": "http://127.0.0.1:1"}
    with pytest.raises(Unavailable, match="连接不上"):
        aliyun_sms.deliver(PHONE, NOTICE)
    settings.RENDA_ALIYUN_SMS = {**ALIYUN, "url": "file:///etc"}
    with pytest.raises(Unavailable, match="https"):
        aliyun_sms.deliver(PHONE, NOTICE)


def test_a_provider_is_off_until_its_account_is_named(settings: Settings) -> None:
    assert not aliyun_sms.is_on()
    assert not tencent_sms.is_on()
    settings.RENDA_ALIYUN_SMS = {**ALIYUN, "url": "https://x"}
    settings.RENDA_TENCENT_SMS = {**TENCENT, "url": "https://x"}
    assert aliyun_sms.is_on()
    assert tencent_sms.is_on()
    settings.RENDA_ALIYUN_SMS = {**ALIYUN, "url": "https://x", "sign": ""}
    assert not aliyun_sms.is_on()
