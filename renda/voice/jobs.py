"""What voice does by itself."""

from __future__ import annotations

from renda.kernel.jobs import daily, job
from renda.voice.issues.gathering import gather
from renda.voice.statistics.counting import count_changed


@job("voice.count", every="* * * * *")
def count(timestamp: int) -> None:
    """Keep the figures up to the last minute."""
    count_changed()


@job("voice.gather_issues", every=daily("02:20"))
def gather_issues(timestamp: int) -> None:
    """Find what several places speak of."""
    gather()
