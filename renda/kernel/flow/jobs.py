"""The engine's clock."""

from __future__ import annotations

from renda.kernel.flow import machine
from renda.kernel.jobs.registry import job


@job("flow.clock", every="* * * * *")
def flow_clock(timestamp: int) -> None:
    """Every minute: marks, timeouts, waits that are over."""
    machine.run_clock()
