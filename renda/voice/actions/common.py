"""Small things that several actions on messages need."""

from __future__ import annotations

from renda.kernel.parties import Actor


def organisation_of(actor: Actor) -> int | None:
    """The organisation that an actor speaks for: that of her first post."""
    return actor.posts[0].organisation_id if actor.posts else None
