"""Who wants to know that a unit was closed: capabilities whose rows name the unit move them to its successor."""

from __future__ import annotations

from collections.abc import Callable

UnitFollower = Callable[[int, int], None]
_followers: list[UnitFollower] = []


def register_unit_follower(follower: UnitFollower) -> None:
    """Register a function of the ids of the closed organisation and its successor.

    A job calls it, perhaps twice: it moves what is still running, by actions of its own.
    """
    if follower not in _followers:
        _followers.append(follower)


def unit_followers() -> tuple[UnitFollower, ...]:
    """All registered."""
    return tuple(_followers)
