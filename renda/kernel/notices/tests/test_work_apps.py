"""WeChat, enterprise WeChat and DingTalk: tokens that are kept and asked for anew, members found, messages as documented."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_django import Settings

from renda.kernel.notices import calling
from renda.kernel.notices.channels import Delayed, Message, Rejected, Unavailable, dingtalk, wechat, wecom
from renda.kernel.notices.tests.web import Answer, Asked, FakeProvider, provider

NOTICE = Message(7, "有新的交办：花园社区路灯", datetime(2026, 9, 3, 6, 5, tzinfo=UTC), "/messages/1/")


class Brain:
    """Gives out tokens, one valid at a time, and takes messages that carry it."""

    TOKEN_PATH: str
    SECRET: dict[str, str]

    def __init__(self) -> None:
        self.given = 0
        self.lifetime = 7200
        self.sent: list[Any] = []
        self.said: dict[str, Any] = {}
        self.lock = threading.Lock()

    @property
    def token(self) -> str:
        return f"token-{self.given}"

    def stale(self) -> dict[str, Any]:
        return {"errcode": 42001, "errmsg": "access_token expired"}

    def __call__(self, asked: Asked) -> Any:
        if asked.path == self.TOKEN_PATH:
            shown = asked.json if asked.method == "POST" else asked.query
            if {name: shown.get(name) for name in self.SECRET} != self.SECRET:
                return {"errcode": 40001, "errmsg": "invalid credential"}
            with self.lock:
                self.given += 1
            return {"errcode": 0, "errmsg": "ok", "access_token": self.token, "expires_in": self.lifetime}
        if asked.query.get("access_token") != self.token:
            return self.stale()
        self.sent.append((asked.path, asked.json))
        return {"errcode": 0, "errmsg": "ok", **self.said}


class WeChat(Brain):
    TOKEN_PATH = "/cgi-bin/stable_token"
    SECRET = {"grant_type": "client_credential", "appid": "wx-1", "secret": "wechat-secret"}

    def __call__(self, asked: Asked) -> Any:
        if asked.path == "/sns/oauth2/access_token":
            if asked.query != {
                "appid": "wx-1",
                "secret": "wechat-secret",
                "code": "good",
                "grant_type": "authorization_code",
            }:
                return {"errcode": 40029, "errmsg": "invalid code"}
            return {"access_token": "user-token", "expires_in": 7200, "openid": "o-1", "scope": "snsapi_base"}
        return super().__call__(asked)


class WeCom(Brain):
    TOKEN_PATH = "/cgi-bin/gettoken"
    SECRET = {"corpid": "ww-1", "corpsecret": "wecom-secret"}

    def stale(self) -> dict[str, Any]:
        return {"errcode": 40014, "errmsg": "invalid access_token"}


class DingTalk(Brain):
    TOKEN_PATH = "/gettoken"
    SECRET = {"appkey": "ding-1", "appsecret": "ding-secret"}

    def stale(self) -> dict[str, Any]:
        return {"errcode": 88, "sub_code": "40014", "sub_msg": "不合法的access_token", "errmsg": "…"}


@pytest.fixture(autouse=True)
def _no_tokens() -> None:
    for module in (wechat, wecom, dingtalk):
        module.TOKENS.forget()


@pytest.fixture
def weixin(settings: Settings) -> Iterator[FakeProvider]:
    with provider(WeChat()) as server:
        settings.RENDA_WECHAT = {
            "url": server.url,
            "page_url": "https://open.weixin.qq.com",
            "app_id": "wx-1",
            "secret": "wechat-secret",
            "template": "T-1",
            "title_field": "thing2",
            "time_field": "time4",
        }
        yield server


@pytest.fixture
def work(settings: Settings) -> Iterator[FakeProvider]:
    with provider(WeCom()) as server:
        settings.RENDA_WECOM = {
            "url": server.url,
            "corp_id": "ww-1",
            "agent_id": "1000002",
            "secret": "wecom-secret",
        }
        yield server


@pytest.fixture
def ding(settings: Settings) -> Iterator[FakeProvider]:
    with provider(DingTalk()) as server:
        settings.RENDA_DINGTALK = {
            "url": server.url,
            "app_key": "ding-1",
            "app_secret": "ding-secret",
            "agent_id": "3000004",
        }
        yield server


MODULES = {"weixin": wechat, "work": wecom, "ding": dingtalk}
EACH = pytest.mark.parametrize("name", MODULES)


@pytest.fixture
def server(name: str, request: pytest.FixtureRequest) -> FakeProvider:
    found: FakeProvider = request.getfixturevalue(name)
    return found


def brain(server: FakeProvider) -> Any:
    return server.brain


def test_a_template_message_of_wechat(weixin: FakeProvider) -> None:
    brain(weixin).said = {"msgid": 200228332}
    assert wechat.deliver("o-1", NOTICE).reference == "200228332"
    assert brain(weixin).sent == [
        (
            "/cgi-bin/message/template/send",
            {
                "touser": "o-1",
                "template_id": "T-1",
                "url": "https://renda.example/messages/1/",
                "client_msg_id": "renda-7",
                "data": {"thing2": {"value": "有新的交办：花园社区路灯"}, "time4": {"value": "2026年9月3日 14:05"}},
            },
        )
    ]


def test_a_thing_of_wechat_has_twenty_characters_and_no_time_is_said_where_none_is_asked(
    weixin: FakeProvider, settings: Settings
) -> None:
    settings.RENDA_WECHAT = {**settings.RENDA_WECHAT, "time_field": ""}
    wechat.deliver("o-1", Message(8, "长" * 30, NOTICE.at))
    ((_, sent),) = brain(weixin).sent
    assert sent["data"] == {"thing2": {"value": "长" * 19 + "…"}}
    assert sent["url"] == "https://renda.example/notices/"


def test_a_card_of_enterprise_wechat(work: FakeProvider) -> None:
    brain(work).said = {"msgid": "m-1"}
    assert wecom.deliver("zhangsan", NOTICE).reference == "m-1"
    assert brain(work).sent == [
        (
            "/cgi-bin/message/send",
            {
                "touser": "zhangsan",
                "msgtype": "textcard",
                "agentid": 1000002,
                "textcard": {
                    "title": "有新的交办：花园社区路灯",
                    "description": "2026年9月3日 14:05",
                    "url": "https://renda.example/messages/1/",
                    "btntxt": "查看",
                },
                "enable_duplicate_check": 1,
                "duplicate_check_interval": 1800,
            },
        )
    ]


@pytest.mark.parametrize("answer", [{"invaliduser": "zhangsan"}, {"unlicenseduser": "zhangsan"}])
def test_a_member_who_may_not_see_the_application(work: FakeProvider, answer: dict[str, str]) -> None:
    brain(work).said = answer
    with pytest.raises(Rejected):
        wecom.deliver("zhangsan", NOTICE)


def test_a_card_of_dingtalk_shows_a_title_as_it_stands(ding: FakeProvider) -> None:
    brain(ding).said = {"task_id": 256271667526}
    odd = Message(7, "[点我](http://evil.example) *急*", NOTICE.at, "/messages/1/")
    assert dingtalk.deliver("user-1", odd).reference == "256271667526"
    ((path, sent),) = brain(ding).sent
    assert path == "/topapi/message/corpconversation/asyncsend_v2"
    assert (sent["agent_id"], sent["userid_list"], sent["msg"]["msgtype"]) == (3000004, "user-1", "action_card")
    card = sent["msg"]["action_card"]
    assert card["markdown"] == "**\\[点我\\]\\(http://evil.example\\) \\*急\\***\n\n2026年9月3日 14:05"
    assert card["single_url"] == "https://renda.example/messages/1/"


@EACH
def test_a_token_is_asked_for_once(name: str, server: FakeProvider) -> None:
    for _ in range(3):
        MODULES[name].deliver("a", NOTICE)
    assert (brain(server).given, len(brain(server).sent)) == (1, 3)


@EACH
def test_a_token_that_the_provider_calls_stale_is_asked_for_anew(name: str, server: FakeProvider) -> None:
    MODULES[name].deliver("a", NOTICE)
    brain(server).given += 1  # somebody else has made the provider give out another one
    MODULES[name].deliver("a", NOTICE)
    assert len(brain(server).sent) == 2
    assert brain(server).given == 3


@pytest.mark.parametrize("code", [40001, 40014, 42001])
@EACH
def test_a_token_that_never_counts_is_asked_for_twice_and_no_more(name: str, server: FakeProvider, code: int) -> None:
    brain(server).stale = lambda: {"errcode": code}
    brain(server).__class__.token, kept = property(lambda _: "none"), brain(server).__class__.token
    try:
        server.next = [Answer({"access_token": "wrong", "expires_in": 7200})]
        MODULES[name].deliver("a", NOTICE)
    finally:
        brain(server).__class__.token = kept
    assert [asked.path for asked in server.asked].count(brain(server).TOKEN_PATH) == 2


@EACH
def test_a_token_near_its_end_is_not_used(name: str, server: FakeProvider) -> None:
    brain(server).lifetime = calling.Tokens.EARLY
    MODULES[name].deliver("a", NOTICE)
    MODULES[name].deliver("a", NOTICE)
    assert brain(server).given == 2


@EACH
def test_threads_ask_for_one_token(name: str, server: FakeProvider) -> None:
    threads = [threading.Thread(target=MODULES[name].deliver, args=("a", NOTICE)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (brain(server).given, len(brain(server).sent)) == (1, 8)


@EACH
def test_a_wrong_secret_rests_the_provider(
    name: str, server: FakeProvider, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(brain(server).__class__, "SECRET", {"appid": "another"})
    with caplog.at_level("DEBUG"), pytest.raises(Unavailable, match="40001") as caught:
        MODULES[name].deliver("a", NOTICE)
    assert "secret" not in repr(caught.value) + caplog.text


@pytest.mark.parametrize(
    ("name", "answer", "error"),
    [
        ("weixin", {"errcode": 43004}, Rejected),
        ("weixin", {"errcode": 40003}, Rejected),
        ("weixin", {"errcode": 43101}, Rejected),
        ("weixin", {"errcode": -1}, Delayed),
        ("weixin", {"errcode": 45009}, Unavailable),
        ("weixin", {"errcode": 40037}, Unavailable),
        ("work", {"errcode": 81013}, Rejected),
        ("work", {"errcode": 60111}, Rejected),
        ("work", {"errcode": -1}, Delayed),
        ("work", {"errcode": 45009}, Unavailable),
        ("work", {"errcode": 60020}, Unavailable),
        ("ding", {"errcode": 33012}, Rejected),
        ("ding", {"errcode": -1}, Delayed),
        ("ding", {"errcode": 90018}, Unavailable),
        ("ding", {"errcode": 88, "sub_code": "60011"}, Unavailable),
    ],
)
def test_what_the_codes_mean(name: str, server: FakeProvider, answer: dict[str, Any], error: type[Exception]) -> None:
    brain(server).said = answer
    with pytest.raises(error) as caught:
        MODULES[name].deliver("a", NOTICE)
    assert type(caught.value) is error


@pytest.mark.parametrize(
    ("name", "found", "missing", "path", "asked"),
    [
        ("work", {"userid": "zhangsan"}, 46004, "/cgi-bin/user/getuserid", {"mobile": "13800001111"}),
        ("ding", {"result": {"userid": "zhangsan"}}, 60121, "/topapi/v2/user/getbymobile", {"mobile": "13800001111"}),
    ],
)
def test_a_member_is_found_by_phone(
    name: str, server: FakeProvider, found: dict[str, Any], missing: int, path: str, asked: dict[str, str]
) -> None:
    module: Any = MODULES[name]
    brain(server).said = found
    assert module.find("13800001111") == "zhangsan"
    assert brain(server).sent == [(path, asked)]
    for answer in ({"errcode": missing}, {"userid": "", "result": {}}):
        brain(server).said = answer
        with pytest.raises(Rejected):
            module.find("13800001111")


def test_who_is_in_front_of_wechats_page(weixin: FakeProvider) -> None:
    address = wechat.page_to_sign_in("https://renda.example/back/", "state-1")
    parts = urlsplit(address)
    assert (parts.netloc, parts.path, parts.fragment) == (
        "open.weixin.qq.com",
        "/connect/oauth2/authorize",
        "wechat_redirect",
    )
    assert {name: values[0] for name, values in parse_qs(parts.query).items()} == {
        "appid": "wx-1",
        "redirect_uri": "https://renda.example/back/",
        "response_type": "code",
        "scope": "snsapi_base",
        "state": "state-1",
    }
    assert wechat.address_of("good") == "o-1"
    with pytest.raises(Rejected):
        wechat.address_of("forged")


@EACH
def test_off_until_set_up(name: str, settings: Settings) -> None:
    assert not MODULES[name].is_on()


@pytest.mark.parametrize("name", ["work", "ding"])
def test_an_agent_that_is_no_number_is_not_set_up(name: str, server: FakeProvider, settings: Settings) -> None:
    assert MODULES[name].is_on()
    which = "RENDA_WECOM" if name == "work" else "RENDA_DINGTALK"
    setattr(settings, which, {**getattr(settings, which), "agent_id": "应用"})
    assert not MODULES[name].is_on()
