"""Numbers: in order, without gaps, given back by a rollback, under many hands at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from renda.kernel import clock
from renda.kernel.actions.api import Context
from renda.kernel.numbering.api import Series, assign, reserve, take
from renda.kernel.numbering.models import Counter
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant

SEPTEMBER = datetime(2024, 9, 3, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def tenant(db: None) -> Tenant:
    tenant = Tenant.make(name="市人大", level="city")
    tenant.save()
    return tenant


@pytest.fixture
def ctx(tenant: Tenant) -> Iterator[Context]:
    with clock.frozen(SEPTEMBER), scope(tenant.id):
        yield Context(Actor.machine("test", [tenant.id]))


def scope(*tenants: int) -> Any:
    return tenant_transaction(tenants, durable=False)


def test_each_series_counts_for_itself(ctx: Context, tenant: Tenant) -> None:
    assert [take(ctx, tenant.id, "message") for _ in range(3)] == [1, 2, 3]
    assert take(ctx, tenant.id, "message", 2025) == 1
    assert take(ctx, tenant.id, "suggestion") == 1
    assert take(ctx, tenant.id, "message") == 4


def test_a_set_costs_one_statement(ctx: Context, tenant: Tenant) -> None:
    first, second = Series(tenant.id, "a", 2024), Series(tenant.id, "b", 2024)
    with CaptureQueriesContext(connection) as queries:
        taken = reserve({second: 2, first: 50})
    assert len(queries) == 1
    assert taken == {first: range(1, 51), second: range(1, 3)}
    assert reserve({first: 1})[first] == range(51, 52)


def test_a_field_is_filled_at_the_flush(ctx: Context, tenant: Tenant) -> None:
    rows = [Tenant.make(name="新", level="city") for _ in range(30)]
    ctx.insert(*rows)
    for row in rows:
        assign(ctx, row, "name", tenant_id=tenant.id, kind="message", template="{year}{month:02d}-{number:04d}")
    assign(ctx, tenant, "name", tenant_id=tenant.id, kind="letter", template="市人函〔{year}〕{number}号")
    assert not Counter.objects.exists()
    with CaptureQueriesContext(connection) as queries:
        ctx.flush()
    # One for the numbers, one for the new rows, one for the row that exists.
    assert len(queries) == 3
    assert "kernel_numbering_counter" in queries[0]["sql"]
    stored = list(
        Tenant.objects.filter(id__in=[row.id for row in rows]).order_by("name").values_list("name", flat=True)
    )
    assert stored == [f"202409-{number:04d}" for number in range(1, 31)]
    tenant.refresh_from_db()
    assert tenant.name == "市人函〔2024〕1号"


def test_a_template_that_asks_for_something_else_is_refused_at_once(ctx: Context, tenant: Tenant) -> None:
    with pytest.raises(KeyError):
        assign(ctx, tenant, "name", tenant_id=tenant.id, kind="x", template="{serial}")


def test_a_rollback_gives_the_numbers_back(ctx: Context, tenant: Tenant) -> None:
    series = Series(tenant.id, "message", 2024)
    reserve({series: 5})
    point = transaction.savepoint()
    assert reserve({series: 10})[series] == range(6, 16)
    transaction.savepoint_rollback(point)
    assert reserve({series: 1})[series] == range(6, 7)


def test_less_than_one_number_is_refused(ctx: Context, tenant: Tenant) -> None:
    with pytest.raises(ValueError, match="at least one"):
        reserve({Series(tenant.id, "message", 2024): 0})


def test_another_tenants_counter_is_out_of_reach(tenant: Tenant) -> None:
    other = Tenant.make(name="外市", level="city")
    other.save()
    series = Series(tenant.id, "message", 2024)
    with scope(tenant.id):
        reserve({series: 3})
    with scope(other.id):
        assert not Counter.objects.exists()
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            reserve({series: 1})
    with scope(tenant.id):
        assert Counter.objects.get().last == 3


@pytest.mark.django_db(transaction=True)
def test_many_hands_at_once() -> None:
    """Eight threads, some of whose transactions fail: no number twice, none missing."""
    tenant = Tenant.make(name="市人大", level="city")
    tenant.save()
    given: list[int] = []
    faults: list[Exception] = []

    def work(hand: int) -> None:
        try:
            for turn in range(25):
                try:
                    with tenant_transaction([tenant.id]):
                        # Two counters in both orders: a deadlock would show here.
                        pair = [Series(tenant.id, kind, 2024) for kind in ("a", "b")]
                        taken = reserve(dict.fromkeys(pair if hand % 2 else reversed(pair), 1 + turn % 3))
                        if turn % 5 == hand % 5:
                            raise KeyError
                except KeyError:
                    continue
                given.extend(taken[pair[0]])
        except Exception as error:  # noqa: BLE001 - a thread's fault must reach the test
            faults.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(hand,)) for hand in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(given) > 300
    assert sorted(given) == list(range(1, len(given) + 1))
