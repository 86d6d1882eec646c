"""Two congresses, their people, and actions that exist only while a test runs, on the kernel's own parties."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from renda.kernel.actions import gate
from renda.kernel.actions.api import Context, existing, new
from renda.kernel.audit.models import AuditEntry
from renda.kernel.errors import Invalid, Refused
from renda.kernel.ids import new_id
from renda.kernel.parties import Actor, HeldPost
from renda.kernel.parties.models import Holding, Party
from renda.kernel.policy import registry
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant


def parties_for(actor: Actor) -> QuerySet[Party]:
    return Party.objects.filter(tenant_id__in=actor.tenants)


@dataclass
class House:
    """Where the tests of the gate play."""

    home: Tenant
    away: Tenant
    # What the works were called with, in order.
    calls: list[Any] = field(default_factory=list)
    rename: Any = None
    make: Any = None
    hold: Any = None

    def actor(self, *tenants: Tenant, kind: str = "tester") -> Actor:
        """Somebody with a post of a kind in each of the tenants."""
        posts = tuple(HeldPost(new_id(), kind, 0, tenant.id, frozenset([tenant.id])) for tenant in tenants)
        return Actor("person", "甲", party_id=new_id(), posts=posts, tenants=frozenset(t.id for t in tenants))

    def party(self, tenant: Tenant | None = None, name: str = "旧名") -> Party:
        made: Party = Party.objects.create(kind="person", name=name, tenant=tenant or self.home)
        return made

    def names(self) -> list[str]:
        return list(Party.objects.order_by("name").values_list("name", flat=True))

    def trail(self) -> list[AuditEntry]:
        with tenant_transaction({0, self.home.id, self.away.id}, durable=False):
            return list(AuditEntry.objects.order_by("id"))

    def outcomes(self) -> list[tuple[str, str, str]]:
        return [(entry.action, entry.outcome, entry.code) for entry in self.trail()]


@pytest.fixture
def house(db: None, monkeypatch: pytest.MonkeyPatch) -> House:
    tenants = [Tenant.make(name=name, level="county") for name in ("甲县", "乙县")]
    Tenant.objects.bulk_create(tenants)
    house = House(tenants[0], tenants[1])
    monkeypatch.setattr(gate, "ACTIONS", {})
    for name in ("test.rename", "test.make"):
        monkeypatch.setitem(registry.PERMISSIONS, name, "测试")
        monkeypatch.setitem(registry.GRANTS, ("tester", name), "own")

    @existing("test.rename", title="改名", permission="test.rename", select=parties_for, private=("secret",))
    def rename(ctx: Context, party: Party, *, name: str, secret: str = "", also: str = "") -> Party:
        house.calls.append((party.name, name, ctx.now))
        party.name = name
        ctx.update(party, "name")
        ctx.emit(f"party:{party.id}")
        if also:
            ctx.insert(Party(kind="post", name=also, tenant_id=party.tenant_id))
        if name == "改两次":
            raise Refused("test.refused", "不行。")
        if name == "先存后退":
            ctx.flush()
            raise Refused("test.refused", "不行。")
        if name == "坏了":
            raise ZeroDivisionError
        return party

    @new("test.make", title="新建", permission="test.make", private=("secret",))
    def make(ctx: Context, *, name: str, tenant: Tenant, secret: str = "", note: str = "") -> Party:
        house.calls.append(name)
        if not name:
            raise Invalid("test.empty", fields={"name": "请填写名称。"})
        party = Party(kind="person", name=name, tenant=tenant)
        ctx.insert(party)
        party.name = f"{name}（新）"
        ctx.update(party, "name")
        ctx.detail(length=len(name))
        ctx.emit(f"party:{party.id}")
        return party

    @new("test.hold", title="任职")
    def hold(ctx: Context, *, tenant: Tenant) -> Holding:
        person = Party(kind="person", name="人", tenant=tenant)
        post = Party(kind="post", name="岗", tenant=tenant)
        holding = Holding(person=person, post=post, starts_on=date(2026, 1, 1))
        # The child before its parents: foreign keys are looked at when the transaction ends.
        ctx.insert(holding, person, post)
        return holding

    house.rename, house.make, house.hold = rename, make, hold
    return house


def statements(captured: CaptureQueriesContext, verb: str, table: str) -> list[str]:
    """The captured statements of a verb on a table."""
    begin = {"INSERT": f'INSERT INTO "{table}"', "UPDATE": f'UPDATE "{table}"'}[verb]
    return [query["sql"] for query in captured.captured_queries if query["sql"].startswith(begin)]


def capturing() -> CaptureQueriesContext:
    new_id()  # a block of ids is taken once in a thousand rows
    return CaptureQueriesContext(connection)
