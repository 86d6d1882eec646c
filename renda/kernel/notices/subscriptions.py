"""Subscriptions (订阅): what somebody wants to hear of when there is something new. Capabilities register the kinds.

What is new is found by the kind, with the rights that the subscriber has on that day, and told in the daily digest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from renda.kernel.notices.digests import Found, Line, Section
from renda.kernel.notices.models import Subscription
from renda.kernel.notices.selectors import own_subscriptions
from renda.kernel.parties import Actor

MOST = 50  # of one person
LINES = 5  # of one subscription in a digest


@dataclass(frozen=True)
class SubscriptionKind:
    """One kind.

    ``describe(actor, target)`` gives the words a subscription is listed under; it raises ``NotFound`` or ``Invalid`` when
    there is nothing of that name for this actor. ``fresh(actor, target, since, until)`` finds what came in that time.
    """

    key: str
    title: str
    describe: Callable[[Actor, str], str]
    fresh: Callable[[Actor, str, datetime, datetime], Found]


# Where the digest and its page list what subscriptions brought: last.
SECTION = Section("subscriptions", "我的订阅", lambda _: Found(), order=100, unit="条")
SUBSCRIPTION_KINDS: dict[str, SubscriptionKind] = {}


def register_subscription(kind: SubscriptionKind) -> str:
    """Register a kind (``message.place``, 本地留言) and give its key back.

    Raises:
        ValueError: the key is taken by a different kind.
    """
    if SUBSCRIPTION_KINDS.setdefault(kind.key, kind) != kind:
        raise ValueError(f"subscription kind {kind.key} is registered twice")
    return kind.key


def news(actor: Actor, until: datetime) -> tuple[Found, list[int]]:
    """What is new in the actor's subscriptions, and which of them were asked (their kind is still there)."""
    lines: list[Line] = []
    asked: list[int] = []
    total = 0
    for subscription in own_subscriptions(actor):
        kind = SUBSCRIPTION_KINDS.get(subscription.kind)
        if kind is None:
            continue
        found = kind.fresh(actor, subscription.target, subscription.told_until, until)
        asked.append(subscription.pk)
        total += found.total
        lines += [Line(f"{subscription.title}：{line.text}", line.url) for line in found.lines[:LINES]]
    return Found(total, lines), asked


def is_subscribed(actor: Actor, kind: str, target: str) -> Subscription | None:
    """The actor's subscription to this, if she has it."""
    return own_subscriptions(actor).filter(kind=kind, target=target).first()
