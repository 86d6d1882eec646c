"""Enterprise WeChat (企业微信): messages of an application of one's own.

The call: https://developer.work.weixin.qq.com/document/path/90236; the access token: path/91039; a member by phone:
path/95402; codes of errors: path/90313.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings

from renda.kernel.notices.calling import Json, Tokens, call, code_of, post, token_of
from renda.kernel.notices.channels import Delayed, Message, Receipt, Rejected, Unavailable

CHANNEL = "wecom"
TITLE = "企业微信应用"

TOKENS = Tokens(frozenset({"40001", "40014", "42001"}))
# No such member, not one who may see the application.
_NEVER = frozenset({"40003", "46004", "60111", "81013"})
_LATER = frozenset({"-1"})


def is_on() -> bool:
    """Whether an enterprise and its application are named."""
    given = settings.RENDA_WECOM
    return bool(given["corp_id"] and given["secret"] and given["agent_id"].isdecimal())


def deliver(address: str, message: Message) -> Receipt:
    """One text card to a member. The provider drops the same card within half an hour, so a second try shows once."""
    card = {"title": message.title, "description": message.time, "url": message.link, "btntxt": "查看"}
    answer = _act(
        "/cgi-bin/message/send",
        {
            "touser": address,
            "msgtype": "textcard",
            "agentid": int(settings.RENDA_WECOM["agent_id"]),
            "textcard": card,
            "enable_duplicate_check": 1,
            "duplicate_check_interval": 1800,
        },
    )
    if answer.get("invaliduser") or answer.get("unlicenseduser"):
        raise Rejected(f"{TITLE}：成员不存在、不在应用可见范围内或没有许可")
    return Receipt(str(answer.get("msgid", "")))


def find(phone: str) -> str:
    """The member with this phone.

    Raises:
        Rejected: there is none.
        Unavailable, Delayed: it cannot be said now.
    """
    userid = _act("/cgi-bin/user/getuserid", {"mobile": phone}).get("userid")
    if not isinstance(userid, str) or not userid:
        raise Rejected(f"{TITLE}：没有这个手机号码的成员")
    return userid


def _act(path: str, payload: dict[str, Any]) -> Json:
    given = settings.RENDA_WECOM
    account = f"{given['corp_id']} {given['agent_id']}"
    url = f"{given['url']}{path}"
    answer = TOKENS.use(account, _ask, lambda token: post(url, payload, query={"access_token": token}))
    code = code_of(answer)
    if code == "0":
        return answer
    kind = Rejected if code in _NEVER else Delayed if code in _LATER else Unavailable
    raise kind(f"{TITLE}：{code}")


def _ask() -> tuple[str, float]:
    given = settings.RENDA_WECOM
    query = {"corpid": given["corp_id"], "corpsecret": given["secret"]}
    return token_of(call(f"{given['url']}/cgi-bin/gettoken", query=query))
