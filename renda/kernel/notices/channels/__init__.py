"""Ways out of the house. One file a channel, all of one shape; a new one is a new file and a name in ``CHANNELS``.

The inbox is no channel: every notice is there, the channels only call people to it. So a channel carries a title and
an address of this house, never the notice's body.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast


@dataclass(frozen=True)
class Letter:
    """What a channel carries: ``key`` is the delivery's id, the same at every try."""

    key: int
    to: str
    title: str
    url: str


@dataclass(frozen=True)
class Outcome:
    """What became of one letter; ``error`` is empty when it went. ``is_final``: trying again is no use."""

    key: int
    error: str = ""
    is_final: bool = False


class Channel(Protocol):
    """The shape of a channel's module."""

    TITLE: str

    def is_on(self) -> bool:
        """Whether this site has set it up."""
        ...

    def deliver(self, letters: Sequence[Letter]) -> Iterator[Outcome]:
        """Send each letter; one that fails does not stop the others."""
        ...


CHANNELS = ("email",)


def channel(name: str) -> Channel:
    """The channel's module."""
    return cast(Channel, import_module(f"{__name__}.{name}"))


def channels_on() -> list[str]:
    """The names of the channels that this site has set up."""
    return [name for name in CHANNELS if channel(name).is_on()]
