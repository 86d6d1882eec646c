"""What the border does by itself: take in, hand over, publish; and once a night compare everything."""

from __future__ import annotations

from datetime import timedelta

from renda.kernel import clock
from renda.kernel.exchange import inbox, publishing
from renda.kernel.exchange.models import Received
from renda.kernel.jobs import daily, job, ticker

# The keys of settled packages are kept so long, so that a repeated one is known as such.
KEPT = timedelta(days=400)


@ticker("exchange.take", seconds=0.5)
def take() -> None:
    """What the public zone has left comes in and is handled."""
    while inbox.pull():
        pass
    inbox.handle()


@ticker("exchange.publish", seconds=0.5)
def publish() -> None:
    """What has changed is published anew."""
    publishing.publish_marked()


@job("exchange.reconcile", every=daily("03:40"))
def reconcile(timestamp: int) -> None:
    """Every copy is compared with what should be public."""
    publishing.reconcile()


@job("exchange.trim", every=daily("03:50"))
def trim(timestamp: int) -> None:
    """Forget settled packages."""
    settled = Received.State.DONE, Received.State.DROPPED
    Received.objects.filter(state__in=settled, settled_at__lt=clock.now() - KEPT).delete()
