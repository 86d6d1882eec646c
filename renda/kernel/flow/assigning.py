"""待指派: work that waits for nobody. A node's rule found nobody, a post is vacant, somebody has left: the business
administrator gives it to somebody, in one press and with a reason.

What goes further (another step, an end, a pause) is pressed on the matter's own page.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from renda.kernel import clock, parties
from renda.kernel.actions.api import Context, existing
from renda.kernel.errors import Invalid
from renda.kernel.flow import api
from renda.kernel.flow.engine.offers import may_grant, task_offers
from renda.kernel.flow.engine.opening import resolve, superiors
from renda.kernel.flow.engine.run import Run
from renda.kernel.flow.engine.seats import can_join
from renda.kernel.flow.engine.tree import Tree
from renda.kernel.flow.models import Case, PendingRequest, Task
from renda.kernel.flow.policy import TRANSFER
from renda.kernel.flow.selectors import cases_to_free
from renda.kernel.flow.shapes import Node
from renda.kernel.flow.store import Store
from renda.kernel.flow.subjects import page_of
from renda.kernel.flow.world import mover_of
from renda.kernel.notices.api import register_kind, send
from renda.kernel.parties import Actor
from renda.kernel.parties.models import Holding, Party
from renda.kernel.tenancy.models import Tenant

__all__ = ["Waiting", "flow_transfer", "jumps_to_grant", "page_of", "people_named", "unassigned"]

MOST = 50  # tasks shown
SCANNED = 500  # of each kind
TRANSFERRED = register_kind("flow.transferred", "指派给您", is_required=True)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A task that waits for somebody: its step, why nobody works on it, and who could (party ids, the fittest first)."""

    task: Task
    node: Node
    why: str
    fitting: tuple[int, ...]

    @property
    def page(self) -> str:
        """The address of the matter itself; "" where its kind has none."""
        return page_of(self.task.case)


def vacant() -> QuerySet[Party]:
    """Parties that nobody can act for today: people who have left, posts without a holder."""
    held = Holding.on(clock.today()).filter(post=OuterRef("pk"), person__is_active=True)
    return Party.objects.filter(Q(is_active=False) | Q(~Exists(held), kind=Party.Kind.POST))


def unassigned(actor: Actor) -> list[Waiting]:
    """What the actor may give to somebody, the most pressing first, at most ``MOST``.

    A fixed number of queries for the tasks, and those of the resolvers, asked once for each step and congress. Where she
    has the permission without being the flow's administrator nothing is hers to give: rows are read beyond ``MOST``.
    """
    tasks = Task.objects.filter(state=Task.State.OPEN, case__in=cases_to_free(actor)).select_related("case", "assignee")
    # Those that somebody stands in for, and those whose assignee is nobody any more: a partial index each.
    kinds = (tasks.filter(stands_in=True), tasks.filter(stands_in=False, assignee__in=vacant()))
    found = [task for rows in kinds for task in rows.order_by("due_at", "id")[:SCANNED]]
    found.sort(key=lambda task: (task.due_at is None, task.due_at or clock.now(), task.id))
    store = Store(clock.now())
    store.load([task.case_id for task in found], lock=False)
    store.world.learn({task.assignee_id for task in found})
    waiting = (_waiting(actor, store.tree(task.case_id, lock=False), task) for task in found)
    return list(itertools.islice((one for one in waiting if one is not None), MOST))


def _waiting(actor: Actor, tree: Tree, row: Task) -> Waiting | None:
    """None where the flow does not let the actor pass the task on."""
    run, task = Run(tree, mover_of(actor)), tree.tasks[row.id]
    case = tree.cases[task.case_id]
    if not any(offer.move == "transfer" for offer in task_offers(run, case, task)):
        return None
    node = tree.node(task)
    why = f"“{node.title}”没有找到办理人" if row.stands_in else f"{row.assignee.name}{_absence(row.assignee)}"
    return Waiting(row, node, why, tuple(_fitting(run, case, node, task)))


def _absence(party: Party) -> str:
    return "无人在岗" if party.kind == Party.Kind.POST else "已离任"


def _fitting(run: Run, case: Case, node: Node, task: Task) -> Iterable[int]:
    """Whom the step's own rule names by now, whom it may be transferred to, the superior, the same post higher up."""
    named: list[int] = []
    for found in (
        resolve(run, case, node),
        run.parties(node.transfer.to, case),
        superiors(run, case, node, run.tree.activations[task.activation_id].came_from_id),
        _higher_up(case, node),
    ):
        named += found
    run.world.learn(named)
    seat = None if task.role == "consult" else task.seat
    able = (party for party in dict.fromkeys(named) if party != task.assignee_id and run.world.humans(party))
    return [party for party in able if task.kind == "read" or can_join(run.tree, task.activation_id, party, seat)]


def _higher_up(case: Case, node: Node) -> list[int]:
    above = list(Tenant.objects.filter(id=case.tenant_id).values_list("path", flat=True))
    words = [word.partition("@")[0] for word in node.who if word.startswith("post:")]
    tenants = [tenant for path in above for tenant in reversed(path) if tenant != case.tenant_id]
    return [party for tenant in tenants for word in words for party in parties.resolve(word, None, tenant)]


def people_named(actor: Actor, name: str) -> QuerySet[Party]:
    """Parties in the actor's scope with these characters in their name and somebody to act for them."""
    named = Party.objects.filter(name__icontains=name, is_active=True, tenant_id__in=actor.tenants)
    return named.exclude(pk__in=vacant()).order_by("kind", "name", "id")


def jumps_to_grant(actor: Actor) -> list[PendingRequest]:
    """Jumps that another administrator has asked for and that wait for the actor's word, the oldest first."""
    asked = PendingRequest.objects.filter(kind="jump", state="pending", case__in=cases_to_free(actor))
    rows = list(asked.select_related("case", "asked_by").order_by("asked_at")[:MOST])
    store = Store(clock.now())
    store.load([row.case_id for row in rows], lock=False)
    runs = {row.id: Run(store.tree(row.case_id, lock=False), mover_of(actor)) for row in rows}
    return [row for row in rows if may_grant(run := runs[row.id], run.tree.cases[row.case_id], row)]


@existing("flow.transfer", title="指派办理人", permission=TRANSFER, select=cases_to_free, case_field="id")
def flow_transfer(ctx: Context, case: Case, *, task_id: int, to: int, reason: str, version: int | None = None) -> Case:
    """Give a task of a case to somebody, as the flow's administrator; the due stays.

    Raises:
        Invalid: no reason, or somebody who does not fit.
        TaskGone, Forbidden, Refused: as the flow says.
    """
    if not reason.strip():
        raise Invalid("flow.transfer", fields={"reason": "请写明理由。"})
    api.transfer(ctx, case, to=to, task_id=task_id, version=version, opinion=reason)
    send(ctx, [to], f"指派给您：{case.title}", reason, page_of(case), kind=TRANSFERRED)
    return case
