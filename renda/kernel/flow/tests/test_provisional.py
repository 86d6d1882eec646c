"""Dues that reach into a year without a calendar: shown while they wait, counted again when it arrives, in the trail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from renda.kernel import clock
from renda.kernel.deadlines import api as deadlines
from renda.kernel.deadlines.actions import calendar_load_year
from renda.kernel.deadlines.arrangement import read_arrangement
from renda.kernel.flow import api as flow
from renda.kernel.flow import provisional
from renda.kernel.flow.tests.cases import Town
from renda.kernel.jobs import run
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction

pytestmark = pytest.mark.django_db
WHOLE = "\n".join(
    ["2027-01-01 休息 元旦", "2027-01-04 休息 元旦", "2027-05-01 休息 劳动节"]
    + [f"2027-10-0{day} 休息 国庆节" for day in (1, 2, 3)]
)


@pytest.fixture(autouse=True)
def _december(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def at_once(wanted: list[tuple[str, dict[str, Any]]]) -> None:
        for name, arguments in wanted:
            later.append((name, arguments))

    later: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr("renda.kernel.actions.context.jobs.defer_many", at_once)
    deadlines.forget()
    with clock.frozen(datetime(2026, 12, 28, 9, tzinfo=ZoneInfo("Asia/Shanghai"))):
        yield
    deadlines.forget()


def test_a_due_waits_and_is_counted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town()
    case = town.start()
    town.do("clerk", flow.act, case, "assign")
    due = town.task(case, "unit").due_at
    assert due is not None
    assert (town.task(case, "unit").provisional, due.date().year) == (True, 2027)
    machine = Actor.machine("节假日安排公布", [tenant.id for tenant in town.tenants])
    with tenant_transaction(machine.tenants, durable=False):
        outlook = provisional.waiting(machine, 5)
    assert (outlook.by_year, [one.due_at for one in outlook.first]) == ({2027: 1}, [due])
    # Its kind says neither for whom it exists nor where: no title is told.
    assert (case.title in outlook.first[0].title, outlook.first[0].url) == (False, "")
    assert town.tenants[0].name in outlook.first[0].title
    calendar_load_year(Actor.machine("test", [0]), year=2027, days=read_arrangement(WHOLE, 2027, "一"), source="通知")
    run("deadlines.recount", year=2027)
    after = town.task(case, "unit")
    assert after.due_at is not None
    assert not after.provisional
    # The 1st (a Friday) and the 4th of January are off now.
    assert (after.due_at.date() - due.date()).days == 2
    assert after.due_at.date() >= date(2027, 1, 6)
    with town.everything():
        last = flow.trail(case)[-1]
        assert (last.move, last.actor_id) == ("recount", None)
        assert provisional.waiting(machine, 5).by_year == {}
    before = len(town_trail(town, case))
    run("deadlines.recount", year=2027)
    assert len(town_trail(town, case)) == before


def town_trail(town: Town, case: Any) -> list[Any]:
    with town.everything():
        return list(flow.trail(case))
