"""The outbox is emptied every minute; old notices go when nobody needs them any more."""

from __future__ import annotations

import time
from datetime import timedelta

from renda.kernel.clock import now
from renda.kernel.jobs import daily, job
from renda.kernel.notices.channels import channels_on
from renda.kernel.notices.models import Notice
from renda.kernel.notices.outbox import BATCH, deliver_batch

_LONGEST = 50  # seconds that one tick may take; the next one goes on
KEPT = timedelta(days=365)


@job("notices.deliver", every="* * * * *")
def deliver(timestamp: int) -> None:
    """Send what is due through all channels."""
    end = time.monotonic() + _LONGEST
    while channels_on() and time.monotonic() < end:
        if deliver_batch() < BATCH:
            return


@job("notices.trim", every=daily("03:50"), per_tenant=True)
def trim(timestamp: int, tenant_id: int) -> None:
    """Forget read notices of more than a year ago; the case's trail keeps what happened."""
    Notice.objects.filter(tenant_id=tenant_id, read_at__lt=now() - KEPT).delete()
