"""The menus: everybody's new notices and their settings, and the channels for who keeps the system."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from renda.kernel.notices.policy import RETRY
from renda.kernel.notices.selectors import unread
from renda.kernel.ui import menu, slots
from renda.kernel.ui.http import actor_of
from renda.kernel.ui.menu import Badge, Entry


def _signed_in(request: HttpRequest, subject: Any) -> dict[str, object] | None:
    return {} if actor_of(request).is_signed_in else None


slots.register("user.menu", "notices/slot_user_menu.html", _signed_in, order=40)
menu.badge(Badge("notices", "通知", "notice.list", "mail", unread, order=2))
menu.register(Entry("deliveries", "通知渠道", "delivery.list", icon="send", order=74, permission=RETRY))
