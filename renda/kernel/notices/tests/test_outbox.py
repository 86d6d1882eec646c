"""What leaves the house: when, by whom it is carried, how often, and what becomes of what does not go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from types import ModuleType

import pytest
from pytest_django import Settings

from renda.kernel import clock
from renda.kernel.actions.api import Context
from renda.kernel.errors import Forbidden, NotFound, Refused
from renda.kernel.notices import channels, jobs, outbox
from renda.kernel.notices.actions import delivery_retry, delivery_test, notice_prefer
from renda.kernel.notices.api import Address, register_addresses, send
from renda.kernel.notices.channels import Delayed, Message, Receipt, Rejected, Unavailable
from renda.kernel.notices.models import Delivery, Notice, PersonAddress
from renda.kernel.notices.policy import RETRY
from renda.kernel.notices.tests.conftest import World, tick
from renda.kernel.notices.timing import QuietHours
from renda.kernel.parties.models import Holding, Party
from renda.kernel.policy.registry import GRANTS
from renda.kernel.tenancy import tenant_transaction

PHONE = "13800001111"
NOON = datetime(2026, 9, 3, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai
NIGHT = datetime(2026, 9, 3, 15, 0, tzinfo=UTC)  # 23:00


class Carrier(ModuleType):
    """A provider that fails as it is told."""

    def __init__(self, name: str, channel: str = "sms") -> None:
        super().__init__(name)
        self.CHANNEL, self.TITLE = channel, name
        self.sent: list[tuple[str, Message]] = []
        self.asked = 0
        self.fault: Callable[[], Exception] | None = None

    def is_on(self) -> bool:
        return True

    def deliver(self, address: str, message: Message) -> Receipt:
        self.asked += 1
        if self.fault is not None:
            raise self.fault()
        self.sent.append((address, message))
        return Receipt(f"{self.TITLE}-{len(self.sent)}")


@pytest.fixture
def first(monkeypatch: pytest.MonkeyPatch) -> Carrier:
    carriers = {"first": Carrier("first"), "second": Carrier("second")}
    monkeypatch.setattr(channels, "PROVIDERS", ("first",))
    monkeypatch.setattr(channels, "provider", carriers.__getitem__)
    return carriers["first"]


@pytest.fixture
def second(first: Carrier, monkeypatch: pytest.MonkeyPatch) -> Carrier:
    monkeypatch.setattr(channels, "PROVIDERS", ("first", "second"))
    found = channels.provider("second")
    assert isinstance(found, Carrier)
    return found


@pytest.fixture
def reached(world: World) -> World:
    """The officer holds the post and is reached by SMS."""
    Holding.objects.create(person=world.officer, post=world.post, starts_on=clock.today() - timedelta(days=9))
    PersonAddress.objects.create(party=world.officer, channel="sms", address=PHONE, proven_at=clock.now())
    return world


# --- who is called ----------------------------------------------------------------------------------------------------


def test_holders_of_a_post_are_called_once(reached: World, first: Carrier) -> None:
    reached.tell(reached.officer, reached.post, reached.post)
    tick()
    ((address, message),) = first.sent
    assert (address, message.title, message.link) == (PHONE, "有新的交办", "https://renda.example/messages/1/")
    (row,) = reached.deliveries()
    assert (row.state, row.reference, row.person_id) == ("sent", "first-1", reached.officer.id)


def test_who_does_not_hold_the_post_any_more_is_not_called(reached: World, first: Carrier) -> None:
    Holding.objects.update(ends_on=clock.today() - timedelta(days=1))
    reached.tell(reached.post)
    assert reached.deliveries() == []


def test_who_has_left_is_not_called_for_the_post(reached: World, first: Carrier) -> None:
    Party.objects.filter(pk=reached.officer.pk).update(is_active=False)
    reached.tell(reached.post)
    assert reached.deliveries() == []


def test_an_own_address_goes_before_a_registered_one(reached: World, first: Carrier) -> None:
    register_addresses(lambda _, parties: [Address(party, party, "13911112222") for party in parties])
    reached.tell(reached.officer, reached.clerk)
    tick()
    assert sorted(address for address, _ in first.sent) == [PHONE, "13911112222"]


def test_a_required_kind_may_be_refused_by_sms_not_in_the_inbox(reached: World, first: Carrier) -> None:
    officer = reached.actor(reached.officer)
    notice_prefer(officer, wanted={"test.required": {"sms": False}})
    reached.tell(reached.officer, kind="test.required")
    assert (reached.deliveries(), reached.inbox(officer)) == ([], ["有新的交办"])


def test_the_same_notice_of_one_act_is_told_once(reached: World) -> None:
    with tenant_transaction([reached.here.id]):
        ctx = Context(reached.actor(reached.clerk))
        for _ in range(2):
            send(ctx, [reached.officer.id], "同一件事", url="/messages/1/", kind="test.required")
        send(ctx, [reached.officer.id], "同一件事", url="/messages/2/", kind="test.required")
        ctx.flush()
    assert reached.inbox(reached.actor(reached.officer)) == ["同一件事", "同一件事"]


# --- when -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("starts", "ends", "at", "expected"),
    [
        ("21:00", "08:00", "12:00", "12:00"),
        ("21:00", "08:00", "20:59", "20:59"),
        ("21:00", "08:00", "21:00", "08:00+1"),
        ("21:00", "08:00", "23:59", "08:00+1"),
        ("21:00", "08:00", "00:00", "08:00"),
        ("21:00", "08:00", "07:59", "08:00"),
        ("21:00", "08:00", "08:00", "08:00"),
        ("12:00", "14:00", "13:00", "14:00"),
        ("12:00", "14:00", "14:00", "14:00"),
        ("12:00", "12:00", "12:00", "12:00"),
    ],
)
def test_quiet_hours(starts: str, ends: str, at: str, expected: str) -> None:
    def local(text: str) -> datetime:
        hour, minute = map(int, text.partition("+")[0].split(":"))
        day = datetime(2026, 9, 3, tzinfo=UTC) + timedelta(days=text.endswith("+1"))
        return day + timedelta(hours=hour - 8, minutes=minute)  # Shanghai is UTC+8

    quiet = QuietHours(time.fromisoformat(starts), time.fromisoformat(ends))
    assert quiet.after(local(at)) == local(expected)


def test_at_night_only_what_is_urgent_goes(reached: World, first: Carrier, settings: Settings) -> None:
    settings.RENDA_QUIET_HOURS = "21:00-08:00"
    with clock.frozen(NIGHT):
        reached.tell(reached.officer, title="可以等")
        reached.tell(reached.officer, title="很急", kind="test.urgent")
        tick()
        assert [message.title for _, message in first.sent] == ["很急"]
        tick(minutes=8 * 60 + 59)
        assert len(first.sent) == 1
        tick(minutes=9 * 60)
    assert [message.title for _, message in first.sent] == ["很急", "可以等"]


def test_hours_of_ones_own(reached: World, first: Carrier, settings: Settings) -> None:
    settings.RENDA_QUIET_HOURS = "21:00-08:00"
    officer = reached.actor(reached.officer)
    notice_prefer(officer, wanted={}, quiet_from=time(11), quiet_until=time(14))
    with clock.frozen(NIGHT):
        reached.tell(reached.officer, title="夜里")
    with clock.frozen(NOON):
        reached.tell(reached.officer, title="中午")
        tick()
        assert first.sent == []
    with clock.frozen(NIGHT):
        tick()
    assert [message.title for _, message in first.sent] == ["中午", "夜里"]


def test_a_later_try_does_not_ring_at_night_either(reached: World, first: Carrier, settings: Settings) -> None:
    settings.RENDA_QUIET_HOURS = "21:00-08:00"
    first.fault = lambda: Delayed("忙")
    with clock.frozen(NIGHT - timedelta(hours=2, minutes=1)):  # 20:59
        reached.tell(reached.officer)
        tick()
    (row,) = reached.deliveries()
    assert row.next_at == datetime(2026, 9, 4, 0, 0, tzinfo=UTC)  # 08:00


# --- the same call twice ----------------------------------------------------------------------------------------------


def test_the_same_call_is_not_made_twice_within_hours(reached: World, first: Carrier) -> None:
    for _ in range(3):
        reached.tell(reached.officer)
    reached.tell(reached.officer, url="/messages/2/")
    tick()
    assert len(first.sent) == 2
    reached.tell(reached.officer)
    tick(minutes=1)
    assert len(first.sent) == 2
    assert sorted(row.state for row in reached.deliveries()) == ["repeated"] * 3 + ["sent"] * 2
    # All of them stand in the inbox.
    assert len(reached.inbox(reached.actor(reached.officer))) == 5
    reached.tell(reached.officer)
    tick(minutes=outbox.REPEAT.total_seconds() / 60 + 2)
    assert len(first.sent) == 3


def test_what_failed_is_no_call(reached: World, first: Carrier) -> None:
    first.fault = lambda: Rejected("不收")
    reached.tell(reached.officer)
    tick()
    first.fault = None
    reached.tell(reached.officer)
    tick()
    assert len(first.sent) == 1


# --- by whom ----------------------------------------------------------------------------------------------------------


def test_a_second_provider_steps_in(reached: World, first: Carrier, second: Carrier) -> None:
    first.fault = lambda: Unavailable("欠费")
    for number in range(3):
        reached.tell(reached.officer, title=f"通知{number}")
    tick()
    assert (len(first.sent), len(second.sent)) == (0, 3)
    # Whoever takes nothing is asked once a round.
    assert first.asked == 1
    assert {row.reference for row in reached.deliveries()} == {"second-1", "second-2", "second-3"}


def test_a_letter_that_is_refused_is_not_carried_elsewhere(reached: World, first: Carrier, second: Carrier) -> None:
    first.fault = lambda: Rejected("号码不存在")
    reached.tell(reached.officer)
    tick()
    assert (second.asked, reached.deliveries()[0].state, reached.deliveries()[0].error) == (0, "failed", "号码不存在")


def test_an_answer_that_nobody_foresaw_stops_no_other_letter(
    reached: World, first: Carrier, caplog: pytest.LogCaptureFixture
) -> None:
    PersonAddress.objects.create(party=reached.clerk, channel="sms", address="13911112222", proven_at=clock.now())
    faults = iter([KeyError(PHONE), None])

    def odd(address: str, message: Message) -> Receipt:
        fault = next(faults)
        if fault:
            raise fault
        return Receipt()

    first.deliver = odd  # type: ignore[method-assign] # the provider changes its mind
    reached.tell(reached.officer)
    tick()
    reached.tell(reached.clerk)
    tick()
    states = {row.person_id: (row.state, row.error) for row in reached.deliveries()}
    assert states[reached.officer.id] == ("waiting", "first：应答出乎意料（KeyError）")
    assert states[reached.clerk.id][0] == "sent"
    assert PHONE not in caplog.text


# --- dead letters -----------------------------------------------------------------------------------------------------


@pytest.fixture
def keeper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(GRANTS, ("post", RETRY), "own")


def test_a_dead_letter_is_tried_again_by_who_keeps_the_system(reached: World, first: Carrier, keeper: None) -> None:
    first.fault = lambda: Rejected("号码不存在")
    reached.tell(reached.officer)
    tick()
    (row,) = reached.deliveries()
    keeper_there = reached.actor(reached.officer, reached.post)
    for stranger, error in (
        (reached.actor(reached.clerk), (NotFound, Forbidden)),
        (reached.actor(reached.officer), (NotFound, Forbidden)),
    ):
        with pytest.raises(error):
            delivery_retry(stranger, row.pk)
    assert reached.deliveries()[0].state == "failed"
    first.fault = None
    delivery_retry(keeper_there, row.pk)
    with pytest.raises(Refused):
        delivery_retry(keeper_there, row.pk)
    tick()
    (row,) = reached.deliveries()
    assert (row.state, row.tries, row.error) == ("sent", 1, "")


def test_a_test_reaches_the_administrator_herself(reached: World, first: Carrier, keeper: None) -> None:
    delivery_test(reached.actor(reached.officer, reached.post))
    tick()
    assert [address for address, _ in first.sent] == [PHONE]
    with pytest.raises(Forbidden):
        delivery_test(reached.actor(reached.clerk))


def test_old_deliveries_go_and_the_notices_stay(reached: World, first: Carrier) -> None:
    reached.tell(reached.officer)
    first.fault = None
    tick()
    first.fault = lambda: Rejected("不收")
    reached.tell(reached.officer, title="没送到")
    tick()
    first.fault = lambda: Delayed("忙")
    reached.tell(reached.officer, title="还在等")
    tick()

    def after(days: float) -> list[str]:
        with clock.frozen(clock.now() + timedelta(days=days)), tenant_transaction([reached.there.id]):
            jobs.trim(timestamp=0, tenant_id=reached.there.id)
            return sorted(Delivery.objects.values_list("state", flat=True))

    assert after(29) == ["failed", "sent", "waiting"]
    assert after(31) == ["failed", "waiting"]
    assert after(91) == ["waiting"]
    with tenant_transaction([reached.there.id]):
        assert Notice.objects.count() == 3
