"""An upgrade on very many messages: the last migrations run while the pages are asked all the time.

They are taken back first (their reverse is known), then run forward as ``renda migrate`` does, by the owner, while the
pages of the old version are asked without a pause. What counts is the longest time in which no answer came.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time

from bench.asking import asker
from bench.databases import PROJECT, BenchDatabase
from bench.report import figure

LONGEST_S = 5.0
# The last versions' migrations and where each app stood before.
BEFORE = {"voice": "0003", "kernel_flow": "0004"}
PAGES = ("/messages/", "/messages/?stage=vet", "/bench/")


def measure(_small: BenchDatabase, large: BenchDatabase, count: int) -> None:
    """Back, then forward beside the asking; the longest answer."""
    for app, before in BEFORE.items():
        _migrate(large, app, before)
    longest, done = 0.0, threading.Event()
    with asker(large) as one:
        for page in PAGES:
            one.ask("assigner@city", page)
        begun = time.monotonic()
        forward = threading.Thread(target=lambda: (_migrate(large), done.set()))
        forward.start()
        asked = 0
        while not done.is_set() or asked < len(PAGES):
            longest = max(longest, one.ask("assigner@city", PAGES[asked % len(PAGES)]).ms / 1000)
            asked += 1
        forward.join()
    figure("upgrade beside the pages, took", time.monotonic() - begun, "s", messages=count, pages=asked)
    figure("upgrade beside the pages, longest gap", longest, "s", at_most=LONGEST_S, messages=count)


def _migrate(database: BenchDatabase, *where: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--no-input", "--verbosity", "0", *where],
        cwd=PROJECT,
        env=database.environment(RENDA_ROLE="owner"),
        check=True,
        stdout=sys.stderr,
    )
