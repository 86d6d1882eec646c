"""What capabilities' public pages use: copies, letters, the brake; and what the inner zone must know of the addresses."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from renda.kernel.public_zone.brake import Limit, address_of, device_of, in_words, wait
from renda.kernel.public_zone.copies import Copy, found, listed, one, several, sharing
from renda.kernel.public_zone.inbound import Letter, letter_key, send

__all__ = [
    "Copy",
    "Letter",
    "Limit",
    "address_of",
    "device_of",
    "found",
    "in_words",
    "letter_key",
    "listed",
    "one",
    "public_address",
    "send",
    "several",
    "sharing",
    "wait",
]


def public_address(name: str, *args: object) -> str:
    """The whole address of a page of the public zone, for a wall code or a link from inside."""
    return settings.RENDA_PUBLIC_URL.rstrip("/") + reverse(name, urlconf=settings.RENDA_PUBLIC_URLCONF, args=args)
