"""Chapters of the manual, registered by the capabilities whose work they tell.

    manual.chapter("unit", "承办单位", is_for=holds(PostKind.CASE_OFFICER), order=40)

``key`` is the name of the file: ``docs/manual/unit.md`` (the folder: ``RENDA_MANUAL_DIR``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from renda.kernel.parties import Actor


@dataclass(frozen=True)
class Chapter:
    """One chapter: whose work it tells, and where it stands among the others."""

    key: str
    title: str
    is_for: Callable[[Actor], bool]
    order: int

    @property
    def file(self) -> Path:
        """Where its text is."""
        return Path(settings.RENDA_MANUAL_DIR) / f"{self.key}.md"


_chapters: dict[str, Chapter] = {}


def chapter(key: str, title: str, *, is_for: Callable[[Actor], bool], order: int = 50) -> None:
    """Add a chapter (from ``AppConfig.ready``); one of the same key takes its place."""
    _chapters[key] = Chapter(key, title, is_for, order)


def is_there() -> bool:
    """Whether this installation has a manual. Asks nothing of the database: it stands on error pages too."""
    return any(one.file.is_file() for one in _chapters.values())


def chapters_for(actor: Actor) -> list[Chapter]:
    """What an actor may read, her own work first: everything inside the house, for others only what is for them. A
    chapter whose text did not come with this installation is left out.
    """
    there = [one for one in _chapters.values() if one.file.is_file()]
    seen = there if actor.is_signed_in else [one for one in there if one.is_for(actor)]
    return sorted(seen, key=lambda one: (not one.is_for(actor), one.order, one.key))
