"""The outbox is emptied every minute, codes leave at once, digests at their hours; what is old goes."""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta

from renda.kernel.clock import now
from renda.kernel.jobs import daily, job
from renda.kernel.notices import digests, proofs, subscriptions
from renda.kernel.notices.actions import notice_digest
from renda.kernel.notices.channels import Message, Rejected, channels_on
from renda.kernel.notices.models import AddressProof, Delivery, Notice
from renda.kernel.notices.outbox import BATCH, carry, deliver_batch
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction

logger = logging.getLogger(__name__)

_LONGEST = 50  # seconds that one tick may take; the next one goes on
KEPT = timedelta(days=365)
# Deliveries hold an address: what went is kept for questions of the next weeks, what failed until somebody has looked.
SENT_KEPT = timedelta(days=30)
FAILED_KEPT = timedelta(days=90)


@job("notices.deliver", every="* * * * *")
def deliver(timestamp: int) -> None:
    """Send what is due through all channels."""
    end = time.monotonic() + _LONGEST
    while channels_on() and time.monotonic() < end:
        if deliver_batch() < BATCH:
            return


@job("notices.send_code", retries=3)
def send_code(key: int) -> None:
    """Send a one-use code, once; a person waits for it, so it does not stand in the outbox.

    Raises:
        DeliveryError: not now; the job is tried again after 2, 4 and 8 seconds.
    """
    proof = AddressProof.objects.filter(pk=key, expires_at__gt=now()).first()
    if proof is None or not proof.parcel:
        return
    message = Message(proof.pk, "验证码", proof.created_at, code=proof.parcel)
    try:
        carry(proof.channel, proof.address, message, {})
    except Rejected:
        # The address takes none: trying again is no use, and whoever asked must not learn more than that none came.
        logger.warning("a code was refused by %s", proof.channel)
    AddressProof.objects.filter(pk=key).update(parcel="")


@job("notices.digest", every="3 * * * *")
def digest(timestamp: int) -> None:
    """Give everybody whose hour it is her daily digest.

    Raises:
        ExceptionGroup: it failed for some; the others have theirs.
    """
    at, failures = now(), []
    for person in digests.due(at):
        try:
            _digest_of(person, at)
        except Exception as error:
            logger.exception("no digest for person %s", person)
            failures.append(error)
    if failures:
        raise ExceptionGroup(f"no digest for {len(failures)} people", failures)


def _digest_of(person: int, at: datetime) -> None:
    actor = digests.actor_of(person)
    if not actor.is_signed_in:  # her account sleeps
        return
    with tenant_transaction(actor.tenants):
        parts = digests.collect(actor) if digests.wants_sections(person) else []
        news, asked = subscriptions.news(actor, at)
    if news.total:
        parts.append((subscriptions.SECTION, news))
    if not parts:
        digests.mark(person, at)
        return
    notice_digest(
        Actor.machine("每日摘要", actor.tenants),
        person=person,
        summary=digests.summary(parts),
        body=digests.words(parts),
        subscriptions=asked,
    )


@job("notices.trim", every=daily("03:50"), per_tenant=True)
def trim(timestamp: int, tenant_id: int) -> None:
    """Forget read notices of more than a year ago (the case's trail keeps what happened) and old deliveries."""
    at = now()
    Notice.objects.filter(tenant_id=tenant_id, read_at__lt=at - KEPT).delete()
    deliveries = Delivery.objects.filter(tenant_id=tenant_id)
    done = [Delivery.State.SENT, Delivery.State.REPEATED]
    deliveries.filter(state__in=done, next_at__lt=at - SENT_KEPT).delete()
    deliveries.filter(state=Delivery.State.FAILED, next_at__lt=at - FAILED_KEPT).delete()


@job("notices.trim_proofs", every=daily("03:55"))
def trim_proofs(timestamp: int) -> None:
    """Forget codes that no limit looks back to any more."""
    AddressProof.objects.filter(created_at__lt=now() - proofs.KEPT).delete()
