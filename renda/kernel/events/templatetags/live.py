"""``{% load live %}``: what a page needs to hear about changes (the contract: ``renda.kernel.events``)."""

from __future__ import annotations

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString

from renda.kernel.events import signing

register = template.Library()


@register.filter
def live_key(identifier: object, kind: str) -> str:
    """``case.id|live_key:"case"`` → ``case:99``."""
    return f"{kind}:{identifier}"


@register.simple_tag
def live(*keys: str) -> SafeString:
    """``{% live "case:99" %}`` → ``data-live="…"``, the signed keys of this element."""
    return format_html('data-live="{}"', " ".join(signing.token(key) for key in keys))


@register.simple_tag
def live_event(key: str) -> str:
    """``{% live_event "case:99" %}`` → ``live-case-99``, for ``hx-trigger="… from:body"``."""
    return signing.event_name(key)


@register.simple_tag
def live_url() -> str:
    """The address of the live process as the browser reaches it."""
    return settings.RENDA_LIVE_URL or "/live"
