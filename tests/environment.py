"""Loaded before the settings (``-p tests.environment``): what the tests' environment is when nobody has set it."""

from __future__ import annotations

import os
import shutil
import tempfile

# Pages are drawn without collected static files, and nothing is written where a real site keeps its data.
os.environ.setdefault("RENDA_PLAIN_STATIC", "1")
# Never the directory that somebody works with: tests change and take out keys.
_DATA = os.environ["RENDA_DATA_DIR"] = tempfile.mkdtemp(prefix="renda-tests-")


def pytest_unconfigure() -> None:
    """The directory goes with the run (pytest's own hook, called in every worker process)."""
    shutil.rmtree(_DATA, ignore_errors=True)
