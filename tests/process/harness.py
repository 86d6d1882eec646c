"""A whole site as a process: started on a data directory of its own, looked into, hurt on purpose, and stopped.

For the process tests and for ``bench/crash.py``. Every process is ended by its id, found in /proc below the main one.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
READY_WORDS = "已就绪"


def until(true: Callable[[], bool], seconds: float) -> float:
    """Wait until ``true()``; returns the seconds it took.

    Raises:
        TimeoutError: not within ``seconds``.
    """
    begun = time.monotonic()
    while not true():
        if time.monotonic() - begun > seconds:
            raise TimeoutError(f"not within {seconds} s")
        time.sleep(0.05)
    return time.monotonic() - begun


def free_port() -> int:
    """A port that is free, and the next two as well."""
    while True:
        with socket.socket() as first, socket.socket() as second, socket.socket() as third:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            with contextlib.suppress(OSError, OverflowError):
                second.bind(("127.0.0.1", port + 1))
                third.bind(("127.0.0.1", port + 2))
                return port


class Site:
    """One ``renda serve``: the inner zone at ``port``, the live process at the next one, the public zone at the third.

    Args:
        root: its data directory; a second Site on the same one shares the database.
        settings: the settings module of its processes.
        more: further environment of its processes.
    """

    def __init__(
        self, root: Path, *, port: int = 0, settings: str = "renda.site.settings", more: Mapping[str, str] | None = None
    ) -> None:
        self.root = root
        self.port = port or free_port()
        self.public_port = self.port + 2
        self.log = root.parent / f"serve-{self.port}.log"
        self.settings = settings
        self.more = dict(more or {})
        self.process: subprocess.Popen[bytes] | None = None

    def environment(self) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("RENDA_", "PYTEST_"))}
        return ours | {
            "RENDA_DATA_DIR": str(self.root),
            "PYTHONPATH": str(PROJECT),
            "DJANGO_SETTINGS_MODULE": self.settings,
            "COLUMNS": "200",
            **self.more,
        }

    def start(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "renda", "serve"),
                    *("--port", str(self.public_port), "--inner-port", str(self.port)),
                ],
                env=self.environment(),
                cwd=PROJECT,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self.process

    def start_ready(self, seconds: float = 120) -> float:
        """Start and wait for the ready line; returns the seconds it took."""
        lines = self.said().count(READY_WORDS)
        process = self.start()

        def ready() -> bool:
            assert process.poll() is None, self.said()
            return self.said().count(READY_WORDS) > lines

        return until(ready, seconds)

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def get(self, path: str = "/", *, port: int = 0, timeout: float = 10) -> int:
        """The status of one request on a connection of its own.

        Raises:
            OSError, http.client.HTTPException: no whole answer came.
        """
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=timeout)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    def answers(self, path: str = "/", *, port: int = 0) -> bool:
        """Whether the page, which reads the database, comes without a fault of the server."""
        try:
            return self.get(path, port=port, timeout=3) < 500
        except (OSError, http.client.HTTPException):
            return False

    def live_answers(self) -> bool:
        return self.answers("/health", port=self.port + 1)

    @property
    def main(self) -> int:
        assert self.process is not None
        return self.process.pid

    def web_workers(self) -> list[int]:
        return [pid for main in self._children("renda.site.wsgi") for pid in children_of(main)]

    def public_workers(self) -> list[int]:
        return [pid for main in self._children("renda.site.public_wsgi") for pid in children_of(main)]

    def live_workers(self) -> list[int]:
        return [pid for main in self._children("renda.site.asgi") for pid in children_of(main)]

    def public_mains(self) -> list[int]:
        return self._children("renda.site.public_wsgi")

    def web_mains(self) -> list[int]:
        return self._children("renda.site.wsgi")

    def job_workers(self) -> list[int]:
        return self._children("renda work")

    def postmaster(self) -> int:
        """The database server's process id.

        Raises:
            FileNotFoundError: it does not run.
        """
        (pid_file,) = self.root.glob("postgres-*/postmaster.pid")
        return int(pid_file.read_text(encoding="ascii").split()[0])

    def everybody(self) -> set[int]:
        """The main process and all below it, the database server among them."""
        pids = {self.main, *descendants(self.main)}
        with contextlib.suppress(ValueError, OSError):
            pids |= {self.postmaster(), *descendants(self.postmaster())}
        return pids

    def stop(self, seconds: float = 40) -> int:
        """SIGTERM, and the exit status."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def _children(self, words: str) -> list[int]:
        return [pid for pid in children_of(self.main) if words in command_of(pid)]


@contextlib.contextmanager
def site(settings: str = "renda.site.settings", more: Mapping[str, str] | None = None) -> Iterator[Site]:
    """A site on an empty data directory that is removed afterwards, with all its processes."""
    folder = Path(tempfile.mkdtemp(prefix="renda-site-"))
    # The database's own account must pass through.
    folder.chmod(0o755)
    one = Site(folder / "data", settings=settings, more=more)
    try:
        yield one
    finally:
        if one.process is not None:
            try:
                one.stop()
            except subprocess.TimeoutExpired:
                for pid in one.everybody():
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)


def alive(pid: int) -> bool:
    """Whether the process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def children_of(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text(encoding="ascii").split()
        ]
    return []


def descendants(pid: int) -> set[int]:
    found: set[int] = set()
    for child in children_of(pid):
        found |= {child} | descendants(child)
    return found


def command_of(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    return ""
