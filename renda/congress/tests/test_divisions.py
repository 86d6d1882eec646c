"""The law of a congress's province, city and county holds for it, the nearest first, each from its day on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from renda.congress.divisions import division_of
from renda.kernel.deadlines import api as deadlines
from renda.kernel.deadlines.models import DeadlineRule
from tests.people import Cast


def rule(place: str, amount: int, valid_from: date | None = None, valid_to: date | None = None) -> None:
    DeadlineRule.objects.create(
        key="test.unit",
        title="承办单位答复",
        place=place,
        amount=amount,
        unit="working_days",
        from_event="交办之日",
        valid_from=valid_from,
        valid_to=valid_to,
        note="测试",
    )


@pytest.fixture(autouse=True)
def _rules(db: None) -> Iterator[None]:
    rule("", 7)
    rule("42", 6)
    rule("4211", 5, date(2026, 1, 1))
    rule("421102", 3, date(2026, 6, 1), date(2026, 12, 31))
    rule("33", 1)
    deadlines.forget()
    yield
    deadlines.forget()


def test_a_congress_is_found_by_its_division(cast: Cast) -> None:
    assert division_of(cast.tenant("city")) == "421100000000"
    assert division_of(cast.tenant("county")) == "421102000000"
    assert division_of(cast.tenant("township")).startswith("421102")
    assert division_of(1) == ""


def test_the_county_wins_over_the_city_the_city_over_the_province_by_date(cast: Cast) -> None:
    def amounts(congress: str, *days: date) -> list[int | None]:
        found = [deadlines.rule_for("test.unit", cast.tenant(congress), day) for day in days]
        return [one.amount if one else None for one in found]

    days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 1), date(2026, 12, 31), date(2027, 1, 1))
    assert amounts("city", *days) == [6, 5, 5, 5, 5]
    assert amounts("county", *days) == [6, 5, 3, 3, 5]
    assert amounts("township", *days) == [6, 5, 3, 3, 5]
    assert amounts("other_county", *days) == [6, 5, 5, 5, 5]
    # What the city's own congress entered stands before what is shipped for its place, and a county's before both.
    for congress, amount in (("city", 4), ("county", 2)):
        DeadlineRule.objects.create(
            key="test.unit",
            title="本地",
            tenant_id=cast.tenant(congress),
            amount=amount,
            unit="working_days",
            from_event="交办之日",
            valid_from=date(2026, 12, 1),
            note="测试",
        )
    deadlines.forget()
    eve = (date(2026, 11, 30), date(2026, 12, 1))
    assert amounts("city", *eve) == [5, 4]
    assert amounts("county", *eve) == [3, 2]
    assert amounts("other_county", *eve) == [5, 4]
