"""Reception days: arranged by who keeps the station, told to the deputies, off only with a reason that the public sees."""

from datetime import date, time, timedelta
from typing import Any

import pytest

from renda.congress.actions import mandate_suspend, reception_arrange, reception_cancel
from renda.congress.models import ReceptionDay
from renda.congress.reception import ONCE, SAME_DATE, SAME_WEEKDAY, series
from renda.kernel import clock
from renda.kernel.errors import Forbidden, Invalid, NotFound, Refused
from renda.kernel.notices.models import Notice
from renda.kernel.tenancy import tenant_transaction
from tests.people import Cast

KEEPERS = ("station_manager", "presidium_clerk", "business_administrator")
OTHERS = ("constituent", "deputy", "far_station_manager", "other_township_clerk", "county_clerk", "presidium_vetter")


@pytest.mark.parametrize(
    ("first", "repeat", "months", "days"),
    [
        (date(2026, 9, 15), ONCE, 6, ["2026-09-15"]),
        (date(2026, 11, 15), SAME_DATE, 3, ["2026-11-15", "2026-12-15", "2027-01-15"]),
        (date(2027, 1, 31), SAME_DATE, 3, ["2027-01-31", "2027-02-28", "2027-03-31"]),
        (date(2026, 9, 9), SAME_WEEKDAY, 3, ["2026-09-09", "2026-10-14", "2026-11-11"]),
        (date(2026, 9, 30), SAME_WEEKDAY, 3, ["2026-09-30", "2026-10-28", "2026-11-25"]),
        (date(2026, 1, 1), SAME_WEEKDAY, 2, ["2026-01-01", "2026-02-05"]),
    ],
)
def test_the_days_of_a_series(first: date, repeat: str, months: int, days: list[str]) -> None:
    assert [day.isoformat() for day in series(first, repeat, months)] == days


def arrange(cast: Cast, by: str = "station_manager", **more: Any) -> list[ReceptionDay]:
    today = clock.today()
    given: dict[str, Any] = {
        "people": [cast.people["deputy"].party_id],
        "days": [today + timedelta(days=7), today + timedelta(days=37)],
        "starts_at": time(9),
        "ends_at": time(11, 30),
        **more,
    }
    return reception_arrange(cast.actor(by), cast.stations["township"].id, **given)


def stored(cast: Cast) -> list[ReceptionDay]:
    with tenant_transaction(cast.tenants, durable=False):
        return list(ReceptionDay.objects.order_by("day"))


@pytest.mark.parametrize("role", KEEPERS)
def test_who_keeps_the_station_arranges_and_the_deputies_are_told(cast: Cast, role: str) -> None:
    both = [cast.people[name].party_id for name in ("deputy", "county_deputy")]
    arrange(cast, role, people=both, venue="花园社区居委会")
    assert [(day.person_id in both, day.venue) for day in stored(cast)] == [(True, "花园社区居委会")] * 4
    with tenant_transaction(cast.tenants, durable=False):
        told = Notice.objects.filter(kind="reception.arranged")
        assert set(told.values_list("party_id", flat=True)) == set(both)
        assert all("等 2 天，路口镇代表之家" in title for title in told.values_list("title", flat=True))


@pytest.mark.parametrize("role", OTHERS)
def test_who_does_not_keep_the_station_arranges_and_cancels_nothing(cast: Cast, role: str) -> None:
    with pytest.raises((Forbidden, NotFound)):
        arrange(cast, role)
    (day, _) = arrange(cast)
    with pytest.raises((Forbidden, NotFound)):
        reception_cancel(cast.actor(role), day.id, reason="试试")
    assert [row.cancelled_at for row in stored(cast)] == [None, None]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"people": []}, "people"),
        ({"people": ["other_deputy"]}, "people"),
        ({"days": []}, "day"),
        ({"days": [date(2001, 1, 1)]}, "day"),
        ({"days": [date(2999, 1, 1)]}, "day"),
        ({"ends_at": time(8)}, "ends_at"),
    ],
)
def test_what_cannot_be_arranged_is_refused_at_its_field(cast: Cast, given: dict[str, Any], field: str) -> None:
    if given.get("people"):
        given = {"people": [cast.people["other_deputy"].party_id]}
    with pytest.raises(Invalid) as refused:
        arrange(cast, **given)
    assert set(refused.value.fields) == {field}
    assert stored(cast) == []


def test_a_deputy_receives_once_a_day_at_a_station_until_that_is_off(cast: Cast) -> None:
    (day, _) = arrange(cast)
    with pytest.raises(Invalid, match="已有接待安排"):
        arrange(cast)
    reception_cancel(cast.actor("station_manager"), day.id, reason="代表出席会议")
    arrange(cast, days=[day.day])
    assert [row.cancel_reason for row in stored(cast)] == ["代表出席会议", "", ""]


def test_a_cancellation_needs_a_reason_and_is_told_and_final(cast: Cast) -> None:
    (day, _) = arrange(cast)
    with pytest.raises(Invalid):
        reception_cancel(cast.actor("station_manager"), day.id, reason=" ")
    reception_cancel(cast.actor("station_manager"), day.id, reason="改期")
    with tenant_transaction(cast.tenants, durable=False):
        told = Notice.objects.filter(title__startswith="代表接待日取消").get()
    assert (told.party_id, told.body) == (cast.people["deputy"].party_id, "改期")
    with pytest.raises(Refused):
        reception_cancel(cast.actor("station_manager"), day.id, reason="再取消")


def test_who_may_not_act_receives_nobody(cast: Cast) -> None:
    arrange(cast)
    mandate_suspend(
        cast.actor("business_administrator"),
        cast.mandates["deputy"].id,
        ground="detained",
        decision="资格审查委员会报告",
    )
    assert all(row.cancel_reason == "接待代表有变动" for row in stored(cast))
