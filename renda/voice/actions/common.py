"""Small things that several actions on messages need."""

from __future__ import annotations

from renda.voice.models import Assignment, Message


def open_assignment(message: Message) -> Assignment | None:
    """The running assignment of the lead unit, of a message read by ``selectors.messages_in_units``."""
    return next((one for one in message.running_assignments if one.unit_id == message.lead_unit_id), None)
