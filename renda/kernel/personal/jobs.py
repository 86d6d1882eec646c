"""Every night: what has passed its time goes."""

from __future__ import annotations

from renda.kernel.jobs import daily, job
from renda.kernel.personal.running import run


@job("personal.clear", every=daily("03:20"))
def clear(timestamp: int) -> None:
    """Clear what is due, as ``renda retention run`` does."""
    for _ in run():
        pass
