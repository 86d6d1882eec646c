"""The link at the foot of every page, and the menu entry of those who read."""

from __future__ import annotations

from renda.kernel.feedback import public_registrations, receiving
from renda.kernel.feedback.policy import READ
from renda.kernel.ui import menu, slots
from renda.kernel.ui.menu import Entry

__all__ = ["public_registrations", "receiving"]  # loaded for what they register

slots.register("footer", "feedback/slot_footer.html", public_registrations.page_of)
menu.register(Entry("feedback", "意见反馈", "feedback:feedback.list", icon="message-report", order=85, permission=READ))
