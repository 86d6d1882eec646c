"""What the rest of the house asks of codes."""

from __future__ import annotations

from functools import lru_cache

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from renda.kernel.codes.short import (
    ALPHABET,
    LENGTH,
    check_character,
    in_groups,
    is_short_code,
    new_short_code,
    read_short_code,
)

__all__ = [
    "ALPHABET",
    "LENGTH",
    "check_character",
    "in_groups",
    "is_short_code",
    "new_short_code",
    "read_short_code",
    "svg",
]


@lru_cache(maxsize=512)
def _modules(text: str) -> tuple[int, str]:
    """Side of the symbol with its quiet zone, and the path of its dark modules."""
    # Level M (ISO/IEC 18004: 15 % may be damaged) for paper on a wall; the quiet zone is 4 modules wide.
    code = segno.make_qr(text, error="m", boost_error=False)
    quiet = 4
    runs = []
    for line, row in enumerate(code.matrix, quiet):
        start: int | None = None
        for at, dark in enumerate([*row, 0], quiet):
            if dark and start is None:
                start = at
            elif not dark and start is not None:
                runs.append(f"M{start} {line}h{at - start}v1h-{at - start}z")
                start = None
    return len(code.matrix) + 2 * quiet, "".join(runs)


def svg(text: str, title: str) -> SafeString:
    """The QR code of ``text`` (level M) as an inline SVG without size or style of its own, dark on white.

    ``title`` is what a screen reader says. The picture scales with its ``class="qr-code"``; no script, no style
    attribute, so it stands under a strict content policy and in a PDF alike.

    Raises:
        ValueError: the text is empty or too long for a QR code (2,331 bytes at level M).
    """
    if not text:
        raise ValueError("a code needs a text")
    side, path = _modules(text)
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="qr-code" viewBox="0 0 {side} {side}" role="img"'
        ' shape-rendering="crispEdges"><title>{title}</title>'
        '<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path fill="#000" d="{path}"/></svg>',
        side=side,
        title=title,
        path=mark_safe(path),  # noqa: S308 - made of numbers above
    )
