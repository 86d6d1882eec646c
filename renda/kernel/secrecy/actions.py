"""HeldItem back, and the two decisions. All three are in the trail; none shows what the thing says."""

from __future__ import annotations

from collections.abc import Callable

from renda.kernel.actions.api import Context, existing, new
from renda.kernel.errors import Invalid, Refused
from renda.kernel.notices import api as notices
from renda.kernel.privacy.api import clean_text
from renda.kernel.secrecy.models import HeldItem
from renda.kernel.secrecy.policy import DECIDE
from renda.kernel.secrecy.selectors import holdings_for, officers_of

HELD = notices.register_kind("secrecy.held", "疑似涉密内容", is_required=True)

# What waits for a decision elsewhere (a package at the border) hears of it in the same transaction.
Listener = Callable[[Context, HeldItem], None]
_listeners: list[Listener] = []


def register_listener(listener: Listener) -> None:
    """Have ``listener(ctx, holding)`` called at each decision."""
    if listener not in _listeners:
        _listeners.append(listener)


@new("secrecy.hold", title="隔离疑似涉密内容", private=("name", "mark", "digest"))
def secrecy_hold(
    ctx: Context,
    *,
    name: str,
    size: int,
    source: str,
    mark: str,
    digest: str,
    tenant_id: int | None = None,
    package_key: str = "",
) -> HeldItem:
    """Hold something back and tell the security officer. Anybody's work may come upon a mark, so nobody needs a right."""
    holding = HeldItem(
        tenant_id=tenant_id,
        party_id=ctx.actor.party_id,
        name=clean_text(name, one_line=True)[:120],
        size=size,
        source=source[:60],
        mark=clean_text(mark, one_line=True)[:60],
        digest=digest,
        package_key=package_key,
        held_at=ctx.now,
    )
    ctx.insert(holding)
    # The title goes out by other channels too: it says nothing of the thing.
    notices.send(
        ctx, officers_of(tenant_id), f"{source}中有疑似涉密内容，等您处理", url="/secrecy/", kind=HELD, subject=holding
    )
    return holding


def _decide(ctx: Context, holding: HeldItem, decision: HeldItem.Decision, reason: str) -> HeldItem:
    reason = clean_text(reason, one_line=True)
    if not reason or len(reason) > 300:
        raise Invalid("secrecy.reason", fields={"reason": "请写明理由，不超过 300 个字。"})
    if holding.decision:
        raise Refused("secrecy.decided", "这项内容已经处理。")
    holding.decision, holding.reason = decision, reason
    holding.decided_at, holding.decided_by_id = ctx.now, ctx.actor.party_id
    ctx.update(holding, "decision", "reason", "decided_at", "decided_by")
    for listener in _listeners:
        listener(ctx, holding)
    if holding.party_id is not None:
        told = "已放行，可以重新提交" if decision == HeldItem.Decision.RELEASED else "已销毁，请改走保密渠道"
        notices.send(ctx, [holding.party_id], f"您提交的内容{told}", reason, kind=HELD, subject=holding)
    return holding


@existing("secrecy.release", title="放行", permission=DECIDE, select=holdings_for)
def secrecy_release(ctx: Context, holding: HeldItem, *, reason: str) -> HeldItem:
    """It is no secret: it goes on its way, or may be stored when it comes again.

    Raises:
        Invalid: no reason.
        Refused: decided already.
    """
    return _decide(ctx, holding, HeldItem.Decision.RELEASED, reason)


@existing("secrecy.destroy", title="销毁", permission=DECIDE, select=holdings_for)
def secrecy_destroy(ctx: Context, holding: HeldItem, *, reason: str) -> HeldItem:
    """It must not be here: what is kept of its content is destroyed.

    Raises:
        Invalid: no reason.
        Refused: decided already.
    """
    return _decide(ctx, holding, HeldItem.Decision.DESTROYED, reason)
