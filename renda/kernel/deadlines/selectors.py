"""Which local rules and hours somebody keeps. What holds somewhere is no secret: everybody's dues say it."""

from __future__ import annotations

from django.db.models import QuerySet

from renda.kernel.deadlines.models import DeadlineRule, OfficeHours
from renda.kernel.deadlines.policy import KEEP, LOAD_YEAR
from renda.kernel.parties import Actor
from renda.kernel.policy import may, tenants_where
from renda.kernel.tenancy.models import Tenant


def local_rules(actor: Actor) -> QuerySet[DeadlineRule]:
    """The rules that a site entered for the congresses in the actor's keeping; what was shipped is nobody's to change."""
    return DeadlineRule.objects.filter(is_shipped=False, tenant_id__in=tenants_where(actor, KEEP))


def local_hours(actor: Actor) -> QuerySet[OfficeHours]:
    """The office hours of the congresses in the actor's keeping."""
    return OfficeHours.objects.filter(tenant_id__in=tenants_where(actor, KEEP))


def may_load_year(actor: Actor) -> bool:
    """Whether the actor enters the calendar of the whole site: the right reaches where the tree begins."""
    if actor.kind == "machine":
        return may(actor, LOAD_YEAR, None)
    return any(may(actor, LOAD_YEAR, top) for top in Tenant.objects.filter(parent=None).values_list("id", flat=True))
