"""Clearing, holding, and giving a copy: each stands in the trail with its counts and its reason, never with a value."""

from __future__ import annotations

from django.db.models import QuerySet

from renda.kernel.actions.api import Context, existing, new
from renda.kernel.errors import Invalid, Refused
from renda.kernel.parties import Actor
from renda.kernel.parties.models import Party
from renda.kernel.personal import policy
from renda.kernel.personal.declared import matter_of
from renda.kernel.personal.models import Hold
from renda.kernel.personal.retention import rule_named
from renda.kernel.policy import tenants_where

SHORTEST_REASON = 6  # characters: "工作需要" says nothing


def people_of(actor: Actor) -> QuerySet[Party]:
    """The people whose data the actor may give out: of the congresses where she may."""
    people = Party.objects.filter(kind=Party.Kind.PERSON)
    return people.filter(tenant_id__in=tenants_where(actor, policy.EXPORT))


def _oneself(actor: Actor) -> QuerySet[Party]:
    return Party.objects.filter(kind=Party.Kind.PERSON, pk=actor.party_id)


def _reason(reason: str) -> str:
    if len(reason.strip()) < SHORTEST_REASON:
        raise Invalid(
            "personal.reason", fields={"reason": f"请写明事由（不少于 {SHORTEST_REASON} 个字），会留下记录。"}
        )
    return reason.strip()


@new("personal.clear", title="清除到期的个人信息", permission=policy.CLEAR)
def personal_clear(ctx: Context, *, rule: str, after: int, many: int) -> tuple[int, int | None]:
    """One batch of one rule, as ``Rule.clear`` says (个人信息保护法 art. 47).

    Raises:
        LookupError: no such rule.
    """
    count, last = rule_named(rule).clear(after, many)
    ctx.detail(rows=count)
    return count, last


@new("personal.hold", title="保全个人信息", permission=policy.HOLD)
def personal_hold(ctx: Context, *, number: str, reason: str) -> Hold:
    """Nothing of this matter is cleared until it is released.

    Raises:
        Invalid: no such matter, or no reason that says something.
        Refused: it is held already.
    """
    said = _reason(reason)
    found = matter_of(number)
    if found is None:
        raise Invalid("personal.number", "没有这个编号的事项。")
    case, tenant = found
    if Hold.objects.filter(case_id=case, released_at=None).exists():
        raise Refused("personal.held", "这个事项已在保全中。")
    hold = Hold(tenant_id=tenant, case_id=case, reason=said, held_at=ctx.now)
    ctx.insert(hold)
    return hold


@existing("personal.release", title="解除保全", select=lambda _: Hold.objects.all(), permission=policy.HOLD)
def personal_release(ctx: Context, hold: Hold) -> Hold:
    """From now on the usual times count again."""
    if hold.released_at is None:
        hold.released_at = ctx.now
        ctx.update(hold, "released_at")
    return hold


@existing("personal.export", title="导出某人的全部个人信息", select=people_of, permission=policy.EXPORT)
def personal_export(ctx: Context, person: Party, *, reason: str) -> Party:
    """Somebody's copy is made, on her request or an authority's (个人信息保护法 art. 45); the trail keeps who and why.

    Raises:
        Invalid: no reason that says something.
    """
    _reason(reason)
    return person


@new("personal.export_matter", title="导出留言人的全部个人信息", permission=policy.EXPORT_MATTER)
def personal_export_matter(ctx: Context, *, number: str, reason: str) -> int:
    """The same for a writer without an account, by her receipt number; gives the case.

    Raises:
        Invalid: no such matter, or no reason that says something.
    """
    _reason(reason)
    found = matter_of(number)
    if found is None:
        raise Invalid("personal.number", "没有这个用户名或编号。")
    return found[0]


@existing("personal.copy", title="下载本人的个人信息", select=_oneself, permission=policy.COPY)
def personal_copy(ctx: Context, person: Party) -> Party:
    """One's own copy (个人信息保护法 art. 45)."""
    return person
