"""The menu: everybody's notices, and the channels for who keeps the system."""

from __future__ import annotations

from renda.kernel.notices.policy import RETRY
from renda.kernel.ui import menu
from renda.kernel.ui.menu import Entry

menu.register(
    Entry("notices", "通知", "notice.list", icon="bell", order=90, visible=lambda actor: actor.is_signed_in),
    Entry("deliveries", "通知渠道", "delivery.list", icon="send", order=74, permission=RETRY),
)
