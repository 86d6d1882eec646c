"""Opening and closing. Both stand in the audit trail; what is done meanwhile does as well, by its own actions."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import QuerySet
from django.urls import reverse

from renda.kernel.access import api
from renda.kernel.access.models import EmergencyAccess
from renda.kernel.actions.api import Context, existing, new
from renda.kernel.errors import Invalid
from renda.kernel.notices import api as notices
from renda.kernel.notices.readers import holders_near
from renda.kernel.parties import Actor
from renda.kernel.policy.registry import PERMISSIONS
from renda.kernel.privacy.api import redact

OPENED = notices.register_kind("access.opened", "有人开启紧急授权", is_required=True)
SHORTEST_REASON = 6  # characters: "工作需要" says nothing


def _mine(actor: Actor) -> QuerySet[EmergencyAccess]:
    return EmergencyAccess.objects.filter(person_id=actor.party_id)


@new("access.open", title="紧急授权", permission=api.OPEN)
def access_open(ctx: Context, *, tenant_id: int, permission: str, reason: str) -> EmergencyAccess:
    """Open a permission in a tenant for the minutes it may be open.

    Raises:
        Invalid: not a permission that can be opened, or no reason that says something.
    """
    found = api.openable().get(permission)
    faults = {}
    if found is None:
        faults["permission"] = "这项权限不能紧急授权。"
    if len(reason.strip()) < SHORTEST_REASON:
        faults["reason"] = f"请写明具体理由（不少于 {SHORTEST_REASON} 个字），审计管理员会查阅。"
    if faults or found is None:
        raise Invalid("access.open", fields=faults)
    assert ctx.actor.party_id is not None
    access = EmergencyAccess(
        person_id=ctx.actor.party_id,
        tenant_id=tenant_id,
        permission=permission,
        reason=reason.strip(),
        opened_at=ctx.now,
        ends_at=ctx.now + timedelta(minutes=found.minutes),
    )
    ctx.insert(access)
    notices.send(
        ctx,
        holders_near(api.REVIEW, tenant_id),
        "有人开启了紧急授权",
        f"{ctx.actor.name}：{PERMISSIONS[permission]}（{found.minutes} 分钟）。理由：{redact(access.reason)}",
        reverse("access:access.open"),
        kind=OPENED,
        subject=access,
    )
    return access


@existing("access.close", title="结束紧急授权", select=_mine)
def access_close(ctx: Context, access: EmergencyAccess) -> EmergencyAccess:
    """End it before its time."""
    if access.ends_at > ctx.now:
        access.ends_at = ctx.now
        ctx.update(access, "ends_at")
    return access
