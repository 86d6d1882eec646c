"""The house's own rules that neither ruff, mypy nor import-linter can see. Templates keep theirs in kernel/ui/tests."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models
from django.db.models.signals import ModelSignal

from renda.kernel.actions.api import ACTIONS
from renda.kernel.flow import library
from tests.people import Cast

HOUSE = Path(__file__).resolve().parents[1]
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
CAPABILITIES = [path.name for path in sorted((HOUSE / "renda").iterdir()) if (path / "apps.py").exists()]

# What is longer, and why it is better so.
LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}
# What Django itself sends, and what we do then: nothing of it is business.
SIGNALS = {
    "renda/kernel/deadlines/apps.py": "after a migration the shipped calendar and rules are brought up to date",
    "renda/kernel/flow/apps.py": "after a migration the shipped flows are published",
}
# Rooms that answer no request.
WITHOUT_HTTP = ("models", "policy", "selectors", "actions", "api", "jobs")


@cache
def tracked() -> tuple[str, ...]:
    """The files of the tree, as git has them (with what is new and not ignored)."""
    wanted = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    told = subprocess.run(wanted, cwd=HOUSE, capture_output=True, text=True, check=False)
    if told.returncode:  # an unpacked archive without .git
        skipped = {".git", ".venv", "node_modules", "var"}
        return tuple(
            str(path.relative_to(HOUSE))
            for path in HOUSE.rglob("*")
            if path.is_file() and not skipped.intersection(path.relative_to(HOUSE).parts)
        )
    return tuple(name for name in told.stdout.split("\0") if name and (HOUSE / name).is_file())


def sources(*, of: str = "", tests: bool = True) -> Iterator[tuple[str, str]]:
    """Name and text of our Python files without migrations."""
    for name in tracked():
        parts = Path(name).parts
        if (
            name.endswith(".py")
            and "migrations" not in parts
            and name.startswith(of)
            and (tests or "tests" not in parts)
        ):
            yield name, (HOUSE / name).read_text(encoding="utf-8")


@cache
def tree(name: str) -> ast.Module:
    return ast.parse((HOUSE / name).read_text(encoding="utf-8"))


def functions(name: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


# --- size ----------------------------------------------------------------------------------------------------------------


def test_a_file_is_short() -> None:
    long = {name: lines for name, text in sources() if (lines := text.count("\n")) > LONGEST_FILE}
    assert long.keys() - LONG_FILES.keys() == set(), f"split into a folder of the same name: {long}"


def test_a_function_fits_a_screen() -> None:
    long = {
        f"{name}:{function.name}": function.end_lineno - function.lineno + 1
        for name, _ in sources()
        for function in functions(name)
        if function.end_lineno is not None and function.end_lineno - function.lineno >= LONGEST_FUNCTION
    }
    assert long.keys() - LONG_FUNCTIONS.keys() == set(), long


# --- borders ---------------------------------------------------------------------------------------------------------------


def test_the_borders_hold() -> None:
    """import-linter: floors, rooms, doors, the kernel's own floors."""
    linter = Path(sys.executable).with_name("lint-imports")
    told = subprocess.run([str(linter), "--no-cache"], cwd=HOUSE, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout[-4000:]


def test_every_capability_has_its_border() -> None:
    """A new capability is in the rooms and has a door, or import-linter would not look at it."""
    settings = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    contracts = {contract["name"]: contract for contract in settings["contracts"]}
    for name in (name for name in CAPABILITIES if name != "kernel"):
        assert f"renda.{name}" in contracts["rooms"]["containers"], f"add renda.{name} to the contract “rooms”"


def test_models_are_looked_up_by_name_only_in_the_kernel() -> None:
    """Elsewhere a capability would reach past another one's door."""
    found = [
        name for name, text in sources(of="renda/") if "get_model(" in text and not name.startswith("renda/kernel/")
    ]
    assert found == []


def test_the_kernel_stands_without_any_capability() -> None:
    kernel = {config.label for config in apps.get_app_configs() if config.name.startswith("renda.kernel.")}
    capabilities = {config.label for config in apps.get_app_configs() if config.name.startswith("renda.")} - kernel
    assert {"congress", "voice"} <= capabilities
    wrong = []
    for name in tracked():
        if re.fullmatch(r"renda/kernel/\w+/migrations/\d+_\w+\.py", name):
            migration = importlib.import_module(name.removesuffix(".py").replace("/", ".")).Migration
            needed = {label for label, _ in [*migration.dependencies, *getattr(migration, "run_before", [])]}
            wrong += [(name, label) for label in needed & capabilities]
    assert wrong == []


def test_the_kernel_points_at_no_capability() -> None:
    wrong = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_config.name.startswith("renda.kernel.")
        for field in model._meta.get_fields()
        if field.concrete
        and isinstance(field.related_model, type)
        and field.related_model._meta.app_config.name.startswith("renda.")
        and not field.related_model._meta.app_config.name.startswith("renda.kernel.")
    ]
    assert wrong == []


def test_what_decides_knows_no_http() -> None:
    wrong = []
    for name, _ in sources(of="renda/", tests=False):
        room = set(Path(name).with_suffix("").parts[2:])
        if not room.intersection(WITHOUT_HTTP) or name.startswith("renda/kernel/ui/"):
            continue
        for node in ast.walk(tree(name)):
            module = node.module if isinstance(node, ast.ImportFrom) else None
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [module or ""]
            wrong += [(name, one) for one in names if one.startswith(("django.http", "django.shortcuts"))]
    allowed = {("renda/kernel/exports/api.py", "django.http"), ("renda/kernel/files/api.py", "django.http")}
    assert set(wrong) - allowed == set()


# --- no business beside the gate ---------------------------------------------------------------------------------------------


def test_no_model_does_anything_when_it_is_saved() -> None:
    ours = [model for model in apps.get_models() if model.__module__.startswith("renda.")]
    assert len(ours) > 40
    overriding = [
        f"{model._meta.label}.{method}"
        for model in ours
        for method in ("save", "delete", "full_clean", "clean")
        if not getattr(model, method).__module__.startswith("django.")
    ]
    assert overriding == []


def test_no_signal_carries_business() -> None:
    found = set()
    for name, _ in sources(of="renda/", tests=False):
        imports = [node for node in ast.walk(tree(name)) if isinstance(node, ast.ImportFrom)]
        if any(f"{node.module}.".endswith((".signals.", ".dispatch.")) for node in imports):
            found.add(name)
    assert found == SIGNALS.keys()
    for signal in (models.signals.pre_save, models.signals.post_save, models.signals.post_delete):
        assert isinstance(signal, ModelSignal)
        ours = [receiver for receiver in _receivers(signal) if receiver.startswith("renda.")]
        assert ours == []


def _receivers(signal: ModelSignal) -> list[str]:
    """The modules of what listens to a signal."""
    alive = [
        entry[1]() if callable(entry[1]) and not hasattr(entry[1], "__code__") else entry[1]
        for entry in signal.receivers
    ]
    return [getattr(receiver, "__module__", "") for receiver in alive if receiver is not None]


def test_an_action_is_called_what_its_function_is_called() -> None:
    """One verb, one function, one name."""
    wrong = [name for name, action in ACTIONS.items() if action.work.__name__ != name.replace(".", "_")]
    assert wrong == []


# --- data ------------------------------------------------------------------------------------------------------------------


def test_every_shipped_flow_is_sound_in_every_congress(cast: Cast) -> None:
    library.forget()
    said = StringIO()
    call_command("flow", "check", stdout=said)
    files = {path.name for path in library.shipped_files()}
    assert files == {Path(name).name for name in tracked() if re.fullmatch(r"renda/.*/flows/\w+\.toml", name)}
    assert {line.partition("：")[0] for line in said.getvalue().splitlines()} == files


def test_migrations_say_what_the_models_say(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


# --- where and by what it was made --------------------------------------------------------------------------------------------

PLACES = re.compile(rb"(?<![\w.])/(?:work|root|home|Users)/[\w.-]+/")
REGISTRIES = re.compile(
    rb"https?://[\w.-]*(?:pypi\.|pythonhosted\.|npmjs\.|npmmirror\.|registry\.|artifactory|nexus)[\w./-]*"
)


@pytest.mark.parametrize("pattern", [PLACES, REGISTRIES], ids=["machine path", "registry address"])
def test_the_tree_names_no_place_it_was_made_in(pattern: re.Pattern[bytes]) -> None:
    found = {
        name: hits[0].decode()
        for name in tracked()
        if not name.endswith((".npz", ".png", ".jpg", ".woff2", ".pdf"))
        and (hits := pattern.findall((HOUSE / name).read_bytes()))
    }
    assert found == {}
