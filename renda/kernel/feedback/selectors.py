"""Which feedback exists for whom."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from renda.kernel.feedback.models import Feedback
from renda.kernel.feedback.policy import READ
from renda.kernel.parties import Actor
from renda.kernel.policy import tenants_where
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
