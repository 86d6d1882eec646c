"""What every template knows of the house: its name, and whether this browser reads in elder mode (长辈版)."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

ELDER_COOKIE = "elder"


def is_elder(request: HttpRequest) -> bool:
    """Whether this browser has chosen elder mode."""
    return request.COOKIES.get(ELDER_COOKIE) == "1"


def house(request: HttpRequest) -> dict[str, object]:
    """The context processor: ``brand`` and ``elder``."""
    return {"brand": settings.RENDA_BRAND, "elder": is_elder(request)}
