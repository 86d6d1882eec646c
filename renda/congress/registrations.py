"""What congress shows in the frame of every page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from renda.kernel.ui import slots
from renda.kernel.ui.http import actor_of


def _signed_in(request: HttpRequest, subject: Any) -> dict[str, object] | None:
    return {} if actor_of(request).is_signed_in else None


slots.register("user.menu", "congress/slot_user_menu.html", _signed_in)
