"""Kinds of notices. A capability registers its own; people may turn a kind off unless a rule needs it told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """One kind.

    ``is_required``: a rule wants the person told (an assignment, a deadline); it cannot be turned off in the inbox.
    ``is_urgent``: it also goes out in quiet hours.
    """

    name: str
    title: str
    is_required: bool = False
    is_urgent: bool = False


KINDS: dict[str, Kind] = {}


def register_kind(name: str, title: str, *, is_required: bool = False, is_urgent: bool = False) -> str:
    """Register a kind (``message.assigned``, 新交办) and give its name back.

    Raises:
        ValueError: the name is taken by a different kind.
    """
    kind = Kind(name, title, is_required, is_urgent)
    if KINDS.setdefault(name, kind) != kind:
        raise ValueError(f"notice kind {name} is registered twice")
    return name


def is_urgent(name: str) -> bool:
    """Whether a kind goes out at once at any hour (a kind that was withdrawn since does not)."""
    return name in KINDS and KINDS[name].is_urgent
