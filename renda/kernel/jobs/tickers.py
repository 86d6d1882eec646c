"""What must happen every second or so, and would flood the queue as jobs: run by the worker itself, between its jobs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from asgiref.sync import sync_to_async
from django.db import Error, close_old_connections

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ticker:
    """A function that is called again and again, ``seconds`` after its last end."""

    name: str
    seconds: float
    function: Callable[[], object]


TICKERS: dict[str, Ticker] = {}


def ticker(name: str, *, seconds: float) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Declare a ticker in a capability's ``jobs.py``. It must bear being run by several workers at once.

    Raises:
        ValueError: the name is taken.
    """

    def declare(function: Callable[[], object]) -> Callable[[], object]:
        if name in TICKERS and TICKERS[name].function is not function:
            raise ValueError(f"two tickers are called {name}")
        TICKERS[name] = Ticker(name, seconds, function)
        return function

    return declare


async def tick_for_ever(one: Ticker) -> None:
    """Call it until cancelled; a fault is logged and does not end it."""
    while True:
        try:
            await sync_to_async(_once, thread_sensitive=False)(one)
        except Error:
            logger.warning("ticker %s: the database is away", one.name)
        except Exception:
            logger.exception("ticker %s failed", one.name)
        await asyncio.sleep(one.seconds)


def _once(one: Ticker) -> None:
    close_old_connections()
    one.function()
