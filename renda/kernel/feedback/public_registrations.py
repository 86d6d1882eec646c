"""The link at the foot of every page of the public zone."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from renda.kernel.ui import slots


def page_of(request: HttpRequest, subject: Any) -> dict[str, object]:
    """The pattern of the page's address."""
    match = request.resolver_match
    return {"page": f"/{match.route}" if match else ""}


slots.register("footer.public", "feedback/slot_footer.html", page_of)
