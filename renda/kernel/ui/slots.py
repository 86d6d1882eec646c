"""Slots: named places in a page where capabilities show a fragment, so that no page imports its contributors.

    slots.register("deputy.public", "voice/slot_deputy_public.html", deputy_messages, order=20)

``context(request, subject)`` returns the fragment's context, or None when it has nothing to show here. It runs inside
the page's scope and its queries are its own affair (at most one or two).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

Context = Callable[[HttpRequest, Any], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Fragment:
    """One contribution to a slot."""

    template: str
    context: Context
    order: int


_slots: dict[str, list[Fragment]] = {}


def register(slot: str, template: str, context: Context, order: int = 50) -> None:
    """Contribute a fragment to a slot (from ``AppConfig.ready``); registering it again changes nothing."""
    fragments = _slots.setdefault(slot, [])
    if any(known.template == template for known in fragments):
        return
    fragments.append(Fragment(template, context, order))
    fragments.sort(key=lambda fragment: fragment.order)


def fragments(slot: str) -> tuple[Fragment, ...]:
    """The slot's fragments in order."""
    return tuple(_slots.get(slot, ()))


def render(slot: str, request: HttpRequest, subject: object = None) -> SafeString:
    """All fragments of the slot that have something to show, one after another."""
    shown: list[str] = []
    for fragment in fragments(slot):
        context = fragment.context(request, subject)
        if context is not None:
            shown.append(render_to_string(fragment.template, {**context, "subject": subject}, request))
    return SafeString("".join(shown))
