"""The government hotline (12345) as a unit that a message is assigned to: by its interface, or by spreadsheets."""

from __future__ import annotations

from django.conf import settings

from renda.congress.api import Organisation
from renda.kernel.errors import Invalid, RendaError


def is_hotline(unit: Organisation) -> bool:
    """Whether this unit is the hotline: the one that the site's setting names."""
    return bool(settings.RENDA_HOTLINE["unit"]) and unit.name == settings.RENDA_HOTLINE["unit"]


def has_interface() -> bool:
    """Whether tickets go by the hotline's interface; else by spreadsheets only."""
    return all(settings.RENDA_HOTLINE[name] for name in ("unit", "url", "app", "secret"))


def in_words(error: RendaError) -> str:
    """A refusal as one line: what is said at its fields, else its sentence."""
    return "；".join(error.fields.values()) if isinstance(error, Invalid) and error.fields else error.message
