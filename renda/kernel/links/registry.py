"""Kinds of lines, and how the rows at their ends are seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models

from renda.kernel.parties import Actor

Select = Callable[[Actor], models.QuerySet[Any]]


@dataclass(frozen=True, slots=True)
class Kind:
    """``forward``: what the far end is called seen from the begin (转化为建议); ``backward``: seen from the end (来源留言).

    ``is_acyclic``: following lines of this kind never leads back to where one began.
    """

    name: str
    forward: str
    backward: str
    is_acyclic: bool = False


KINDS: dict[str, Kind] = {}
_SELECTORS: dict[str, Select] = {}


def kind(name: str, forward: str, backward: str, *, is_acyclic: bool = False) -> str:
    """Register a kind of line; returns its name.

    Raises:
        ValueError: the name is taken by another kind.
    """
    known = Kind(name, forward, backward, is_acyclic)
    if KINDS.setdefault(name, known) != known:
        raise ValueError(f"link kind {name} is registered twice")
    return name


def subject(label: str, select: Select) -> None:
    """Register the selector through which rows of a model (``voice.message``) are seen at the end of a line."""
    _SELECTORS[label.lower()] = select


def selector_of(label: str) -> Select | None:
    """The selector of a model; without one its rows are not shown."""
    return _SELECTORS.get(label)
