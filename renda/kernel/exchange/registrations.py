"""The menu entry of whoever mends; what the security officer decides reaches the package."""

from __future__ import annotations

from renda.kernel.exchange.inbox import decided
from renda.kernel.exchange.policy import MEND
from renda.kernel.secrecy.api import register_listener
from renda.kernel.ui import menu
from renda.kernel.ui.menu import Entry

register_listener(decided)
menu.register(
    Entry("quarantine", "公众区隔离件", "exchange:exchange.list", icon="package-off", order=86, permission=MEND)
)
