"""Work of a start that is done once: tables, static files, the demo city; each with a stamp of what it was done for."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import psycopg

from renda.site.serve.process import die_with_parent

Say = Callable[[str], None]

PROJECT = Path(__file__).resolve().parents[3]


class StepError(RuntimeError):
    """A step of the start failed; the message is a Chinese sentence with the step's last words."""


def migrate(root: Path, say: Say) -> None:
    """Bring the tables up to date, as renda_owner; nothing is started when code and database are as last time.

    Raises:
        StepError: a migration failed; what was migrated before it stays, the next start goes on from there.
    """
    stamp = root / "migrated.json"
    # Flows and deadline rules become rows after a migrate.
    files = [
        path
        for kind in ("migrations/*.py", "flows/*.toml", "deadlines.csv")
        for path in PROJECT.glob(f"renda/**/{kind}")
    ]
    code = _digest([*_contents(files), (PROJECT / "requirements.lock").read_bytes()])
    database, applied = _database()
    if applied and _read(stamp) == {"code": code, "database": database, "applied": applied}:
        return
    say("正在建立或更新数据表……")
    _step("migrate", ["migrate", "--no-input"], say, {"RENDA_ROLE": "owner"}, progress=r"Applying (\S+?)\.\.\. OK")
    database, applied = _database()
    _write(stamp, {"code": code, "database": database, "applied": applied})


def collect_static(root: Path, say: Say) -> None:
    """Collect and compress the static files unless they are the same as last time.

    Raises:
        StepError: a file could not be read or written.
    """
    stamp = root / "static.json"
    parts = [f"{path}:{path.stat().st_mtime_ns}:{path.stat().st_size}".encode() for path in _static_sources()]
    code = _digest(parts)
    if _read(stamp) == {"code": code} and (root / "static").is_dir():
        return
    say("正在整理页面文件……")
    _step("static", ["collectstatic", "--no-input", "--verbosity", "1"], say, {}, progress="")
    _write(stamp, {"code": code})


def demo(root: Path, say: Say) -> None:
    """Build the demo city of this database, once; what an interrupted start left of it is completed.

    Raises:
        StepError: it was not built to its end.
    """
    stamp = root / "demo.json"
    database, _ = _database()
    # The sign-ins are written before the city's messages: only the stamp says that the city is whole.
    if _read(stamp) == {"database": database} and (root / "sign_ins.json").exists():
        return
    say("正在建立演示城市……")
    # Interrupted with us; its terminal is ours, so that its progress is seen.
    made = subprocess.Popen([sys.executable, "-m", "renda", "demo"], env=environment(), preexec_fn=die_with_parent)  # noqa: PLW1509 - as below
    if made.wait():
        raise StepError("演示城市没有建成;再次运行会接着做。")
    _write(stamp, {"database": database})


def _step(name: str, words: list[str], say: Say, extra: dict[str, str], *, progress: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "renda", *words],
        env=environment() | extra,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        preexec_fn=die_with_parent,  # noqa: PLW1509 - single-threaded, and there is no other place for it
    )
    assert process.stdout is not None
    said: list[str] = []
    for line in process.stdout:
        said.append(line.rstrip())
        if progress and (match := re.search(progress, line)):
            say(f"  {match[1]}")
    if process.wait():
        raise StepError(f"{name} 没有完成:" + "\n".join(said[-15:]))


def environment() -> dict[str, str]:
    """The environment of a child: ours, and the project on Python's path wherever we were started."""
    path = os.pathsep.join(filter(None, [str(PROJECT), os.environ.get("PYTHONPATH", "")]))
    return {"DJANGO_SETTINGS_MODULE": "renda.site.settings", **os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}


def _database() -> tuple[list[int], list[int]]:
    """Which database of which server this is, and how far it is migrated (empty: not at all)."""
    url = os.environ.get("RENDA_OWNER_DATABASE_URL") or os.environ["RENDA_DATABASE_URL"]
    with psycopg.connect(url, connect_timeout=10, autocommit=True) as connection:
        row = connection.execute(
            "SELECT system_identifier, oid, to_regclass('django_migrations') IS NOT NULL"
            " FROM pg_control_system(), pg_database WHERE datname = current_database()"
        ).fetchone()
        assert row is not None
        system, number, has_tables = row
        applied = has_tables and connection.execute("SELECT count(*), max(id) FROM django_migrations").fetchone()
    return [system, number], list(applied or ())


def _static_sources() -> list[Path]:
    own = [path for path in PROJECT.glob("renda/**/static/**/*") if path.is_file()]
    site = [PROJECT / "renda/site/settings.py", PROJECT / "renda/site/static.py", PROJECT / "package-lock.json"]
    return sorted([*own, *(path for path in site if path.exists())])


def _contents(paths: Iterable[Path]) -> list[bytes]:
    return [f"{path.relative_to(PROJECT)}\n".encode() + path.read_bytes() for path in sorted(paths)]


def _digest(parts: list[bytes]) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _read(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _write(path: Path, value: object) -> None:
    half = path.with_suffix(".new")
    half.write_text(json.dumps(value), encoding="utf-8")
    half.replace(path)
