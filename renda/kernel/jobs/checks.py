"""A job is started by name, so that actions import no job; this check finds the name nobody declared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error

from renda.kernel.jobs.registry import JOBS

_DEFER = re.compile(r"""\bdefer\(\s*["']([a-z0-9_.]+)["']""")


def deferred_jobs_exist(app_configs: Sequence[AppConfig] | None, **_: Any) -> Iterable[CheckMessage]:
    """kernel_jobs.E001: ``defer("name")`` somewhere in renda names a job that no ``@job`` declares."""
    for path in _sources(app_configs or list(apps.get_app_configs())):
        yield from unknown_names(path)


def unknown_names(path: Path) -> Iterator[CheckMessage]:
    """The errors of one source file."""
    for line, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        for name in _DEFER.findall(text):
            if name not in JOBS:
                yield Error(f"no job is called {name!r}", obj=f"{path}:{line}", id="kernel_jobs.E001")


def _sources(app_configs: Sequence[AppConfig]) -> Iterator[Path]:
    for config in app_configs:
        if config.name.startswith("renda."):
            for path in sorted(Path(config.path).rglob("*.py")):
                if "tests" not in path.parts:
                    yield path
