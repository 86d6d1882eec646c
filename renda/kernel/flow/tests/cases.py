"""Cases in the database for tests: two congresses, people with posts, a flow, moves through the gate's unit of work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import models

from renda.kernel import clock
from renda.kernel.actions.api import Context
from renda.kernel.flow import api as flow
from renda.kernel.flow import library
from renda.kernel.flow.definition import parse
from renda.kernel.flow.models import Case, FlowDefinition, Task
from renda.kernel.parties import Actor, register_resolver
from renda.kernel.parties.models import Holding, Party
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant

_posts: dict[str, list[int]] = {}


def _resolver(expression: str, anchor: models.Model | None, tenant_id: int) -> list[int]:
    return _posts.get(expression.removeprefix("test:"), [])


register_resolver(_resolver)

FLOW = """
key = "letter"
title = "来信办理"
subject = "kernel_parties.Party"
administrator = "test:administrator"
deadline = "10 days"
[[node]]
id = "office"
title = "交办"
who = "test:office"
mode = "any"
actions = ["assign", "copy_to"]
[[node]]
id = "unit"
title = "办理"
who = "test:unit"
mode = "any"
actions = ["receive", "answer", "send_back", "transfer", "extend"]
deadline = { within = "7 working days" }
extend = { who = "test:office" }
on_timeout = ["remind"]
fields = { write = ["name"] }
[[node]]
id = "rating"
title = "评价"
kind = "wait"
until = { event = "rated", or_after = "15 days" }
[[node]]
id = "sign"
title = "会签"
who = ["test:office", "test:leaders"]
mode = "all"
actions = ["approve", "reject"]
on_reject = "unit"
[[node]]
id = "over"
kind = "end"
outcome = "concluded"
[[edge]]
from = "office"
on = "assign"
to = "unit"
[[edge]]
from = "unit"
on = "answer"
to = "rating"
[[edge]]
from = "rating"
on = "event"
to = "sign"
[[edge]]
from = "rating"
on = "timeout"
to = "over"
[[edge]]
from = "sign"
to = "over"
"""


@dataclass
class Town:
    """Two congresses and their people by name; ``flow_text`` is published for both."""

    flow_text: str = FLOW
    tenants: list[Tenant] = field(default_factory=list)
    people: dict[str, Party] = field(default_factory=dict)
    posts: dict[str, Party] = field(default_factory=dict)
    subject: Party = field(init=False)

    def __post_init__(self) -> None:
        for name in ("甲县人大", "乙县人大"):
            tenant = Tenant.make(name=name, level="county")
            tenant.save()
            self.tenants.append(tenant)
        home, other = self.tenants
        self.hire("office", home, "clerk", "second_clerk")
        self.hire("unit", other, "officer", "second_officer")
        self.hire("administrator", home, "administrator", "second_administrator")
        for name in ("leader", "deputy_leader"):
            self.people[name] = Party.objects.create(kind="person", name=name, tenant=home)
        _posts["leaders"] = [self.people["leader"].id, self.people["deputy_leader"].id]
        self.subject = Party.objects.create(kind="person", name="来信人", tenant=home)
        definition = parse(self.flow_text)
        FlowDefinition.objects.create(
            key=definition.key,
            version=1,
            title=definition.title,
            graph=dict(definition.source),
            published_at=clock.now(),
        )
        library.forget()

    def hire(self, post: str, tenant: Tenant, *names: str) -> None:
        """A post with its holders."""
        self.posts[post] = Party.objects.create(kind="post", name=post, tenant=tenant)
        _posts[post] = [self.posts[post].id]
        for name in names:
            self.people[name] = Party.objects.create(kind="person", name=name, tenant=tenant)
            Holding.objects.create(person=self.people[name], post=self.posts[post], starts_on=date(2020, 1, 1))

    def actor(self, name: str) -> Actor:
        """The actor of a person: the scope is the post's tenant."""
        from renda.kernel.parties import HeldPost

        person = self.people[name]
        held = Holding.objects.filter(person=person).select_related("post")
        posts = tuple(HeldPost(h.post_id, "test", 0, h.post.tenant_id or 0) for h in held)
        return Actor("person", name, person.id, posts, frozenset({person.tenant_id or 0}))

    def do(self, actor: str | Actor, work: Callable[..., Any], *args: Any, **given: Any) -> Any:
        """One move in a transaction of its own."""
        who = self.actor(actor) if isinstance(actor, str) else actor
        with tenant_transaction(who.tenants, durable=False):
            ctx = Context(who)
            done = work(ctx, *args, **given)
            ctx.flush()
        return done

    def start(self, title: str = "来信") -> Case:
        """A case that a clerk of the home congress starts for the public."""
        done: Case = self.do("clerk", flow.start, "letter", self.subject, tenant_id=self.tenants[0].id, title=title)
        return done

    def task(self, case: Case, post: str) -> Task:
        """The open task of a post or person in a case."""
        party = self.posts.get(post) or self.people[post]
        with tenant_transaction([t.id for t in self.tenants], durable=False):
            found: Task = Task.objects.get(case=case, assignee=party, state="open", kind="act")
        return found

    def everything(self) -> Any:
        """A transaction that sees both congresses."""
        return tenant_transaction([t.id for t in self.tenants], durable=False)
