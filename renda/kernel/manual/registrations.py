"""The link at the foot of every page of the inner zone; the public zone has no manual."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from renda.kernel.manual.api import is_there
from renda.kernel.ui import slots


def _there(request: HttpRequest, subject: Any) -> dict[str, object] | None:
    return {} if is_there() else None


slots.register("footer", "manual/slot_footer.html", _there, order=40)
