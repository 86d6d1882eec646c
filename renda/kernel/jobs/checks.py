"""A job is started by name, so that actions import no job; this check finds the name nobody declared."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error

from renda.kernel.jobs.registry import JOBS


def deferred_jobs_exist(app_configs: Sequence[AppConfig] | None, **_: Any) -> Iterable[CheckMessage]:
    """kernel_jobs.E001: ``defer("name")`` somewhere in renda names a job that no ``@job`` declares."""
    for path in _sources(app_configs or list(apps.get_app_configs())):
        yield from unknown_names(path)


def unknown_names(path: Path) -> Iterator[CheckMessage]:
    """The errors of one source file."""
    text = path.read_text(encoding="utf-8")
    if "defer(" not in text:
        return
    for call in ast.walk(ast.parse(text)):
        if isinstance(call, ast.Call) and _is_defer(call.func) and call.args:
            name = call.args[0]
            # A job's name has a dot; the fields of a QuerySet.defer have none.
            if isinstance(name, ast.Constant) and "." in str(name.value) and name.value not in JOBS:
                yield Error(f"no job is called {name.value!r}", obj=f"{path}:{call.lineno}", id="kernel_jobs.E001")


def _is_defer(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name == "defer"


def _sources(app_configs: Sequence[AppConfig]) -> Iterator[Path]:
    for config in app_configs:
        if config.name.startswith("renda."):
            for path in sorted(Path(config.path).rglob("*.py")):
                if "tests" not in path.parts:
                    yield path
