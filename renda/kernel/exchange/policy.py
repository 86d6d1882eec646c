"""Who mends what could not be registered is said by the capability that knows posts."""

from __future__ import annotations

from renda.kernel.policy import permission

MEND = permission("exchange.mend", "处理公众区隔离件")
