"""Says whether the browser tests can run at all."""

from __future__ import annotations

import pytest

from tests.browser import chromium


def test_chromium_is_here() -> None:
    if chromium.PATH is None:
        pytest.skip(chromium.MISSING)
    assert chromium.AXE.is_file(), "axe-core is not installed: npm ci"
