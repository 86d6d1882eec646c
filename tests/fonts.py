"""Without a Chinese font no page can be set: a test that needs one is counted as skipped, as a browser test is."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from renda.kernel.documents import typesetting

MISSING = "no Chinese font on this machine (Debian: apt-get install fonts-noto-cjk)"


@pytest.fixture(scope="session", autouse=True)
def _skip_without_a_chinese_font() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        try:
            typesetting.chinese_fonts()
        except typesetting.MissingFontError:
            patch.setattr(typesetting, "_fonts", _skip)
        yield


def _skip() -> NoReturn:
    # Pytest's outcome is no Exception, so no page turns it into an answer.
    pytest.skip(MISSING)


def cjk_font() -> Path:
    """A file of a Chinese font, to draw pictures with; without one the test is counted as skipped."""
    try:
        found = subprocess.run(["fc-list", ":lang=zh-cn", "file"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        found = ""
    files = sorted(line.strip().rstrip(":") for line in found.splitlines() if line.strip())
    return Path(files[0]) if files else _skip()
