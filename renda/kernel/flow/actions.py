"""The life of a fork: taken from a published flow, edited as a draft, published, retired.

A draft is a row that is not published yet; only it may change. Publishing retires the version before; cases that run
stay where they are.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Max

from renda.kernel.actions.api import Context, existing
from renda.kernel.errors import Forbidden, Invalid, Refused
from renda.kernel.flow import drafts, library
from renda.kernel.flow.assigning import flow_transfer
from renda.kernel.flow.delegating import flow_delegate, flow_revoke_delegation
from renda.kernel.flow.models import FlowDefinition
from renda.kernel.flow.policy import FORK, PUBLISH, RETIRE
from renda.kernel.flow.selectors import definitions_for, forks_for
from renda.kernel.flow.toml import to_toml
from renda.kernel.policy import may
from renda.kernel.tenancy.models import Tenant

__all__ = [
    "flow_add_step",
    "flow_change_step",
    "flow_delegate",
    "flow_edit",
    "flow_fork",
    "flow_publish",
    "flow_remove_step",
    "flow_retire",
    "flow_revoke_delegation",
    "flow_transfer",
]


@existing("flow.fork", permission=FORK, select=definitions_for, title="修改流程")
def flow_fork(ctx: Context, source: FlowDefinition, *, tenant_id: int) -> FlowDefinition:
    """Take a published flow as a draft of one's own congress; the source row's lock keeps two from doing it at once.

    Raises:
        Forbidden: no post of the actor may fork there.
        Refused: a draft is there already, or the source is retired or not published.
    """
    if not may(ctx.actor, FORK, tenant_id):
        raise Forbidden(FORK)
    if source.published_at is None or source.retired_at is not None:
        raise Refused("flow.not_current", "只能从正在使用的流程修改。")
    own = FlowDefinition.objects.filter(key=source.key, tenant_id=tenant_id)
    if own.filter(published_at=None, retired_at=None).exists():
        raise Refused("flow.draft_exists", "本级已有一份尚未发布的修改稿，请先发布或放弃它。")
    version = (own.aggregate(newest=Max("version"))["newest"] or 0) + 1
    draft = FlowDefinition(key=source.key, version=version, tenant_id=tenant_id, title=source.title, graph=source.graph)
    ctx.insert(draft)
    return draft


def _change(ctx: Context, draft: FlowDefinition, changed: Any) -> FlowDefinition:
    if draft.published_at is not None or draft.retired_at is not None:
        raise Refused("flow.published", "已经发布或停用的流程不能修改，请另起一份修改稿。")
    if changed.key != draft.key or changed.subject != draft.graph.get("subject", ""):
        raise Invalid(fields={"text": "流程标识（key）和业务对象（subject）不能改。"})
    draft.graph, draft.title = dict(changed.source), changed.title
    ctx.update(draft, "graph", "title")
    return draft


@existing("flow.edit", permission=FORK, select=forks_for, title="修改流程文本")
def flow_edit(ctx: Context, draft: FlowDefinition, *, text: str) -> FlowDefinition:
    """Replace a draft by the text of a flow file. Faults of sense may wait until it is published.

    Raises:
        Invalid: the text is no flow.  Refused: it is no draft.
    """
    return _change(ctx, draft, drafts.read(text))


@existing("flow.change_step", permission=FORK, select=forks_for, title="修改流程环节")
def flow_change_step(ctx: Context, draft: FlowDefinition, *, node: str, values: dict[str, Any]) -> FlowDefinition:
    """Who, how long and in which mode, for one step.  Raises: Invalid, Refused."""
    return _change(ctx, draft, drafts.change_step(draft.graph, node, values))


@existing("flow.add_step", permission=FORK, select=forks_for, title="增加流程环节")
def flow_add_step(ctx: Context, draft: FlowDefinition, *, edge: int, values: dict[str, Any]) -> FlowDefinition:
    """A new step on an edge (its number, from 0).  Raises: Invalid, Refused."""
    return _change(ctx, draft, drafts.add_step(draft.graph, edge, values))


@existing("flow.remove_step", permission=FORK, select=forks_for, title="删去流程环节")
def flow_remove_step(ctx: Context, draft: FlowDefinition, *, node: str) -> FlowDefinition:
    """Take a step with one way out of the draft.  Raises: Invalid, Refused."""
    return _change(ctx, draft, drafts.remove_step(draft.graph, node))


@existing("flow.publish", permission=PUBLISH, select=forks_for, title="发布流程")
def flow_publish(ctx: Context, draft: FlowDefinition) -> FlowDefinition:
    """From now on new cases of this congress, and of those below it without a fork of their own, take this version.

    Raises:
        Invalid: the checker found faults; the sentence names them.
        Refused: published or given up already.
    """
    if draft.published_at is not None or draft.retired_at is not None:
        raise Refused("flow.published", "这份流程已经发布或停用。")
    reach = Tenant.objects.filter(path__contains=[draft.tenant_id], is_active=True).order_by("path")
    faults = library.problems_of(drafts.read(to_toml(draft.graph)), tenants=reach)
    if faults:
        raise Invalid("flow.faulty", "流程有问题，不能发布：" + "；".join(map(str, faults)))
    for before in FlowDefinition.objects.filter(
        key=draft.key, tenant_id=draft.tenant_id, published_at__isnull=False, retired_at=None
    ).select_for_update(no_key=True):
        before.retired_at = ctx.now
        ctx.update(before, "retired_at")
    draft.published_at = ctx.now
    ctx.update(draft, "published_at")
    library.forget()
    return draft


@existing("flow.retire", permission=RETIRE, select=forks_for, title="停用流程")
def flow_retire(ctx: Context, fork: FlowDefinition) -> FlowDefinition:
    """Give a draft up, or let new cases take again what stands behind this fork (the congress above, the shipped one).

    Raises:
        Refused: it is retired already.
    """
    if fork.retired_at is not None:
        raise Refused("flow.retired", "这份流程已经停用。")
    fork.retired_at = ctx.now
    ctx.update(fork, "retired_at")
    library.forget()
    return fork
