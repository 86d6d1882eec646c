"""Which quarantined packages exist for whom."""

from __future__ import annotations

from django.db.models import QuerySet

from renda.kernel.exchange.inbox import MARKED
from renda.kernel.exchange.models import Received
from renda.kernel.exchange.policy import MEND
from renda.kernel.parties import Actor
from renda.kernel.policy import tenants_where
from renda.kernel.tenancy.models import Tenant


def quarantined_for(actor: Actor) -> QuerySet[Received]:
    """For those whose reach begins at the top: a package that could not be registered belongs to no congress yet. What
    waits for the security officer is hers alone.
    """
    where = tenants_where(actor, MEND)
    if not where or not Tenant.objects.filter(id__in=where, parent=None).exists():
        return Received.objects.none()
    return Received.objects.filter(state=Received.State.QUARANTINED).exclude(reason=MARKED)
