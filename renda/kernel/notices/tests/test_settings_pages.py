"""My settings, addresses of my own, today's digest and the keeper's page, as browsers press them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import time, timedelta
from urllib.parse import unquote

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.core import signing
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from renda.kernel import clock
from renda.kernel.actions.api import Context
from renda.kernel.notices import digests, jobs, subscriptions
from renda.kernel.notices.api import Found, Line, Section, SubscriptionKind, register_subscription, send
from renda.kernel.notices.channels import wechat, wecom
from renda.kernel.notices.models import (
    AddressProof,
    Delivery,
    PersonAddress,
    Preference,
    Subscription,
    Timing,
)
from renda.kernel.notices.tests import smtp
from renda.kernel.notices.tests.conftest import tick
from renda.kernel.notices.tests.test_work_apps import WeChat, WeCom
from renda.kernel.notices.tests.web import FakeProvider, provider
from renda.kernel.notices.views import settings as pages
from renda.kernel.tenancy import tenant_transaction
from tests.people import Cast

ROLE = "county_clerk"
PREFER = reverse("notice.prefer")


@pytest.fixture
def clerk(client: Client, cast: Cast) -> Client:
    client.force_login(cast.people[ROLE])
    return client


@pytest.fixture
def keeper(client: Client, cast: Cast) -> Client:
    """The system administrator, who has given her second factor."""
    client.force_login(cast.people["system_administrator"])
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "at": 0}]
    session.save()
    return client


@pytest.fixture
def person(cast: Cast) -> int:
    return int(cast.people[ROLE].pk)


@pytest.fixture
def mail(settings: Settings) -> Iterator[smtp.MailServer]:
    with smtp.running() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.server_address[1]
        yield server


@pytest.fixture
def weixin(settings: Settings) -> Iterator[FakeProvider]:
    wechat.TOKENS.forget()
    with provider(WeChat()) as server:
        settings.RENDA_WECHAT = {
            "url": server.url,
            "page_url": "https://open.weixin.qq.com",
            "app_id": "wx-1",
            "secret": "wechat-secret",
            "template": "T-1",
            "title_field": "thing2",
            "time_field": "",
        }
        yield server


@pytest.fixture
def work(settings: Settings) -> Iterator[FakeProvider]:
    wecom.TOKENS.forget()
    with provider(WeCom()) as server:
        settings.RENDA_WECOM = {"url": server.url, "corp_id": "ww-1", "agent_id": "2", "secret": "wecom-secret"}
        yield server


def sms_on(settings: Settings) -> None:
    given = dict.fromkeys(("key_id", "key_secret", "sign", "notice_template", "code_template"), "x")
    settings.RENDA_ALIYUN_SMS = {**given, "url": "http://127.0.0.1:1"}


def html(client: Client, name: str, *args: object) -> str:
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return response.content.decode()


# --- what and when ----------------------------------------------------------------------------------------------------


def test_ticks_and_hours_are_kept(clerk: Client, person: int, mail: smtp.MailServer) -> None:
    page = html(clerk, "notice.prefer")
    # Five kinds on two channels, all wanted; of the two that a rule needs told the inbox cannot be cleared.
    assert page.count("checked") == 10
    assert page.count("disabled checked") == 2
    answer = clerk.post(
        PREFER,
        {
            "kind-test-optional": ["inbox"],
            "kind-test-required": [],
            "quiet_from": "20:00",
            "quiet_until": "07:30",
            "digest_hour": "9",
        },
    )
    assert (answer.status_code, answer["Location"]) == (303, PREFER)
    timing = Timing.objects.get(party_id=person)
    assert (timing.quiet_from, timing.quiet_until, timing.digest_hour) == (time(20), time(7, 30), 9)
    page = html(clerk, "notice.prefer")
    assert page.count("checked") == 3
    assert 'value="20:00"' in page
    assert re.search(r'<option value="9" selected', page)
    assert Preference.objects.filter(party_id=person, kind="test.required", channel="inbox").exists() is False


def test_the_inbox_of_a_required_kind_cannot_be_cleared_by_a_forged_form(clerk: Client, person: int) -> None:
    clerk.post(PREFER, {})
    assert not Preference.objects.filter(kind="test.required").exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kind-test-optional": "pigeon"}, "pigeon"),
        ({"quiet_from": "21:00"}, "都填上"),
        ({"quiet_from": "25:00", "quiet_until": "08:00"}, "有效的时间"),
        ({"digest_hour": "3"}, "3"),
    ],
)
def test_what_is_not_offered_keeps_what_was_typed(clerk: Client, given: dict[str, str], said: str) -> None:
    answer = clerk.post(PREFER, {"kind-test-urgent": "inbox", **given})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert 'id="kind-test-urgent-inbox" name="kind-test-urgent" value="inbox" checked' in page
    assert not Preference.objects.exists()
    assert not Timing.objects.exists()


def test_without_channels_the_page_says_so(clerk: Client) -> None:
    assert "还没有开通" in html(clerk, "notice.prefer")


def test_the_settings_page_takes_few_queries(
    clerk: Client, settings: Settings, mail: smtp.MailServer, django_assert_max_num_queries: object
) -> None:
    assert callable(django_assert_max_num_queries)
    sms_on(settings)
    html(clerk, "notice.prefer")  # the first page of a session writes that she is there
    with django_assert_max_num_queries(15):
        html(clerk, "notice.prefer")


# --- by a code --------------------------------------------------------------------------------------------------------


def test_an_address_is_bound_by_its_code(clerk: Client, person: int, mail: smtp.MailServer) -> None:
    assert "未绑定" in html(clerk, "notice.prefer")
    answer = clerk.post(reverse("address.bind", args=["email"]), {"address": "zhang@example.cn"})
    assert answer["Location"] == reverse("address.verify", args=["email"])
    assert "z****@example.cn" in html(clerk, "address.verify", "email")
    proof = AddressProof.objects.get()
    code = proof.parcel
    jobs.send_code(key=proof.pk)
    wrong = clerk.post(answer["Location"], {"code": "abc"})
    assert wrong.status_code == 422
    assert "还可以试 4 次" in wrong.content.decode()
    assert 'value="abc"' in wrong.content.decode()
    right = clerk.post(answer["Location"], {"code": code})
    assert (right.status_code, right["Location"]) == (303, PREFER)
    assert PersonAddress.objects.get().address == "zhang@example.cn"
    page = html(clerk, "notice.prefer")
    assert "z****@example.cn" in page
    assert "zhang@example.cn" not in page
    # There is no code to type any more.
    assert clerk.get(answer["Location"])["Location"] == reverse("address.bind", args=["email"])
    clerk.post(reverse("address.unbind", args=[PersonAddress.objects.get().pk]))
    assert not PersonAddress.objects.exists()


def test_a_wrong_address_keeps_what_was_typed(clerk: Client, settings: Settings) -> None:
    sms_on(settings)
    answer = clerk.post(reverse("address.bind", args=["sms"]), {"address": "1380000"})
    assert answer.status_code == 422
    assert "11 位手机号码" in answer.content.decode()
    assert 'value="1380000"' in answer.content.decode()


def test_too_many_codes_are_429_and_keep_what_was_typed(clerk: Client, mail: smtp.MailServer) -> None:
    url = reverse("address.bind", args=["email"])
    clerk.post(url, {"address": "zhang@example.cn"})
    answer = clerk.post(url, {"address": "zhang@example.cn"})
    assert answer.status_code == 429
    assert "zhang@example.cn" in answer.content.decode()
    assert AddressProof.objects.count() == 1


@pytest.mark.parametrize("name", ["address.bind", "address.verify"])
@pytest.mark.parametrize("channel", ["sms", "pigeon", "__init__", "inbox"])
def test_a_channel_that_is_off_has_no_page(clerk: Client, name: str, channel: str) -> None:
    assert clerk.get(reverse(name, args=[channel])).status_code == 404


# --- by the proven phone ----------------------------------------------------------------------------------------------


def test_a_member_is_found_by_the_proven_phone(clerk: Client, person: int, work: FakeProvider) -> None:
    url = reverse("address.bind", args=["wecom"])
    assert "没有开通短信" in html(clerk, "address.bind", "wecom")
    assert clerk.post(url).status_code == 200
    PersonAddress.objects.create(party_id=person, channel="sms", address="13800001111", proven_at=clock.now())
    assert "138****1111" in html(clerk, "address.bind", "wecom")
    work.brain.said = {"errcode": 46004}  # type: ignore[attr-defined] # a WeCom
    refused = clerk.post(url)
    assert refused.status_code == 422
    assert "没有这个手机号码的成员" in refused.content.decode()
    work.brain.said = {"errcode": -1}  # type: ignore[attr-defined] # the same
    assert "暂时没有应答" in clerk.post(url).content.decode()
    work.brain.said = {"userid": "zhangsan"}  # type: ignore[attr-defined] # the same
    assert clerk.post(url)["Location"] == PREFER
    assert PersonAddress.objects.get(channel="wecom").address == "zhangsan"


# --- by the provider's own browser ------------------------------------------------------------------------------------


def test_wechat_confirms_who_is_in_front_of_it(clerk: Client, person: int, weixin: FakeProvider) -> None:
    page = html(clerk, "address.bind", "wechat")
    state = re.search(r"state=([^&#]+)", page)
    assert state is not None
    assert "open.weixin.qq.com/connect/oauth2/authorize" in page
    back = reverse("address.return")
    given = {"code": "good", "state": unquote(state[1])}
    # Looking binds nothing: WeChat's redirect is a GET, and anybody can make a browser follow one.
    assert "确认绑定" in clerk.get(back, given).content.decode()
    assert not PersonAddress.objects.exists()
    assert clerk.post(back, given)["Location"] == PREFER
    assert PersonAddress.objects.get().address == "o-1"


@pytest.mark.parametrize("state", ["", "x", "another", "old"])
def test_nobody_binds_his_wechat_to_hers(
    clerk: Client, cast: Cast, person: int, weixin: FakeProvider, state: str
) -> None:
    given = state
    if state == "another":
        given = signing.dumps(cast.people["county_vetter"].pk, salt=pages._STATE)
    if state == "old":
        import time as wall

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("django.core.signing.time.time", lambda now=wall.time: now() - 601)
            given = signing.dumps(person, salt=pages._STATE)
    answer = clerk.post(reverse("address.return"), {"code": "good", "state": given})
    assert answer.status_code == 422
    assert not PersonAddress.objects.exists()
    assert weixin.asked == []


def test_a_code_that_wechat_does_not_know(clerk: Client, person: int, weixin: FakeProvider) -> None:
    state = signing.dumps(person, salt=pages._STATE)
    answer = clerk.post(reverse("address.return"), {"code": "forged", "state": state})
    assert answer.status_code == 422
    assert "微信没有确认" in answer.content.decode()


# --- digest and subscriptions -----------------------------------------------------------------------------------------


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digests, "SECTIONS", {})
    monkeypatch.setattr(subscriptions, "SUBSCRIPTION_KINDS", {})
    monkeypatch.setattr("renda.kernel.notices.actions.SUBSCRIPTION_KINDS", subscriptions.SUBSCRIPTION_KINDS)
    kind = SubscriptionKind(
        "test.place", "本地新留言", lambda _, target: f"地方 {target}", lambda *_: Found(1, [Line("新留言<b>", "/x/")])
    )
    register_subscription(kind)


def test_todays_digest(clerk: Client, fresh: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "今天没有等您办理的事项" in html(clerk, "notice.digest")
    todo = Section("todo", "待我办理", lambda _: Found(12, [Line("路灯", "/y/")], "/all/"))
    monkeypatch.setitem(digests.SECTIONS, "todo", todo)
    clerk.post(reverse("subscription.add"), {"kind": "test.place", "target": "花园社区"})
    page = html(clerk, "notice.digest")
    assert "待我办理 12 件" in page
    assert '<a href="/y/">路灯</a>' in page
    assert "共 12 件，以上是最急的 1 件" in page
    assert "地方 花园社区：新留言&lt;b&gt;" in page


def test_subscriptions_are_pressed_listed_and_left(clerk: Client, fresh: None) -> None:
    assert "还没有订阅" in html(clerk, "subscription.list")
    add = reverse("subscription.add")
    answer = clerk.post(add, {"kind": "test.place", "target": "花园社区", "back": "/stations/?page=2"})
    assert answer["Location"] == "/stations/?page=2"
    assert "地方 花园社区" in html(clerk, "subscription.list")
    for evil in ("//evil.example/", "https://evil.example", "/\\evil.example"):
        answer = clerk.post(add, {"kind": "test.place", "target": "花园社区", "back": evil})
        assert answer["Location"] == reverse("subscription.list")
    row = Subscription.objects.get()
    assert clerk.post(reverse("subscription.remove", args=[row.pk])).status_code == 303
    assert not Subscription.objects.exists()
    assert clerk.post(add, {"kind": "test.unknown", "target": "x"}).status_code == 422


# --- who keeps the system ---------------------------------------------------------------------------------------------


def test_the_keeper_sees_what_failed_not_what_about_and_tries_again(
    keeper: Client, cast: Cast, person: int, mail: smtp.MailServer
) -> None:
    PersonAddress.objects.create(party_id=person, channel="email", address="zhang@example.cn", proven_at=clock.now())
    mail.refuse["zhang@example.cn"] = "550 no such user"
    actor = cast.actor(ROLE)
    with tenant_transaction(actor.tenants):
        ctx = Context(actor)
        for number in range(3):
            send(ctx, [person], f"关于王某的事{number}", kind="test.optional")
        ctx.flush()
    tick()
    page = html(keeper, "delivery.list")
    assert page.count("再试一次<span") == 3
    for told in (
        "z****@example.cn",
        "收件地址被拒绝（550）",
        "留言有新进展",
        "邮件服务器（已开通）",
        "阿里云短信（未开通）",
    ):
        assert told in page
    assert "王某" not in page
    assert "zhang@example.cn" not in page
    mail.refuse.clear()
    with tenant_transaction(cast.tenants):
        row = Delivery.objects.order_by("id")[0]
    assert keeper.post(reverse("delivery.retry", args=[row.pk])).status_code == 303
    tick()
    assert len(mail.letters) == 1
    keeper.post(reverse("delivery.retry_all"))
    tick()
    assert len(mail.letters) == 3
    assert "没有发送失败的通知" in html(keeper, "delivery.list")


def test_the_keepers_page_has_pages_and_few_queries(
    keeper: Client, cast: Cast, person: int, mail: smtp.MailServer, django_assert_max_num_queries: object
) -> None:
    assert callable(django_assert_max_num_queries)
    PersonAddress.objects.create(party_id=person, channel="email", address="zhang@example.cn", proven_at=clock.now())
    actor = cast.actor(ROLE)
    with tenant_transaction(actor.tenants):
        ctx = Context(actor)
        for number in range(25):
            send(ctx, [person], f"通知{number}", kind="test.optional")
        ctx.flush()
    with tenant_transaction(cast.tenants):
        Delivery.objects.update(state="failed", error="x")
    with django_assert_max_num_queries(15):
        assert html(keeper, "delivery.list").count("再试一次<span") == 20
    second = keeper.get(reverse("delivery.list"), {"page": "2"}).content.decode()
    assert second.count("再试一次<span") == 5
    for odd in ("0", "x", "²", "9" * 20):
        assert keeper.get(reverse("delivery.list"), {"page": odd}).status_code == 200


def test_a_test_notice(keeper: Client, cast: Cast, mail: smtp.MailServer) -> None:
    party = cast.people["system_administrator"].pk
    PersonAddress.objects.create(party_id=party, channel="email", address="it@example.cn", proven_at=clock.now())
    assert keeper.post(reverse("delivery.test")).status_code == 303
    with clock.frozen(clock.now() + timedelta(seconds=1)):
        tick()
    assert [recipient for recipient, _ in mail.letters] == ["it@example.cn"]
