"""Whole sites take the machine: one test at a time, whichever worker it is on."""

from __future__ import annotations

import fcntl
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="module", autouse=True)
def _one_site_at_a_time() -> Iterator[None]:
    with (Path(tempfile.gettempdir()) / "renda-process-tests.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
