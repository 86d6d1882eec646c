"""Icons: the SVG files of @tabler/icons, inlined. Always beside a word, never instead of one."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.safestring import SafeString

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PATHS = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_FRAME = re.compile(r'\s*<path stroke="none"[^>]*/>')


class UnknownIconError(LookupError):
    """The icon set has no icon of this name: a fault in a template, found by the test that reads them all."""


def folder() -> Path:
    """Where the outline icons lie (``RENDA_ICONS_DIR`` in the settings)."""
    return Path(settings.RENDA_ICONS_DIR) / "outline"


@cache
def svg(name: str) -> SafeString:
    """The inline SVG of an icon, hidden from screen readers.

    Raises:
        UnknownIconError: no such file in the icon set.
    """
    path = folder() / f"{name}.svg"
    if not _NAME.fullmatch(name) or not path.is_file():
        raise UnknownIconError(f"no icon {name!r} in {folder()}")
    found = _PATHS.search(path.read_text(encoding="utf-8"))
    if found is None:
        raise UnknownIconError(f"{path} is not an icon")
    lines = " ".join(_FRAME.sub("", found[1]).split())
    return SafeString(
        '<svg class="icon" width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor"'
        ' stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">'
        f"{lines}</svg>"
    )
