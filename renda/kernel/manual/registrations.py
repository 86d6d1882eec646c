"""The link at the foot of every page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from renda.kernel.manual.api import is_there
from renda.kernel.ui import slots


def _there(request: HttpRequest, subject: Any) -> dict[str, object] | None:
    return {} if is_there() else None


for _slot in ("footer", "footer.public"):
    slots.register(_slot, "manual/slot_footer.html", _there, order=40)
