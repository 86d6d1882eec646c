"""Who keeps renda's own PostgreSQL up: every command that uses it holds a shared lock, the last one stops it.

The stopping is done by a keeper, a shell that waits for the end of its input: it comes whether the command ends, is
interrupted or is killed. So nobody is left behind, and no second command loses the database under its feet.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from renda.site.database.server import Say, Server

# "$1" lock file, the rest: the command that stops the server. flock gives up when anybody else holds the lock.
_KEEPER = 'cat >/dev/null; lock="$1"; shift; exec flock -w 1 "$lock" "$@"'


@contextlib.contextmanager
def lease(server: Server, say: Say) -> Iterator[Server]:
    """A running server, with roles and database; stopped at the end unless another command uses it.

    Raises:
        ServerError: it could not be made or started.
    """
    server.root.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        # One at a time makes and starts; the others wait a moment and find it done.
        with _locked(server.root / "start.lock", fcntl.LOCK_EX):
            server.make(say)
            stack.enter_context(_keeper(server, server.root / "database.lock"))
            server.start(say)
            server.create()
        yield server


@contextlib.contextmanager
def leased(root: Path, say: Say) -> Iterator[Server | None]:
    """The database this process shall use, named in the environment for Django and for child processes.

    ``RENDA_DATABASE_URL`` set: that one, and None is yielded; else a lease on renda's own.

    Raises:
        NoPostgresError: none was found.
        ServerError: it could not be made or started.
    """
    if os.environ.get("RENDA_DATABASE_URL"):
        yield None
        return
    with lease(Server(root), say) as server:
        os.environ["RENDA_DATABASE_URL"] = server.url("renda_app")
        os.environ["RENDA_OWNER_DATABASE_URL"] = server.url("renda_owner")
        os.environ["RENDA_PUBLIC_DATABASE_URL"] = server.url("renda_public")
        try:
            yield server
        finally:
            for role in ("", "OWNER_", "PUBLIC_"):
                del os.environ[f"RENDA_{role}DATABASE_URL"]


@contextlib.contextmanager
def _locked(path: Path, kind: int) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, kind)
        yield


@contextlib.contextmanager
def _keeper(server: Server, lock: Path) -> Iterator[None]:
    """Hold the shared lock, and leave somebody behind who stops the server when the last holder is gone."""
    with contextlib.ExitStack() as held:
        held.enter_context(_locked(lock, fcntl.LOCK_SH))
        keeper = subprocess.Popen(
            ["/bin/sh", "-c", _KEEPER, "renda-keeper", str(lock), *server.stop_command()],
            **server.account.process_options(),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert keeper.stdin is not None
        try:
            yield
        finally:
            held.close()
            keeper.stdin.close()
            keeper.wait()
