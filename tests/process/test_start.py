"""A start does each piece of work once: what was done is skipped, what was interrupted is completed."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from renda.site.database import leased
from renda.site.serve import stamps
from renda.site.serve.children import Child
from renda.site.serve.supervisor import Places, Supervisor
from tests.process.harness import PROJECT

pytestmark = pytest.mark.process

# Each costs a process up to half of a second, and few processes ever need one.
HEAVY = {"openpyxl", "pypinyin", "xlsxwriter", "sklearn", "scipy", "polars", "playwright"}
# Ends the process where Django has stored a migration and not yet the mark that it is applied.
KILLED_BEFORE_THE_MARK = (
    "import os; from django.db.migrations.executor import MigrationExecutor\n"
    "MigrationExecutor.record_migration = lambda self, migration: os._exit(9)\n"
    "from renda.site.command import main; main(['migrate'])"
)


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data directory whose database runs and has no tables."""
    folder = Path(tempfile.mkdtemp(prefix="renda-start-"))
    for name in ("RENDA_DATABASE_URL", "RENDA_OWNER_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RENDA_DATA_DIR", str(folder))
    try:
        with leased(folder, lambda _: None):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def python(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=PROJECT,
        env=stamps.environment() | more,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_migration_that_was_killed_before_its_mark_is_simply_run_again(root: Path) -> None:
    assert python("-c", KILLED_BEFORE_THE_MARK, RENDA_ROLE="owner").returncode == 9
    again = python("-m", "renda", "migrate")
    assert again.returncode == 0, again.stderr


class Project:
    """A project of a few files, a database that says what it is told, and the steps that a start really took."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.root = folder / "project", folder / "data"
        self.root.mkdir()
        for name in ("requirements.lock", "renda/part/migrations/0001.py", "renda/part/flows/a.toml"):
            self.write(name, name)
        self.write("renda/part/static/part.css", "")
        self.database, self.applied = [1, 1], [1, 1]
        self.exit_status = 0
        self.taken: list[str] = []
        monkeypatch.setattr(stamps, "PROJECT", self.folder)
        monkeypatch.setattr(stamps, "_database", lambda: (self.database, self.applied))
        monkeypatch.setattr(stamps, "_step", self._step)
        monkeypatch.setattr(stamps.subprocess, "Popen", self._popen)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def start(self) -> list[str]:
        """The steps of one start."""
        self.taken = []
        for part in (stamps.migrate, stamps.collect_static, stamps.demo):
            part(self.root, lambda _: None)
        return self.taken

    def _step(self, name: str, *_: object, **__: object) -> None:
        self.taken.append(name)
        if name == "static":
            (self.root / "static").mkdir(exist_ok=True)

    def _popen(self, words: list[str], **_: object) -> Project:
        self.taken.append(words[-1])
        (self.root / "sign_ins.json").touch()  # written before the city is whole
        return self

    def wait(self) -> int:
        return self.exit_status


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    return Project(tmp_path, monkeypatch)


def test_a_second_start_does_nothing_twice(project: Project) -> None:
    assert project.start() == ["migrate", "static", "demo"]
    assert project.start() == []


@pytest.mark.parametrize(
    ("change", "steps"),
    [
        (lambda project: project.write("renda/part/migrations/0002.py", "new"), ["migrate"]),
        (lambda project: project.write("renda/part/flows/a.toml", "other"), ["migrate"]),
        (lambda project: project.write("requirements.lock", "other"), ["migrate"]),
        (lambda project: project.write("renda/part/static/part.css", "body {}"), ["static"]),
        (lambda project: shutil.rmtree(project.root / "static"), ["static"]),
        (lambda project: setattr(project, "applied", []), ["migrate"]),
        (lambda project: setattr(project, "applied", [2, 2]), ["migrate"]),
        (lambda project: setattr(project, "database", [1, 2]), ["migrate", "demo"]),
        (lambda project: (project.root / "sign_ins.json").unlink(), ["demo"]),
    ],
)
def test_what_has_changed_is_done_again(
    project: Project, change: Callable[[Project], object], steps: list[str]
) -> None:
    project.start()
    change(project)
    assert project.start() == steps


def test_an_interrupted_demo_city_is_completed(project: Project) -> None:
    project.exit_status = -9
    with pytest.raises(stamps.StepError):
        project.start()
    project.exit_status = 0
    assert project.start() == ["demo"]


def test_the_pages_are_started_first_and_the_others_when_they_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    supervisor = Supervisor(places=Places("127.0.0.1", 1, "127.0.0.1", 2, 3), server=None, say=lambda _: None)
    begun: list[str] = []
    seen: list[list[str]] = []
    answers = iter([False, False, True])
    monkeypatch.setattr(Child, "start", lambda self: begun.append(self.name))

    def answer(_: Supervisor) -> bool:
        seen.append(list(begun))
        return next(answers)

    def ready() -> None:
        seen.append(list(begun))
        supervisor.stopping = True

    monkeypatch.setattr(Supervisor, "_answers", answer)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    supervisor.run(ready)
    assert seen == [["公众区网页", "内部区网页"]] * 3 + [["公众区网页", "内部区网页", "实时消息", "后台任务"]]


def test_a_process_starts_without_what_it_may_never_need(tmp_path: Path) -> None:
    code = f"import sys, renda.site.wsgi; print(*sorted({HEAVY!r} & set(sys.modules)))"
    told = python("-W", "ignore", "-c", code, RENDA_DATA_DIR=str(tmp_path))
    assert (told.returncode, told.stdout.strip()) == (0, ""), told.stderr
