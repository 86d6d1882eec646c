"""Lines: both ways, once, without circles where declared, and never past a selector."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, connections, models
from django.test.utils import CaptureQueriesContext

from renda.kernel.actions.api import Context
from renda.kernel.errors import Refused
from renda.kernel.links import api, registry
from renda.kernel.links.models import Link
from renda.kernel.parties import Actor
from renda.kernel.parties.models import Party
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant

LABEL = "kernel_parties.party"


@pytest.fixture(autouse=True)
def _registered() -> Iterator[None]:
    api.kind("test.led_to", "转化为", "来源")
    api.kind("test.part_of", "属于", "包含", is_acyclic=True)
    api.subject(LABEL, lambda actor: Party.objects.filter(tenant_id__in=actor.tenants))
    yield
    for name in ("test.led_to", "test.part_of"):
        del registry.KINDS[name]
    del registry._SELECTORS[LABEL]


def scope(*tenants: int) -> Any:
    return tenant_transaction(tenants, durable=False)


def make_tenant() -> Tenant:
    tenant = Tenant.make(name="人大", level="city")
    tenant.save()
    return tenant


def make_rows(tenant: Tenant, count: int) -> list[Party]:
    with scope(tenant.id):
        return Party.objects.bulk_create(Party(tenant=tenant, kind="post", name=f"行{key}") for key in range(count))


@pytest.fixture
def tenant(db: None) -> Tenant:
    return make_tenant()


@pytest.fixture
def actor(tenant: Tenant) -> Actor:
    return Actor.machine("test", [tenant.id])


def draw(actor: Actor, *lines: tuple[models.Model, models.Model, str]) -> None:
    with scope(*actor.tenants):
        ctx = Context(actor)
        for begin, end, name in lines:
            api.link(ctx, begin, end, name)
        ctx.flush()


def seen(actor: Actor, row: models.Model) -> list[tuple[str, bool, list[str]]]:
    with scope(*actor.tenants):
        return [
            (group.title, group.is_forward, [other.name for other in group.rows]) for group in api.linked(actor, row)
        ]


def test_a_line_is_seen_from_both_ends(tenant: Tenant, actor: Actor) -> None:
    first, second, third = make_rows(tenant, 3)
    draw(actor, (first, second, "test.led_to"), (first, third, "test.led_to"), (third, first, "test.part_of"))
    assert seen(actor, first) == [("转化为", True, ["行1", "行2"]), ("包含", False, ["行2"])]
    assert seen(actor, second) == [("来源", False, ["行0"])]
    assert seen(actor, third) == [("来源", False, ["行0"]), ("属于", True, ["行0"])]


def test_the_cost_does_not_grow_with_the_lines(tenant: Tenant, actor: Actor) -> None:
    rows = make_rows(tenant, 40)
    with CaptureQueriesContext(connection) as drawn:
        draw(actor, *((rows[0], row, "test.led_to") for row in rows[1:]))
    assert sum("INSERT INTO" in query["sql"] for query in drawn) == 1
    with scope(tenant.id), CaptureQueriesContext(connection) as read:
        assert len(api.linked(actor, rows[0])[0].rows) == 39
    assert len(read) == 2


def test_the_same_line_is_drawn_once(tenant: Tenant, actor: Actor) -> None:
    first, second = make_rows(tenant, 2)
    draw(actor, (first, second, "test.led_to"), (first, second, "test.led_to"))
    draw(actor, (first, second, "test.led_to"))
    with scope(tenant.id):
        assert Link.objects.count() == 1
    # The other way round is another line.
    draw(actor, (second, first, "test.led_to"))
    assert seen(actor, first) == [("转化为", True, ["行1"]), ("来源", False, ["行1"])]


def test_a_line_to_itself_is_refused(tenant: Tenant, actor: Actor) -> None:
    (row,) = make_rows(tenant, 1)
    with pytest.raises(Refused, match="自身"):
        draw(actor, (row, row, "test.led_to"))


@pytest.mark.parametrize("length", [2, 3, 6])
def test_a_circle_is_refused_where_declared(tenant: Tenant, actor: Actor, length: int) -> None:
    rows = make_rows(tenant, length)
    chain = [(rows[at], rows[at + 1], "test.part_of") for at in range(length - 1)]
    draw(actor, *chain)
    with pytest.raises(Refused, match="循环"):
        draw(actor, (rows[-1], rows[0], "test.part_of"))
    with scope(tenant.id):
        assert Link.objects.count() == length - 1
    # Another kind may close it, and a shortcut is no circle.
    draw(actor, (rows[-1], rows[0], "test.led_to"), (rows[0], rows[-1], "test.part_of"))


def test_a_circle_within_one_flush_is_refused(tenant: Tenant, actor: Actor) -> None:
    first, second = make_rows(tenant, 2)
    with pytest.raises(Refused, match="循环"):
        draw(actor, (first, second, "test.part_of"), (second, first, "test.part_of"))


def test_a_line_never_shows_what_the_selector_hides(tenant: Tenant, actor: Actor) -> None:
    other = make_tenant()
    (ours,), (theirs,) = make_rows(tenant, 1), make_rows(other, 1)
    both = Actor.machine("test", [tenant.id, other.id])
    draw(both, (ours, theirs, "test.led_to"))
    assert seen(both, ours) == [("转化为", True, ["行0"])]
    assert seen(actor, ours) == []
    assert seen(Actor.machine("test", [other.id]), theirs) == []
    stranger = Actor.machine("test", [make_tenant().id])
    with scope(*stranger.tenants):
        assert not Link.objects.exists()


def test_a_model_without_a_selector_is_not_shown(tenant: Tenant, actor: Actor) -> None:
    first, second = make_rows(tenant, 2)
    draw(actor, (first, second, "test.led_to"))
    kept = registry._SELECTORS.pop(LABEL)
    try:
        assert seen(actor, first) == []
    finally:
        registry._SELECTORS[LABEL] = kept


def test_a_line_is_taken_away(tenant: Tenant, actor: Actor) -> None:
    first, second = make_rows(tenant, 2)
    draw(actor, (first, second, "test.led_to"))
    with scope(tenant.id):
        ctx = Context(actor)
        assert not api.unlink(ctx, second, first, "test.led_to")
        assert api.unlink(ctx, first, second, "test.led_to")
        assert ctx.details == {"unlinked": f"test.led_to:{LABEL}:{second.pk}"}
    assert seen(actor, first) == []


def test_unknown_kinds_and_subjects_without_tenant(tenant: Tenant, actor: Actor) -> None:
    first, second = make_rows(tenant, 2)
    with pytest.raises(KeyError):
        draw(actor, (first, second, "test.nothing"))
    with pytest.raises(TypeError, match="belongs to no tenant"):
        draw(actor, (first, tenant, "test.led_to"))
    with pytest.raises(ValueError, match="registered twice"):
        api.kind("test.led_to", "别的", "来源")


@pytest.mark.django_db(transaction=True)
def test_two_who_close_a_circle_together() -> None:
    tenant = make_tenant()
    rows = make_rows(tenant, 2)
    actor = Actor.machine("test", [tenant.id])
    outcomes: list[str] = []
    gate = threading.Barrier(2)

    def work(begin: Party, end: Party) -> None:
        try:
            with tenant_transaction([tenant.id]):
                ctx = Context(actor)
                api.link(ctx, begin, end, "test.part_of")
                gate.wait(10)
                ctx.flush()
            outcomes.append("drawn")
        except Refused:
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=pair) for pair in (rows, rows[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["drawn", "refused"]
