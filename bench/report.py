"""One figure, one JSON line."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from typing import Any

_broken: list[str] = []


def figure(
    name: str,
    value: float,
    unit: str,
    *,
    at_most: float | None = None,
    at_least: float | None = None,
    raw: float | None = None,
    **more: Any,
) -> None:
    """Print a figure with the limit it promised to keep.

    ``raw`` is what the bare database did in the same run (same unit); ``ratio`` is value ÷ raw.
    """
    line: dict[str, Any] = {"figure": name, "value": round(value, 4), "unit": unit}
    limit = at_most if at_most is not None else at_least
    if limit is not None:
        held = value <= limit if at_most is not None else value >= limit
        line |= {"limit": limit, "limit_is": "most" if at_most is not None else "least", "held": held}
        if not held:
            _broken.append(name)
    if raw is not None:
        line |= {"raw": round(raw, 4), "ratio": round(value / raw, 4) if raw else None}
    print(json.dumps(line | more, ensure_ascii=False), flush=True)


def status() -> int:
    """Exit status of this bench: 1 when a figure broke its limit."""
    return 1 if _broken else 0


def median_ms(work: Callable[[], object], runs: int) -> float:
    """Median milliseconds of ``runs`` runs, after one for warmth."""
    work()
    taken = []
    for _ in range(runs):
        begun = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)
