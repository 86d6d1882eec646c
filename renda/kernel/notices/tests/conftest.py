"""The small house that the tests of notices play in: two kinds, no address books, no providers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from renda.kernel import clock, jobs
from renda.kernel.actions.api import Context
from renda.kernel.notices import addresses
from renda.kernel.notices.api import inbox, register_kind, send
from renda.kernel.notices.kinds import KINDS
from renda.kernel.notices.models import Delivery
from renda.kernel.parties import Actor, HeldPost
from renda.kernel.parties.models import Party
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant


class World:
    """Two counties, three people and a post of the second one."""

    def __init__(self) -> None:
        self.here, self.there = Tenant.make(name="甲县", level="county"), Tenant.make(name="乙县", level="county")
        Tenant.objects.bulk_create([self.here, self.there])
        self.clerk = Party(kind="person", name="干事", tenant=self.here)
        self.officer = Party(kind="person", name="经办人", tenant=self.there)
        self.gone = Party(kind="person", name="离任者", tenant=self.here, is_active=False)
        self.post = Party(kind="post", name="承办岗", tenant=self.there)
        Party.objects.bulk_create([self.clerk, self.officer, self.gone, self.post])

    def actor(self, party: Party, *posts: Party) -> Actor:
        held = tuple(HeldPost(post.id, "post", 0, post.tenant_id or 0) for post in posts)
        return Actor("person", party.name, party.id, held, frozenset([party.tenant_id or 0]))

    def tell(
        self,
        *parties: Party,
        title: str = "有新的交办",
        kind: str = "test.optional",
        url: str = "/messages/1/",
        quiet: bool = False,
    ) -> None:
        with tenant_transaction([self.here.id]):
            ctx = Context(self.actor(self.clerk), quiet=quiet)
            send(ctx, [party.id for party in parties], title, "请及时办理", url, kind=kind)
            ctx.flush()

    def inbox(self, actor: Actor) -> list[str]:
        with tenant_transaction(actor.tenants):
            return [notice.title for notice in inbox(actor)]

    def deliveries(self) -> list[Delivery]:
        with tenant_transaction([self.here.id, self.there.id]):
            return list(Delivery.objects.order_by("id"))


def tick(minutes: float = 0) -> None:
    """The outbox is emptied, some minutes from now."""
    with clock.frozen(clock.now() + timedelta(minutes=minutes)):
        jobs.run("notices.deliver", timestamp=0)


@pytest.fixture(autouse=True)
def _house(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.RENDA_DATA_DIR = tmp_path
    settings.RENDA_INNER_URL = "https://renda.example"
    settings.EMAIL_HOST = ""
    # Tests run at any hour of the day.
    settings.RENDA_QUIET_HOURS = "00:00-00:00"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    monkeypatch.setattr(addresses, "_books", [])
    known = dict(KINDS)
    KINDS.clear()
    KINDS.update({name: kind for name, kind in known.items() if name.startswith("notice.")})
    register_kind("test.optional", "留言有新进展")
    register_kind("test.required", "新的交办", is_required=True)
    register_kind("test.urgent", "紧急情况", is_urgent=True)
    yield
    KINDS.clear()
    KINDS.update(known)


@pytest.fixture
def world(db: None) -> World:
    return World()
