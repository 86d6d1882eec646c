"""Local rules and office hours: by congress and day, never deleted, never reaching back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from renda.kernel import clock
from renda.kernel.deadlines import api, store
from renda.kernel.deadlines.actions import (
    deadline_add_hours,
    deadline_add_rule,
    deadline_end_hours,
    deadline_end_rule,
)
from renda.kernel.deadlines.models import DeadlineRule, OfficeHours
from renda.kernel.errors import Forbidden, Invalid, NotFound, Refused
from renda.kernel.parties import Actor, HeldPost
from renda.kernel.policy import registry
from renda.kernel.tenancy.models import Tenant

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any) -> Iterator[None]:
    monkeypatch.setitem(registry.GRANTS, ("keeper", "deadline.keep"), "tree")
    # What the snapshot forgets when an act is stored happens at once here: a test has no commit.
    monkeypatch.setattr("renda.kernel.deadlines.actions.transaction.on_commit", lambda forget: forget())
    DeadlineRule.objects.create(
        key="test.unit", title="承办单位答复", amount=7, unit="working_days", from_event="交办之日", note="平台默认"
    )
    DeadlineRule.objects.create(
        key="test.law",
        title="建议答复",
        amount=3,
        unit="months",
        from_event="交办之日",
        law="代表法",
        article="第五十一条",
    )
    DeadlineRule.objects.create(
        key="test.before", title="会前通知", amount=-7, unit="days", from_event="会议举行", note="平台默认"
    )
    store.forget()
    with clock.frozen(NOW):
        yield
    store.forget()


@pytest.fixture
def city() -> Tenant:
    tenant = Tenant.make(name="市", level="city")
    tenant.save()
    return tenant


@pytest.fixture
def county(city: Tenant) -> Tenant:
    tenant = Tenant.make(name="县", level="county", parent=city)
    tenant.save()
    return tenant


def keeper(tenant: Tenant, *below: Tenant) -> Actor:
    reach = frozenset({tenant.id, *(one.id for one in below)})
    return Actor("person", "甲", posts=(HeldPost(1, "keeper", 0, tenant.id, reach),), tenants=reach)


def given(tenant: Tenant, **more: Any) -> dict[str, Any]:
    base = {
        "tenant_id": tenant.id,
        "key": "test.unit",
        "amount": 5,
        "unit": "working_days",
        "valid_from": TODAY,
        "note": "办公室通知〔2026〕3号",
    }
    return {**base, **more}


def days(tenant: Tenant, day: date, key: str = "test.unit") -> int | None:
    rule = api.rule_for(key, tenant.id, day)
    return rule.amount if rule else None


def test_a_local_rule_holds_from_its_day_on_for_the_congress_and_those_below(city: Tenant, county: Tenant) -> None:
    begins = TODAY + timedelta(days=7)
    rule = deadline_add_rule(keeper(city, county), **given(city, valid_from=begins))
    assert (rule.title, rule.from_event, rule.is_shipped) == ("承办单位答复", "交办之日", False)
    for tenant in (city, county):
        assert [days(tenant, begins - timedelta(days=1)), days(tenant, begins)] == [7, 5]
    assert days(Tenant.make(name="外市", level="city"), begins) == 7


def test_the_nearest_wins_and_gives_way_again_when_it_ends(city: Tenant, county: Tenant) -> None:
    deadline_add_rule(keeper(city, county), **given(city, amount=5))
    rule = deadline_add_rule(keeper(county), **given(county, amount=3))
    assert [days(city, TODAY), days(county, TODAY)] == [5, 3]
    deadline_end_rule(keeper(county), rule.id, valid_to=TODAY + timedelta(days=1))
    assert [days(county, TODAY + timedelta(days=step)) for step in (0, 1, 2)] == [3, 3, 5]
    assert DeadlineRule.objects.get(id=rule.id).valid_to == TODAY + timedelta(days=1)


def test_a_later_rule_ends_the_earlier_one_which_does_not_come_back(city: Tenant) -> None:
    actor, later = keeper(city), TODAY + timedelta(days=30)
    first = deadline_add_rule(actor, **given(city, amount=5))
    second = deadline_add_rule(actor, **given(city, amount=4, valid_from=later))
    first.refresh_from_db()
    assert first.valid_to == later - timedelta(days=1)
    deadline_end_rule(actor, second.id, valid_to=later + timedelta(days=9))
    assert [days(city, later + timedelta(days=step)) for step in (-1, 0, 9, 10)] == [5, 4, 4, 7]
    # One that comes between gives way to what is entered for later.
    between = deadline_add_rule(actor, **given(city, amount=6, valid_from=TODAY + timedelta(days=10)))
    assert between.valid_to == later - timedelta(days=1)
    assert [days(city, TODAY + timedelta(days=step)) for step in (9, 10, 29, 30)] == [5, 6, 6, 4]


def test_one_that_has_not_begun_never_begins(city: Tenant) -> None:
    actor, later = keeper(city), TODAY + timedelta(days=30)
    rule = deadline_add_rule(actor, **given(city, valid_from=later))
    deadline_end_rule(actor, rule.id, valid_to=TODAY)
    assert [days(city, later), DeadlineRule.objects.filter(id=rule.id).exists()] == [7, True]
    # The day is free again.
    assert deadline_add_rule(actor, **given(city, amount=4, valid_from=later)).amount == 4


def test_a_rule_that_counts_back_stays_one(city: Tenant) -> None:
    rule = deadline_add_rule(keeper(city), **given(city, key="test.before", amount=10, unit="days"))
    assert rule.amount == -10
    assert api.rule_for("test.before", city.id, TODAY).figure == "提前10日"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"key": "no.such"}, "key"),
        ({"amount": 0}, "amount"),
        ({"amount": 1001}, "amount"),
        ({"unit": "weeks"}, "unit"),
        ({"valid_from": TODAY - timedelta(days=1)}, "valid_from"),
        ({"note": " \u200b"}, "note"),
        ({"note": "长" * 301}, "note"),
        ({"key": "test.law"}, "law"),
        ({"key": "test.law", "law": "某条例"}, "law"),
    ],
)
def test_what_cannot_hold_is_told_at_its_field(city: Tenant, change: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        deadline_add_rule(keeper(city), **given(city, **change))
    assert field in refused.value.fields
    assert not DeadlineRule.objects.filter(tenant=city).exists()


def test_one_day_has_one_rule(city: Tenant) -> None:
    deadline_add_rule(keeper(city), **given(city))
    with pytest.raises(Invalid, match="这一天已经有"):
        deadline_add_rule(keeper(city), **given(city, amount=4))
    assert days(city, TODAY) == 5


def test_who_keeps_another_congress_changes_nothing_here(city: Tenant, county: Tenant) -> None:
    rule = deadline_add_rule(keeper(city, county), **given(city))
    shipped = DeadlineRule.objects.filter(is_shipped=True).first()
    assert shipped is not None
    with pytest.raises(Forbidden):
        deadline_add_rule(keeper(county), **given(city, amount=1, valid_from=TODAY + timedelta(days=1)))
    for key in (rule.id, shipped.id):
        with pytest.raises(NotFound):
            deadline_end_rule(keeper(county), key, valid_to=TODAY)
    with pytest.raises(Forbidden):
        deadline_add_rule(Actor.public([city.id]), **given(city, valid_from=TODAY + timedelta(days=1)))
    rule.refresh_from_db()
    assert (rule.valid_to, days(city, TODAY)) == (None, 5)


def test_an_end_that_is_past_or_a_second_one_is_refused(city: Tenant) -> None:
    actor = keeper(city)
    rule = deadline_add_rule(actor, **given(city))
    with pytest.raises(Invalid):
        deadline_end_rule(actor, rule.id, valid_to=TODAY - timedelta(days=1))
    deadline_end_rule(actor, rule.id, valid_to=TODAY)
    with clock.frozen(NOW + timedelta(days=1)), pytest.raises(Refused):
        deadline_end_rule(actor, rule.id, valid_to=TODAY + timedelta(days=3))


def test_office_hours_of_two_seasons(city: Tenant) -> None:
    actor, summer = keeper(city), date(2027, 5, 1)
    winter = deadline_add_hours(
        actor, tenant_id=city.id, periods="8：30－12：00，14:00-17:30", valid_from=TODAY, note="通知"
    )
    assert winter.periods == "08:30-12:00,14:00-17:30"
    deadline_add_hours(actor, tenant_id=city.id, periods="08:00-12:00,15:00-18:00", valid_from=summer)
    rule = api.Rule("x", "x", 4, "working_hours", "")
    ends = [
        api.due_by(rule, city.id, datetime.combine(day, NOW.time(), NOW.tzinfo)).at
        for day in (TODAY, summer + timedelta(days=10))
    ]
    assert [end.strftime("%H:%M") for end in ends if end] == ["15:00", "16:00"]
    winter.refresh_from_db()
    assert winter.valid_to == summer - timedelta(days=1)
    deadline_end_hours(actor, OfficeHours.objects.get(valid_from=summer).id, valid_to=date(2027, 9, 30))
    assert OfficeHours.objects.get(valid_from=summer).valid_to == date(2027, 9, 30)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"periods": "全天"}, "periods"),
        ({"periods": "12:00-08:00"}, "periods"),
        ({"valid_from": TODAY - timedelta(days=1)}, "valid_from"),
        ({"valid_to": TODAY - timedelta(days=1)}, "valid_to"),
    ],
)
def test_hours_that_cannot_be_are_told_at_their_field(city: Tenant, change: dict[str, Any], field: str) -> None:
    given = {"tenant_id": city.id, "periods": "08:30-12:00,14:30-17:30", "valid_from": TODAY, **change}
    with pytest.raises(Invalid) as refused:
        deadline_add_hours(keeper(city), **given)
    assert field in refused.value.fields
    assert not OfficeHours.objects.exists()
