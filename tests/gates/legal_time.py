"""Rules, office hours and the calendar: who keeps them, and who does not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from renda.kernel import clock
from renda.kernel.deadlines.arrangement import as_text
from renda.kernel.deadlines.calendar import library_days
from tests.gates.acts import Act
from tests.gates.addresses import Page
from tests.gates.city import City

_KEEPER = "county_business_administrator"
_NO_KEEPERS = ("county_clerk", "system_administrator", "security_administrator", "deputy", "county_assigner")


def _place(city: City) -> dict[str, Any]:
    return {"tenant_id": city.cast.tenant("county"), "valid_from": clock.today(), "note": "办公室通知"}


def _rule(city: City) -> dict[str, Any]:
    return {"key": "message.vet", "amount": 2, "unit": "working_days", **_place(city)}


def _hours(city: City) -> dict[str, Any]:
    return {**_place(city), "periods": "08:00-12:00", "valid_from": clock.today() + timedelta(days=1)}


def _end(_: City) -> dict[str, Any]:
    return {"valid_to": clock.today()}


LEGAL_TIME_ACTS = {
    "deadline.add_rule": Act(_KEEPER, None, _rule, _NO_KEEPERS),
    "deadline.end_rule": Act(_KEEPER, lambda city: city.key("local_rule"), _end, _NO_KEEPERS),
    "deadline.add_hours": Act(_KEEPER, None, _hours, _NO_KEEPERS),
    "deadline.end_hours": Act(_KEEPER, lambda city: city.key("local_hours"), _end, _NO_KEEPERS),
    # One calendar for the whole site: only where the tree begins.
    "calendar.load_year": Act(
        "business_administrator",
        None,
        lambda _: {"year": 2026, "days": library_days(2026), "source": "通知"},
        (_KEEPER, *_NO_KEEPERS),
    ),
}

LEGAL_TIME_PAGES = {
    "timekeeping:deadline.list": Page(_KEEPER, wrong=_NO_KEEPERS),
    "timekeeping:deadline.add_rule": Page(_KEEPER, given=_rule, wrong=_NO_KEEPERS),
    "timekeeping:deadline.end_rule": Page(_KEEPER, lambda city: [city.key("local_rule")], _end, wrong=_NO_KEEPERS),
    "timekeeping:deadline.add_hours": Page(_KEEPER, given=_hours, wrong=_NO_KEEPERS),
    "timekeeping:deadline.end_hours": Page(_KEEPER, lambda city: [city.key("local_hours")], _end, wrong=_NO_KEEPERS),
    "timekeeping:calendar.load_year": Page(
        "business_administrator",
        given=lambda _: {"year": 2026, "source": "通知", "text": as_text(library_days(2026)), "confirm": 1},
        wrong=_NO_KEEPERS,
    ),
}
