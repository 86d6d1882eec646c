"""Which definitions and which cases exist for whom.

Definitions carry no personal data and no row-level security; these are the only doors to them.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from renda.kernel.flow.models import Case, FlowDefinition
from renda.kernel.flow.policy import FORK, TRANSFER
from renda.kernel.flow.subjects import SUBJECTS
from renda.kernel.parties import Actor
from renda.kernel.policy import tenants_where
from renda.kernel.tenancy.models import Tenant


def definitions_for(actor: Actor) -> QuerySet[FlowDefinition]:
    """What somebody who may fork sees: the shipped flows, and the forks of her congresses and of those above them."""
    mine = tenants_where(actor, FORK)
    if not mine:
        return FlowDefinition.objects.none()
    above = {tenant for path in Tenant.objects.filter(id__in=mine).values_list("path", flat=True) for tenant in path}
    published = Q(published_at__isnull=False) & (Q(tenant=None) | Q(tenant_id__in=above))
    return FlowDefinition.objects.filter(published | Q(tenant_id__in=mine))


def forks_for(actor: Actor) -> QuerySet[FlowDefinition]:
    """The forks and drafts of the congresses in which the actor may fork."""
    return FlowDefinition.objects.filter(tenant_id__in=tenants_where(actor, FORK))


def cases_to_free(actor: Actor) -> QuerySet[Case]:
    """Cases under way in which the actor may give work to somebody, of matters that exist for her: the selector of each
    kind of subject says so, and a kind without one is not listed.
    """
    mine = tenants_where(actor, TRANSFER)
    if not mine:
        return Case.objects.none()
    seen = Q(pk__in=[])
    for label, known in SUBJECTS.items():
        if known.rows is not None:
            seen |= Q(subject_type=label, subject_id__in=known.rows(actor).values("pk"))
    return Case.objects.filter(seen, state=Case.State.RUNNING, suspended_at=None, tenant_id__in=mine)
