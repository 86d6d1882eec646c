"""A WeChat service account (微信服务号): template messages to those who follow it and have bound their account.

The call: https://developers.weixin.qq.com/doc/service/api/notify/template/api_sendtemplatemessage.html; the access
token: .../api/base/api_getstableaccesstoken.html (asked for again and again it stays the same while it is valid); who
is in front of the page: https://developers.weixin.qq.com/doc/service/guide/h5/auth.html.
"""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings

from renda.kernel.notices.calling import Json, Tokens, call, code_of, post, token_of
from renda.kernel.notices.channels import Delayed, Message, Receipt, Rejected, Unavailable, shortened

CHANNEL = "wechat"
TITLE = "微信服务号"

LONGEST = 20  # characters of a thing.DATA field of a template
TOKENS = Tokens(frozenset({"40001", "40014", "42001"}))
# No such follower, does not follow (any more), refuses messages.
_NEVER = frozenset({"40003", "43004", "43101"})
_LATER = frozenset({"-1", "45015"})


def is_on() -> bool:
    """Whether an account and a template are named."""
    given = settings.RENDA_WECHAT
    return all(given[name] for name in ("app_id", "secret", "template"))


def deliver(address: str, message: Message) -> Receipt:
    """One template message to an openid. ``client_msg_id`` keeps a second try from being shown twice."""
    given = settings.RENDA_WECHAT
    values = {given["title_field"]: shortened(message.title, LONGEST), given["time_field"]: message.time}
    payload = {
        "touser": address,
        "template_id": given["template"],
        "url": message.link,
        "client_msg_id": f"renda-{message.key}",
        "data": {field: {"value": value} for field, value in values.items() if field},
    }
    url = f"{given['url']}/cgi-bin/message/template/send"
    answer = TOKENS.use(given["app_id"], _ask, lambda token: post(url, payload, query={"access_token": token}))
    code = code_of(answer)
    if code == "0":
        return Receipt(str(answer.get("msgid", "")))
    kind = Rejected if code in _NEVER else Delayed if code in _LATER else Unavailable
    raise kind(f"{TITLE}：{code}")


def _ask() -> tuple[str, float]:
    given = settings.RENDA_WECHAT
    who = {"grant_type": "client_credential", "appid": given["app_id"], "secret": given["secret"]}
    return token_of(post(f"{given['url']}/cgi-bin/stable_token", who))


def page_to_sign_in(back: str, state: str) -> str:
    """The provider's page that sends whoever opens it in WeChat to ``back`` with a ``code`` and the ``state``."""
    given = settings.RENDA_WECHAT
    query = {
        "appid": given["app_id"],
        "redirect_uri": back,
        "response_type": "code",
        "scope": "snsapi_base",
        "state": state,
    }
    return f"{given['page_url']}/connect/oauth2/authorize?{urlencode(query)}#wechat_redirect"


def address_of(code: str) -> str:
    """The openid behind the ``code`` that the provider's page gave.

    Raises:
        Rejected: the code is used up, too old or not the provider's.
        Unavailable: the provider does not answer.
    """
    given = settings.RENDA_WECHAT
    query = {
        "appid": given["app_id"],
        "secret": given["secret"],
        "code": code,
        "grant_type": "authorization_code",
    }
    answer: Json = call(f"{given['url']}/sns/oauth2/access_token", query=query)
    openid = answer.get("openid")
    if isinstance(openid, str) and openid:
        return openid
    kind = Rejected if code_of(answer) in ("40029", "40163", "42003") else Unavailable
    raise kind(f"{TITLE}：{code_of(answer)}")
