"""The disk of the database is full: writes are refused as such, what was acknowledged stays, and it goes on with space."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from renda.site.database import Server, lease

pytestmark = pytest.mark.process
SIZE = 400  # megabytes: an empty cluster, its write-ahead log, and some room


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of its own; only root may mount one, and not in every container."""
    folder = Path(tempfile.mkdtemp(prefix="renda-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}m,mode=755", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        folder.rmdir()
        pytest.skip("a small disk needs root and a container that may mount")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
    folder.rmdir()


def fill(disk: Path) -> Path:
    """Take all the space there is."""
    ballast = disk / "ballast"
    left = shutil.disk_usage(disk).free
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(left - 64 * 1024, 1))
    return ballast


def heap_up(server: Server) -> tuple[int, psycopg.OperationalError]:
    """Store row after row until the database refuses one: how many were acknowledged, and the refusal.

    Django knows it as an OperationalError too; the page for those is 503 (kernel/ui/tests/test_faults.py).
    """
    acknowledged = 0
    with psycopg.connect(server.url("renda_app"), autocommit=True) as app:
        while acknowledged < 100_000:
            try:
                app.execute("INSERT INTO heavy VALUES (%s, repeat(md5(%s::text), 2000))", [acknowledged, acknowledged])
            except psycopg.OperationalError as error:
                return acknowledged, error
            acknowledged += 1
    pytest.fail("the disk never filled")


def test_nothing_acknowledged_is_lost_and_it_goes_on(small_disk: Path) -> None:
    told: list[str] = []
    with lease(Server(small_disk / "data"), told.append) as server:
        assert server is not None
        with psycopg.connect(server.url("renda_owner"), autocommit=True) as owner:
            owner.execute("CREATE TABLE heavy (id bigint PRIMARY KEY, body text)")
        ballast = fill(small_disk)
        acknowledged, refused = heap_up(server)
        # Either the table could not grow (53100), or the log could not and the server went down to come back.
        assert refused.sqlstate in {"53100", "57P02", None}
        ballast.unlink()
        server.start(told.append)

        with psycopg.connect(server.url("renda_app"), autocommit=True) as again:
            again.execute("INSERT INTO heavy VALUES (-1, 'x')")
            row = again.execute("SELECT count(*) FROM heavy WHERE id >= 0").fetchone()
        # One more may have been stored whose answer was lost; none less.
        assert row is not None
        assert row[0] in {acknowledged, acknowledged + 1}
