"""The one clock. Nothing else in the house calls ``timezone.now``; replay and tests set it with ``frozen``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from django.utils import timezone

_frozen: ContextVar[datetime | None] = ContextVar("renda_clock", default=None)


def now() -> datetime:
    """The present moment, aware; the frozen one inside ``frozen``."""
    return _frozen.get() or timezone.now()  # noqa: TID251 - the one place


def today() -> date:
    """The local calendar day of ``now``."""
    return timezone.localdate(now())


def is_frozen() -> bool:
    """Whether somebody holds the clock (a replay, a test)."""
    return _frozen.get() is not None


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Hold the clock at an aware moment for this context.

    Raises:
        ValueError: ``at`` has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("the kernel clock needs an aware datetime")
    token = _frozen.set(at)
    try:
        yield
    finally:
        _frozen.reset(token)
