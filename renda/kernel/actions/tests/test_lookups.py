"""``__in`` over whole numbers says what Django's says, with one value."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import models

from renda.kernel.events.models import Event
from renda.kernel.parties.models import Party
from renda.kernel.storing import insert_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def events() -> list[int]:
    insert_rows(Event, [Event(id=number, key=str(number)) for number in (1, 2, 3)])
    return [1, 2, 3]


def found(*wanted: Any, **lookups: Any) -> list[int]:
    return list(Event.objects.filter(*wanted, **lookups).order_by("id").values_list("id", flat=True))


def test_the_text_of_a_statement_does_not_grow_with_the_list() -> None:
    texts = {Event.objects.filter(id__in=range(many)).query.sql_with_params()[0] for many in (2, 3, 200)}
    links = {Party.objects.filter(tenant__in=range(many)).query.sql_with_params()[0] for many in (2, 3, 200)}
    assert (len(texts), len(links)) == (1, 1)
    assert all("= ANY(%s::bigint[])" in text for text in texts | links)
    (one,) = {Party.objects.filter(tenant__in=[number]).query.sql_with_params()[0] for number in (1, 2**40)}
    assert "= %s::bigint" in one


@pytest.mark.parametrize(
    ("listed", "wanted"),
    [([2], [2]), ([3, 1, 3], [1, 3]), ((2, None), [2]), ([], []), ([None], []), (["2"], [2]), ([2**63 - 1], [])],
)
def test_it_finds_what_is_listed(events: list[int], listed: Any, wanted: list[int]) -> None:
    assert found(id__in=listed) == wanted
    assert found(~models.Q(id__in=listed)) == [one for one in events if one not in wanted]


def test_expressions_and_queries_are_left_to_django(events: list[int]) -> None:
    assert found(id__in=[models.F("id") + 0, 9]) == events
    assert found(id__in=Event.objects.filter(key="3").values("id")) == [3]
    inner = Event.objects.filter(id__in=[1]) | Event.objects.filter(id__in=[2, 3])
    assert found(id__in=inner.values("id")) == events
