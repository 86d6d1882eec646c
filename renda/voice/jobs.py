"""What voice does by itself."""

from __future__ import annotations

from renda.kernel.jobs import job
from renda.voice.statistics.counting import count_changed


@job("voice.count", every="* * * * *")
def count(timestamp: int) -> None:
    """Keep the figures up to the last minute."""
    count_changed()
