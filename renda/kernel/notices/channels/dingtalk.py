"""DingTalk (钉钉): work notices (工作通知) of an application of one's own.

The call: https://open.dingtalk.com/document/orgapp/asynchronous-sending-of-enterprise-session-messages; the access
token: .../orgapp/obtain-orgapp-token; a user by phone: .../orgapp/query-users-by-phone-number; codes of errors:
.../orgapp/server-api-error-codes-1.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings

from renda.kernel.notices.calling import Json, Tokens, call, code_of, post, token_of
from renda.kernel.notices.channels import Delayed, Message, Receipt, Rejected, Unavailable, shortened

CHANNEL = "dingtalk"
TITLE = "钉钉工作通知"

LONGEST = 64  # characters of a card's title
TOKENS = Tokens(frozenset({"33001", "40001", "40014", "42001"}))
_NEVER = frozenset({"33012", "40003", "60121"})
_LATER = frozenset({"-1"})


def is_on() -> bool:
    """Whether an application is named."""
    given = settings.RENDA_DINGTALK
    return bool(given["app_key"] and given["app_secret"] and given["agent_id"].isdecimal())


def deliver(address: str, message: Message) -> Receipt:
    """One card to a user. The provider drops what it has sent to her word by word on that day: a second try shows once,
    and the time in it tells two notices of the same title apart.
    """
    card = {
        "title": shortened(message.title, LONGEST),
        "markdown": f"**{_plain(message.title)}**\n\n{message.time}",
        "single_title": "查看",
        "single_url": message.link,
    }
    answer = _act(
        "/topapi/message/corpconversation/asyncsend_v2",
        {
            "agent_id": int(settings.RENDA_DINGTALK["agent_id"]),
            "userid_list": address,
            "msg": {"msgtype": "action_card", "action_card": card},
        },
    )
    return Receipt(str(answer.get("task_id", "")))


def _plain(title: str) -> str:
    """A title that Markdown shows as it stands: no link, no picture comes out of it."""
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]<>()#+-!|" else letter for letter in title)


def find(phone: str) -> str:
    """The user with this phone.

    Raises:
        Rejected: there is none.
        Unavailable, Delayed: it cannot be said now.
    """
    found = _act("/topapi/v2/user/getbymobile", {"mobile": phone}).get("result")
    userid = found.get("userid") if isinstance(found, dict) else None
    if not isinstance(userid, str) or not userid:
        raise Rejected(f"{TITLE}：没有这个手机号码的成员")
    return userid


def _act(path: str, payload: dict[str, Any]) -> Json:
    given = settings.RENDA_DINGTALK
    url = f"{given['url']}{path}"
    answer = TOKENS.use(given["app_key"], _ask, lambda token: post(url, payload, query={"access_token": token}))
    code = code_of(answer)
    if code == "0":
        return answer
    kind = Rejected if code in _NEVER else Delayed if code in _LATER else Unavailable
    raise kind(f"{TITLE}：{code}")


def _ask() -> tuple[str, float]:
    given = settings.RENDA_DINGTALK
    query = {"appkey": given["app_key"], "appsecret": given["app_secret"]}
    return token_of(call(f"{given['url']}/gettoken", query=query))
