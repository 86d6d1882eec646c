"""The link at the foot of every page, and the menu entry of those who read."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from renda.kernel.feedback import public_registrations, receiving
from renda.kernel.feedback.policy import READ
from renda.kernel.public_zone import api as public_zone
from renda.kernel.ui import menu, slots
from renda.kernel.ui.menu import Entry

__all__ = ["public_registrations", "receiving"]  # loaded for what they register


def _outside(request: HttpRequest, subject: Any) -> dict[str, object]:
    """Who cannot get in says it outside."""
    return {"address": public_zone.public_address("feedback:feedback.send")}


slots.register("footer.door", "feedback/slot_door.html", _outside)
slots.register("footer", "feedback/slot_footer.html", public_registrations.page_of)
menu.register(Entry("feedback", "意见反馈", "feedback:feedback.list", icon="message-report", order=85, permission=READ))
