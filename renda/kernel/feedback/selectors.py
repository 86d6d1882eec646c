"""Which feedback exists for whom."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from renda.kernel.feedback.models import Feedback
from renda.kernel.feedback.policy import READ
from renda.kernel.parties import Actor, resolve
from renda.kernel.policy import kinds_with, tenants_where
from renda.kernel.tenancy.models import Tenant


def feedback_for(actor: Actor) -> QuerySet[Feedback]:
    """Of the congresses where a post of the actor reads it; the public's for those whose reach begins at the top."""
    where = tenants_where(actor, READ)
    if not where:
        return Feedback.objects.none()
    seen = Q(tenant_id__in=where)
    if Tenant.objects.filter(id__in=where, parent=None).exists():
        seen |= Q(tenant=None)
    return Feedback.objects.filter(seen)


def readers_of(feedback: Feedback) -> list[int]:
    """The posts that are told of it: of each kind that reads feedback those nearest above whoever sent it."""
    if feedback.tenant_id is None:
        tops = Tenant.objects.filter(parent=None, is_active=True).values_list("id", flat=True)
        paths = [[top] for top in tops]
    else:
        paths = list(Tenant.objects.filter(id=feedback.tenant_id).values_list("path", flat=True))
    found: list[int] = []
    for path in paths:
        for kind in kinds_with(READ):
            near = (resolve(f"post:{kind}", None, tenant) for tenant in reversed(path))
            found += next((posts for posts in near if posts), [])
    return found
