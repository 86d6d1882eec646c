"""Steps of the flow engine a second, singly and as a set, against pgbench putting the same SQL.

    python -m bench.engine [--cases 200]

A step is one approval through the gate: lock and load the case, close a task, open the next with its due, write event
and audit, commit. The flow goes round between two posts of a department, held by one person.
"""

from __future__ import annotations

import argparse
import sys
import time
from functools import partial
from typing import Any

from bench.databases import fresh, work_on
from bench.report import figure, status
from bench.statements import capture, pgbench, relax

FLOW = """
key = "bench"
title = "bench"

[[node]]
id = "one"
who = "post:one@case"
deadline = "7 working days"

[[node]]
id = "two"
who = "post:two@case"
actions = ["approve", "stop"]
deadline = "7 working days"

[[node]]
id = "ended"
kind = "end"

[[edge]]
from = "one"
to = "two"

[[edge]]
from = "two"
to = "one"

[[edge]]
from = "two"
on = "stop"
to = "ended"
"""
SECONDS = 5
SET = 100


def prepare() -> tuple[Any, Any, int]:
    """A tenant, two posts, their holder, the flow; gives the holder as actor, the subject and the tenant's id."""
    from renda.kernel import clock
    from renda.kernel.flow.definition import parse
    from renda.kernel.flow.models import FlowDefinition
    from renda.kernel.parties import Actor, HeldPost, register_resolver
    from renda.kernel.parties.models import Holding, Party
    from renda.kernel.tenancy.models import Tenant

    tenant = Tenant.make(name="bench", level="county")
    tenant.save()
    person = Party(kind="person", name="bench", tenant=tenant)
    posts = [Party(kind="post", name=f"bench {word}", tenant=tenant) for word in ("one", "two")]
    Party.objects.bulk_create([person, *posts])
    Holding.objects.bulk_create([Holding(person=person, post=post, starts_on=clock.today()) for post in posts])
    flow = parse(FLOW)
    FlowDefinition.objects.create(
        key="bench", version=1, title="bench", graph=dict(flow.source), published_at=clock.now()
    )

    def posts_named(word: str, _anchor: object, tenant_id: int) -> list[int]:
        name = f"bench {word.removeprefix('post:')}"
        return list(Party.objects.filter(kind="post", tenant_id=tenant_id, name=name).values_list("id", flat=True))

    register_resolver(posts_named)
    held = tuple(HeldPost(post.id, "bench", 1, tenant.id, frozenset([tenant.id])) for post in posts)
    return Actor("person", "bench", person.id, held, frozenset([tenant.id])), tenant, tenant.id


def declare(subject: Any, tenant_id: int) -> tuple[Any, Any]:
    """The two actions of the bench: start a case, approve its open task."""
    from renda.kernel.actions.api import Context, existing, new
    from renda.kernel.flow import api as flow
    from renda.kernel.flow.models import Case

    @new("bench.start", title="bench")
    def start(ctx: Context) -> Case:
        return flow.start(ctx, "bench", subject, tenant_id=tenant_id, title="bench", initiator=ctx.actor.party_id)

    @existing("bench.step", title="bench", select=lambda actor: Case.objects.all(), case_field="id")
    def step(ctx: Context, case: Case) -> Case:
        return flow.act(ctx, case, "approve")

    return start, step


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=200)
    count = parser.parse_args().cases
    with fresh("engine") as database:
        work_on(database)
        from django.db import connection

        actor, subject, tenant_id = prepare()
        start, step = declare(subject, tenant_id)
        begun = time.perf_counter()
        cases = [case.id for case in start.many(actor, [{}] * count)]
        figure("cases started as a set", count / (time.perf_counter() - begun), "cases/s")

        step(actor, cases[0])
        begun = time.perf_counter()
        for case in cases:
            step(actor, case)
        single = count / (time.perf_counter() - begun)
        begun = time.perf_counter()
        for first in range(0, count, SET):
            step.many(actor, [(case, {}) for case in cases[first : first + SET]])
        as_set = count / (time.perf_counter() - begun)

        one_by_one = [capture(partial(step, actor, case)) for case in cases[:50]]
        sets = [
            capture(partial(step.many, actor, [(case, {}) for case in cases[first : first + SET]]))
            for first in range(0, count, SET)
        ]
        connection.close()
        relax(database)
        figure(
            "engine steps, single form",
            single,
            "steps/s",
            raw=pgbench(database, one_by_one, clients=1, seconds=SECONDS),
            statements=len(one_by_one[0].statements),
        )
        figure(
            "engine steps, set form",
            as_set,
            "steps/s",
            raw=pgbench(database, sets, clients=1, seconds=SECONDS) * SET,
            statements=len(sets[0].statements),
            set=SET,
        )
    return status()


if __name__ == "__main__":
    sys.exit(main())
