"""The daily digest and subscriptions: one notice a day at the chosen hour, with today's rights."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from renda.kernel import clock
from renda.kernel.errors import Forbidden, Invalid, NotFound, Refused
from renda.kernel.notices import digests, jobs, subscriptions
from renda.kernel.notices.actions import (
    notice_digest,
    notice_prefer,
    subscription_add,
    subscription_remove,
)
from renda.kernel.notices.api import (
    Found,
    Line,
    Notice,
    Section,
    SubscriptionKind,
    register_actors,
    register_section,
    register_subscription,
)
from renda.kernel.notices.models import Subscription
from renda.kernel.notices.tests.conftest import World
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction

SEVEN = datetime(2026, 9, 2, 23, 10, tzinfo=UTC)  # 07:10 of 3 September in Shanghai


class News:
    """What a kind of subscription finds: (moment, text)."""

    def __init__(self) -> None:
        self.items: list[tuple[datetime, str]] = []
        self.seen_by: list[str] = []

    def fresh(self, actor: Actor, target: str, since: datetime, until: datetime) -> Found:
        self.seen_by.append(actor.name)
        lines = [Line(text, f"/places/{target}/") for at, text in self.items if since < at <= until]
        return Found(len(lines), lines)


def describe(_: Actor, target: str) -> str:
    if target == "hidden":
        raise NotFound
    return f"地方 {target}"


@pytest.fixture(autouse=True)
def _registries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digests, "SECTIONS", {})
    monkeypatch.setattr(digests, "_actors", [])
    known: dict[str, SubscriptionKind] = {}
    for module in ("subscriptions", "actions"):
        monkeypatch.setattr(f"renda.kernel.notices.{module}.SUBSCRIPTION_KINDS", known)


@pytest.fixture
def news() -> News:
    found = News()
    register_subscription(SubscriptionKind("test.place", "本地新留言", describe, found.fresh))
    return found


@pytest.fixture
def people(world: World) -> World:
    actors = {world.officer.id: world.actor(world.officer), world.clerk.id: world.actor(world.clerk)}
    register_actors(lambda person: actors.get(person, Actor.public()))
    return world


def section(*lines: str, key: str = "todo", title: str = "待我办理", total: int | None = None, order: int = 1) -> None:
    found = Found(len(lines) if total is None else total, [Line(text, "/x/") for text in lines])
    register_section(Section(key, title, lambda _: found, order))


def run(at: datetime) -> None:
    with clock.frozen(at):
        jobs.digest(timestamp=0)


def digests_of(world: World) -> list[Notice]:
    with tenant_transaction([world.there.id, world.here.id]):
        return list(Notice.objects.filter(kind="notice.digest").order_by("id"))


def test_one_notice_a_day_at_the_hour(people: World) -> None:
    section("路灯", "积水", total=12)
    section("信访件", key="late", title="已超期", order=2)
    section(key="empty", title="空的")
    notice_prefer(people.actor(people.officer), wanted={}, digest_hour=7)
    run(SEVEN - timedelta(hours=1))
    assert digests_of(people) == []
    for minutes in (0, 10, 60, 600):
        run(SEVEN + timedelta(minutes=minutes))
    (notice,) = digests_of(people)
    assert (notice.party_id, notice.url) == (people.officer.id, "/notices/digest/")
    assert notice.title == "每日摘要：待我办理 12 件，已超期 1 件"
    assert notice.body == "【待我办理】12 件\n· 路灯\n· 积水\n· 另有 10 件\n【已超期】1 件\n· 信访件"
    run(SEVEN + timedelta(days=1))
    assert len(digests_of(people)) == 2


def test_a_job_that_was_away_at_the_hour_tells_it_later_that_day(people: World) -> None:
    section("路灯")
    notice_prefer(people.actor(people.officer), wanted={}, digest_hour=7)
    run(SEVEN + timedelta(hours=9))
    assert len(digests_of(people)) == 1


def test_nothing_to_tell_is_not_told(people: World) -> None:
    notice_prefer(people.actor(people.officer), wanted={}, digest_hour=7)
    run(SEVEN)
    assert digests_of(people) == []
    section("来晚了")
    run(SEVEN + timedelta(hours=2))
    assert digests_of(people) == []


def test_nobody_is_told_who_did_not_ask(people: World) -> None:
    section("路灯")
    run(SEVEN + timedelta(hours=5))
    assert digests_of(people) == []


def test_a_sleeping_account_is_left_alone(people: World) -> None:
    section("路灯")
    notice_prefer(people.actor(people.officer), wanted={}, digest_hour=7)
    register_actors(lambda _: Actor.public())
    run(SEVEN)
    assert digests_of(people) == []


def test_one_persons_fault_is_not_the_others(people: World) -> None:
    register_section(Section("bad", "坏的", lambda actor: 1 / 0 if actor.name == "干事" else Found(1, [Line("路灯")])))  # type: ignore[arg-type,return-value] # it fails
    for party in (people.clerk, people.officer):
        notice_prefer(people.actor(party), wanted={}, digest_hour=7)
    with pytest.raises(ExceptionGroup):
        run(SEVEN)
    assert [notice.party_id for notice in digests_of(people)] == [people.officer.id]


def test_a_subscription_brings_what_is_new_once(people: World, news: News) -> None:
    officer = people.actor(people.officer)
    start = SEVEN - timedelta(days=1)
    with clock.frozen(start):
        subscription_add(officer, kind="test.place", target="花园社区")
    news.items = [(start - timedelta(minutes=1), "订阅以前"), (start + timedelta(hours=1), "新留言")]
    run(SEVEN)  # before the usual hour
    assert digests_of(people) == []
    run(SEVEN + timedelta(hours=1))
    (notice,) = digests_of(people)
    assert notice.title == "每日摘要：我的订阅 1 条"
    assert notice.body == "【我的订阅】1 条\n· 地方 花园社区：新留言"
    assert set(news.seen_by) == {"经办人"}
    news.items.append((SEVEN + timedelta(hours=2), "第二天看"))
    run(SEVEN + timedelta(days=1, hours=1))
    assert digests_of(people)[1].body.endswith("：第二天看")


def test_who_only_subscribes_is_told_only_that(people: World, news: News) -> None:
    section("路灯")
    with clock.frozen(SEVEN):
        subscription_add(people.actor(people.officer), kind="test.place", target="a")
    news.items = [(SEVEN + timedelta(minutes=5), "新留言")]
    run(SEVEN + timedelta(hours=1))
    assert digests_of(people)[0].title == "每日摘要：我的订阅 1 条"


def test_the_chosen_hour_is_for_subscriptions_too(people: World, news: News) -> None:
    officer = people.actor(people.officer)
    with clock.frozen(SEVEN):
        subscription_add(officer, kind="test.place", target="a")
    notice_prefer(officer, wanted={}, digest_hour=18)
    news.items = [(SEVEN + timedelta(minutes=5), "新留言")]
    run(SEVEN + timedelta(hours=5))
    assert digests_of(people) == []
    run(SEVEN + timedelta(hours=11))
    assert len(digests_of(people)) == 1


def test_a_kind_that_is_gone_brings_nothing(people: World, news: News) -> None:
    subscription_add(people.actor(people.officer), kind="test.place", target="a")
    subscriptions.SUBSCRIPTION_KINDS.clear()
    found, asked = subscriptions.news(people.actor(people.officer), clock.now())
    assert (found.total, asked) == (0, [])


def test_what_cannot_be_subscribed_to(world: World, news: News, monkeypatch: pytest.MonkeyPatch) -> None:
    officer = world.actor(world.officer)
    with pytest.raises(Invalid):
        subscription_add(officer, kind="test.unknown", target="a")
    with pytest.raises(Invalid):
        subscription_add(officer, kind="test.place", target="长" * 401)
    with pytest.raises(NotFound):
        subscription_add(officer, kind="test.place", target="hidden")
    with pytest.raises(Forbidden):
        subscription_add(Actor.public([world.there.id]), kind="test.place", target="a")
    first = subscription_add(officer, kind="test.place", target="a")
    assert subscription_add(officer, kind="test.place", target="a").pk == first.pk
    monkeypatch.setattr("renda.kernel.notices.actions.MOST", 1)
    with pytest.raises(Refused):
        subscription_add(officer, kind="test.place", target="b")
    assert Subscription.objects.count() == 1


def test_only_the_owner_leaves_it(world: World, news: News) -> None:
    row = subscription_add(world.actor(world.officer), kind="test.place", target="a")
    for stranger in (world.actor(world.clerk), Actor.public([world.there.id])):
        with pytest.raises(NotFound):
            subscription_remove(stranger, row.pk)
    subscription_remove(world.actor(world.officer), row.pk)
    assert not Subscription.objects.exists()


def test_the_machine_alone_sends_digests_and_one_a_day(world: World) -> None:
    given: dict[str, Any] = {"person": world.officer.id, "summary": "待我办理 1 件", "body": "", "subscriptions": []}
    with pytest.raises(Forbidden):
        notice_digest(world.actor(world.officer), **given)
    machine = Actor.machine("每日摘要", [world.there.id])
    notice_digest(machine, **given)
    with pytest.raises(Refused):
        notice_digest(machine, **given)
    assert len(digests_of(world)) == 1


@pytest.mark.parametrize("given", [{"digest_hour": 3}, {"quiet_from": time(21)}])
def test_hours_that_are_not_offered(world: World, given: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        notice_prefer(world.actor(world.officer), wanted={}, **given)  # type: ignore[arg-type] # each of its own type
