"""The link at the foot of every page, and the menu entry of those who read."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from renda.kernel.feedback.policy import READ
from renda.kernel.ui import menu, slots
from renda.kernel.ui.menu import Entry


def _page(request: HttpRequest, subject: Any) -> dict[str, object]:
    match = request.resolver_match
    return {"page": f"/{match.route}" if match else ""}


for _slot in ("footer", "footer.public"):
    slots.register(_slot, "feedback/slot_footer.html", _page)
menu.register(Entry("feedback", "意见反馈", "feedback:feedback.list", icon="message-report", order=85, permission=READ))
