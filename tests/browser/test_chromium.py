"""Whether the browser tests have what they need beside the browser."""

from __future__ import annotations

from tests.browser import chromium


def test_axe_is_here() -> None:
    assert chromium.AXE.is_file(), "axe-core is not installed: npm ci"
