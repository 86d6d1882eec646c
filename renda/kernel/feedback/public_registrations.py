"""The link at the foot of every page of the public zone, and of the error pages of both."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from renda.kernel.ui import slots


def page_of(request: HttpRequest, subject: Any) -> dict[str, object]:
    """The pattern of the page's address."""
    match = request.resolver_match
    return {"page": f"/{match.route}" if match else ""}


for _slot in ("footer.public", "footer.fault"):
    slots.register(_slot, "feedback/slot_footer.html", page_of)
