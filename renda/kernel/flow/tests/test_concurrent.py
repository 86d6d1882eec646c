"""Random flows in the database, pressed by several hands at once in threads of their own: whatever the order in which the
presses arrive, the invariants hold, every press is done or told, and the events give the rows again.
"""

from __future__ import annotations

import json
import os
import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connections, models

from renda.kernel import clock
from renda.kernel.actions.api import Context
from renda.kernel.errors import NotFound, RendaError
from renda.kernel.flow import api as flow
from renda.kernel.flow import library
from renda.kernel.flow.api import Offer
from renda.kernel.flow.definition import from_graph, parse
from renda.kernel.flow.engine.tree import TABLES, Tree, apply
from renda.kernel.flow.models import Case, CaseEvent, FlowDefinition
from renda.kernel.flow.store import Store
from renda.kernel.flow.tests.invariants import check, check_joins
from renda.kernel.flow.tests.random_flows import CHILD, GROUPS, FlowMaker
from renda.kernel.parties import Actor, HeldPost, register_resolver
from renda.kernel.parties.models import Holding, Party
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant

pytestmark = pytest.mark.django_db(transaction=True)

SEEDS = range(40) if os.environ.get("RENDA_HYPOTHESIS_PROFILE") == "long" else range(4)
HANDS, PRESSES = 5, 12
_named: dict[str, list[int]] = {}


def _resolver(expression: str, anchor: models.Model | None, tenant_id: int) -> list[int]:
    return _named.get(expression.removeprefix("who:"), []) if expression.startswith("who:") else []


register_resolver(_resolver)


@dataclass
class Crowd:
    """Two congresses, eight people, three posts between them, two administrators and a supervisor."""

    tenants: list[Tenant] = field(default_factory=list)
    people: list[Party] = field(default_factory=list)
    posts: list[Party] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        for name in ("甲县人大", "乙县人大"):
            tenant = Tenant.make(name=name, level="county")
            tenant.save()
            self.tenants.append(tenant)
        for number in range(11):
            tenant = self.tenants[number % 2 if number < 8 else 0]
            self.people.append(Party.objects.create(kind="person", name=f"人{number}", tenant=tenant))
        for number in range(3):
            self.posts.append(Party.objects.create(kind="post", name=f"岗{number}", tenant=self.tenants[number % 2]))
        child = parse(CHILD)
        FlowDefinition.objects.create(
            key="child", version=1, title="子流程", graph=dict(child.source), published_at=clock.now()
        )

    def shuffle(self, dice: random.Random) -> None:
        """Who holds what and whom the flow's words name."""
        Holding.objects.all().delete()
        for post in self.posts:
            for person in dice.sample(self.people[:8], dice.randint(0, 3)):
                Holding.objects.create(person=person, post=post, starts_on=date(2020, 1, 1))
        parties = [party.id for party in [*self.people[:8], *self.posts]]
        _named.update({group: dice.sample(parties, dice.randint(1, 4)) for group in GROUPS})
        _named.update(admin=[self.people[8].id, self.people[9].id], supervisor=[self.people[10].id])

    def publish(self, dice: random.Random, version: int) -> None:
        """A random flow; the subject is a party, whose own fields stand for those of the flow."""
        graph = json.loads(json.dumps(FlowMaker(dice).make()).replace('"level', '"id').replace("test.Subject", "x.X"))
        for node in graph["node"]:
            node.pop("fields", None)
        FlowDefinition.objects.filter(key="random").update(retired_at=clock.now())
        FlowDefinition.objects.create(
            key="random", version=version, title="随机", graph=dict(from_graph(graph).source), published_at=clock.now()
        )
        library.forget()

    def actor(self, person: Party) -> Actor:
        held = Holding.objects.filter(person=person).select_related("post")
        posts = tuple(HeldPost(one.post_id, "clerk", 0, one.post.tenant_id or 0) for one in held)
        tenants = {person.tenant_id or 0, *(post.tenant_id for post in posts)}
        return Actor("person", person.name, person.id, posts, frozenset(tenants))

    def do(self, actor: Actor, work: Callable[..., Any], *args: Any, **given: Any) -> Any:
        with tenant_transaction(actor.tenants):
            ctx = Context(actor)
            done = work(ctx, *args, **given)
            ctx.flush()
        return done

    def everything(self) -> Any:
        return tenant_transaction([tenant.id for tenant in self.tenants])

    def press(self, dice: random.Random, case: int) -> None:
        """Look at somebody's buttons, then press one: another may be quicker in between."""
        seen = ((actor, self.buttons(actor, case)) for actor in map(self.actor, dice.sample(self.people, 5)))
        actor, offers = next((one for one in seen if one[1]), (None, []))
        if actor is None:
            return
        offer = dice.choice(offers)
        try:
            self.do(actor, getattr(flow, offer.move), offer.case_id, **self.given(dice, offer))
            self.told["done"] += 1
        except RendaError as error:
            self.told[error.code] += 1

    def buttons(self, actor: Actor, case: int) -> list[Offer]:
        """What somebody may press that does not stop everything; nothing where the case is not hers to see."""
        try:
            with tenant_transaction(actor.tenants):
                return [one for one in flow.offered(actor, case) if one.move not in ("terminate", "suspend", "urge")]
        except NotFound:
            return []

    def given(self, dice: random.Random, offer: Offer) -> dict[str, Any]:
        """Arguments that fit an offer."""
        found: dict[str, Any] = {}
        if offer.request_id is not None:
            return {"request_id": offer.request_id}
        if offer.task_id is not None:
            found["task_id"] = offer.task_id
            if offer.move != "read":
                found["version"] = offer.version
        target, ways = dice.choice(offer.targets) if offer.targets else ("", ())
        somebody = dice.choice([*self.people[:8], *self.posts]).id
        details: dict[str, dict[str, Any]] = {
            "act": {"action": offer.action},
            "send_back": {"to": target, "resume": ways[0] if ways else "walk"},
            "transfer": {"to": somebody},
            "consult": {"to": somebody},
            "add_assignee": {"to": somebody, "place": offer.places[0] if offer.places else ""},
            "copy_to": {"to": [somebody]},
            "circulate": {"to": [somebody]},
            "extend_request": {"until": clock.now() + timedelta(days=30), "reason": "材料未到"},
            "jump": {"to": target, "reason": "理由"},
            "reopen": {"to": target},
        }
        return found | details.get(offer.move, {})


def _holds(crowd: Crowd, root: int) -> None:
    """The invariants, and 6: the stored events alone give the stored rows."""
    with crowd.everything():
        store = Store(clock.now())
        loaded = store.tree(root, lock=False)
        check(loaded)
        check_joins(loaded)
        again = Tree(store.world, loaded.definitions)
        for event in loaded.events:
            for effect in event.effects:
                apply(again, effect)
        for name, model in TABLES.items():
            stored = model._base_manager.filter(**{"id__in" if model is Case else "case_id__in": list(loaded.cases)})
            columns = [one.attname for one in model._meta.concrete_fields]
            rows = {row.pk: {column: getattr(row, column) for column in columns} for row in stored}
            replayed = {
                key: {column: getattr(row, column) for column in columns} for key, row in again.rows[name].items()
            }
            assert replayed == rows, name
        numbers = list(CaseEvent.objects.filter(case_id__in=loaded.cases).order_by("seq").values_list("seq", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))


def _together(crowd: Crowd, seed: int, root: int) -> None:
    """Let all hands press at once; what a hand does not expect is raised here."""
    gate = threading.Barrier(HANDS)

    def hand(number: int) -> None:
        dice = random.Random(f"{seed}/{number}")
        try:
            gate.wait(20)
            for _ in range(PRESSES):
                crowd.press(dice, root)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(HANDS) as pool:
        list(pool.map(hand, range(HANDS)))


def test_many_hands_on_random_cases() -> None:
    crowd = Crowd()
    subject, starter = crowd.people[7], crowd.people[0]
    for version, seed in enumerate(SEEDS, 1):
        dice = random.Random(seed)
        crowd.shuffle(dice)
        crowd.publish(dice, version)
        given = {"tenant_id": crowd.tenants[0].id, "title": "办件", "initiator": starter.id}
        case: Case = crowd.do(crowd.actor(starter), flow.start, "random", subject, **given)
        _together(crowd, seed, case.id)
        _holds(crowd, case.id)
    # Something was done, and somebody was too late: else this test would see nothing.
    assert crowd.told["done"] > len(SEEDS) * 5
    assert crowd.told["flow.task_gone"] > 0, crowd.told
