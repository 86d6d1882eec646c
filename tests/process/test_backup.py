"""A backup comes back whole onto an empty machine; what was killed half-way or damaged is never taken for one."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from renda.site.database import Server, lease
from tests.process.harness import PROJECT

pytestmark = pytest.mark.process
PLACES = PROJECT / "renda/congress/data/huanggang_places_2025.csv"


def renda(root: Path, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "renda", *words],
        env=environment(root),
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not check or done.returncode == 0, done.stderr
    return done


def environment(root: Path) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("RENDA_", "PYTEST_"))}
    return ours | {
        "RENDA_DATA_DIR": str(root),
        "PYTHONPATH": str(PROJECT),
        "DJANGO_SETTINGS_MODULE": "renda.site.settings",
    }


def quiet(sentence: str) -> None:
    """Says nothing."""


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="renda-backup-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def made(place: Path) -> Path:
    """A site with rows, an audit chain, a file and keys; and its backup."""
    root = place / "old"
    with lease(Server(root, durable=False), quiet):
        renda(root, "places", "import", str(PLACES), "--as-of", "2025-01-01")
        renda(root, "audit", "seal")
        (root / "files/ab").mkdir(parents=True)
        (root / "files/ab/abcd").write_bytes(b"picture")
        (root / "field.keys").write_text("key", encoding="utf-8")
        renda(root, "backup", str(place / "backups"))
    (backup,) = (one for one in (place / "backups").iterdir() if one.suffix != ".keys")
    # Kept apart, as one is told to.
    backup.with_suffix(".keys").rename(place / "keys")
    return backup


def rows(root: Path) -> dict[str, int]:
    with lease(Server(root, durable=False), quiet) as server, psycopg.connect(server.url("renda_backup")) as connection:
        return {
            table: (connection.execute(f"SELECT count(*) FROM {table}").fetchone() or (0,))[0]
            for table in ("congress_place", "kernel_audit_auditentry", "kernel_audit_auditseal")
        }


def test_it_comes_back_whole_and_verifies(place: Path, made: Path) -> None:
    new = place / "new"
    said = renda(new, "restore", str(made), "--keys", str(place / "keys")).stderr
    assert "恢复完成" in said
    manifest = json.loads((made / "manifest.json").read_text(encoding="utf-8"))
    found = rows(new)
    assert found == {table: manifest["rows"][f"public.{table}"] for table in found}
    assert min(found.values()) > 0
    assert (new / "files/ab/abcd").read_bytes() == b"picture"
    assert (new / "field.keys").read_text(encoding="utf-8") == "key"
    assert "发现 0 处问题" in renda(new, "audit", "verify").stdout
    with lease(Server(new, durable=False), quiet) as server, psycopg.connect(server.url("renda_app")) as connection:
        # Walls and powers came back too.
        assert connection.execute("SELECT count(*) FROM kernel_audit_auditentry").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM kernel_audit_auditseal")


def test_a_database_with_rows_is_never_overwritten(place: Path, made: Path) -> None:
    refused = renda(place / "old", "restore", str(made), "--keys", str(place / "keys"), check=False)
    assert refused.returncode == 1
    assert "不是空的" in refused.stderr


def test_without_its_keys_nothing_is_begun(place: Path, made: Path) -> None:
    refused = renda(place / "keyless", "restore", str(made), check=False)
    assert refused.returncode == 1
    assert "field.keys" in refused.stderr
    assert not list((place / "keyless").glob("postgres-*"))


def test_one_flipped_byte_is_named(place: Path, made: Path) -> None:
    damaged = place / "damaged"
    shutil.copytree(made, damaged)
    dump = bytearray((damaged / "database.dump").read_bytes())
    dump[len(dump) // 2] ^= 1
    (damaged / "database.dump").write_bytes(dump)
    refused = renda(place / "third", "restore", str(damaged), check=False)
    assert refused.returncode == 1
    assert "database.dump" in refused.stderr
    assert not (place / "third").exists()


def test_another_key_is_not_overwritten(place: Path, made: Path) -> None:
    root = place / "keyed"
    root.mkdir()
    (root / "field.keys").write_text("another", encoding="utf-8")
    refused = renda(root, "restore", str(made), "--keys", str(place / "keys"), check=False)
    assert refused.returncode == 1
    assert (root / "field.keys").read_text(encoding="utf-8") == "another"


@pytest.mark.parametrize("after", [0.3, 0.8, 1.5])
def test_a_killed_backup_is_none_and_a_killed_restore_is_done_again(place: Path, made: Path, after: float) -> None:
    folder, root = place / f"killed-{after}", place / f"again-{after}"
    with lease(Server(place / "old", durable=False), quiet):
        _killed(place / "old", after, "backup", str(folder))
    for left in folder.glob("*"):
        assert left.suffix in {".part", ".keys"} or (left / "manifest.json").exists()
    words = ("restore", str(made), "--keys", str(place / "keys"))
    _killed(root, after, *words)
    assert "恢复完成" in (done := renda(root, *words, check=False)).stderr or "不是空的" in done.stderr
    assert rows(root) == rows(place / "new")


def _killed(root: Path, after: float, *words: str) -> None:
    command = [sys.executable, "-m", "renda", *words]
    process = subprocess.Popen(
        command, env=environment(root), cwd=PROJECT, stderr=subprocess.DEVNULL, start_new_session=True
    )
    time.sleep(after)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
