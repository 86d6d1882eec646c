"""Joint units and others a message was sent to for reading say that they have read it."""

from __future__ import annotations

from renda.kernel.actions.api import Context, existing
from renda.kernel.flow import api as flow
from renda.voice import selectors
from renda.voice.models import Message


@existing("message.read", title="已阅", permission="message.work", select=selectors.messages_for, case_field="case_id")
def message_read(ctx: Context, message: Message, *, task_id: int, version: int | None = None) -> Message:
    """Close one's reading task; the handling does not wait for it. ``version`` is what the page carries, not needed."""
    flow.read(ctx, message.case_id, task_id=task_id)
    return message
