"""One PostgreSQL on one data directory: made, configured, started, stopped."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from renda.site.database import binaries as programs
from renda.site.database import roles
from renda.site.database.account import database_account

Say = Callable[[str], None]

PORT = 5432
START_SECONDS = 60
# A socket's path may have 107 bytes; PostgreSQL adds "/.s.PGSQL.5432.lock".
LONGEST_SOCKET = 85

DURABLE = {
    # An acknowledged message survives a crash: measured 0 lost in 20 kills; "off" lost 2 to 19 each time.
    "synchronous_commit": "on",
    "fsync": "on",
}
# Only for throw-away databases of tests.
FRAGILE = {"synchronous_commit": "off", "fsync": "off", "full_page_writes": "off"}

SETTINGS = {
    "listen_addresses": "''",
    "port": str(PORT),
    "max_connections": "100",
    "shared_buffers": "'256MB'",
    "effective_cache_size": "'1GB'",
    "max_wal_size": "'2GB'",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    # Short statements: compiling them costs more than it gains.
    "jit": "off",
    "timezone": "'Asia/Shanghai'",
    "log_timezone": "'Asia/Shanghai'",
    # Seven files, one a weekday, each overwritten after a week.
    "logging_collector": "on",
    "log_directory": "'log'",
    "log_filename": "'postgresql-%a.log'",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "'1d'",
    "log_rotation_size": "0",
    "log_file_mode": "0600",
    "log_line_prefix": "'%m [%p] %u '",
}


class ServerError(RuntimeError):
    """PostgreSQL could not be made or started; the message is a Chinese sentence with its last words."""


class Server:
    """The PostgreSQL that renda runs itself.

    Args:
        root: renda's data directory.
        durable: False only for databases that are thrown away.
    """

    def __init__(self, root: Path, *, durable: bool = True, wheels_only: bool = False) -> None:
        self.root = root
        self.durable = durable
        self.account = database_account()
        self.binaries = programs.find(root, wheels_only=wheels_only)
        self.data = root / f"postgres-{self.binaries.version}"
        self.socket = _socket_folder(root)

    def url(self, role: str, database: str = "renda") -> str:
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket), safe='')}"

    def is_up(self) -> bool:
        """Whether it takes connections now."""
        ready = self.binaries.program("pg_isready")
        return self.account.run([ready, "-q", "-h", self.socket, "-p", str(PORT), "-d", "postgres"]).returncode == 0

    def postmaster(self) -> int | None:
        """The process id in postmaster.pid, whether it lives or not."""
        try:
            return int((self.data / "postmaster.pid").read_text(encoding="ascii").split()[0])
        except (OSError, ValueError, IndexError):
            return None

    def make(self, say: Say) -> None:
        """Make the data directory if there is none. What an interrupted initdb left is made anew.

        Raises:
            ServerError: initdb said no, or the folder is out of the account's reach.
        """
        self._reach()
        if self.data.exists():
            return
        say(f"正在建立数据库(PostgreSQL {self.binaries.version},{self.binaries.origin}):{self.data}")
        half = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir()
        self.account.own(half, 0o700)
        command: list[str | Path] = [self.binaries.program("initdb"), "-D", half, "-U", "postgres", "-A", "peer", "-k"]
        made = self.account.run([*command, "-E", "UTF8", "--locale=C.UTF-8", *([] if self.durable else ["-N"])])
        if made.returncode:
            raise ServerError(f"建立数据库失败:{_last_words(made.stderr or made.stdout)}")
        with (half / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write("\ninclude = 'renda.conf'\n")
        half.rename(self.data)

    def start(self, say: Say, *, seconds: float = START_SECONDS) -> None:
        """Bring it up, and try again until the deadline.

        Right after a kill -9 the first try fails on postmaster.pid (the killed process is not gone yet); it is never
        deleted here: only PostgreSQL can tell whether it is stale.

        Raises:
            ServerError: not up after ``seconds``.
        """
        if self.is_up():
            return
        self._configure()
        deadline = time.monotonic() + seconds
        log = self.data / "start.log"
        command: list[str | Path] = [
            self.binaries.program("pg_ctl"),
            "start",
            "-D",
            self.data,
            "-l",
            log,
            "-w",
            "-t",
            "10",
            "-s",
        ]
        said = ""
        while not self.is_up():
            self._reap()
            tried = self.account.run(command)
            if tried.returncode == 0:
                continue
            said = tried.stderr
            if time.monotonic() > deadline:
                with contextlib.suppress(OSError):
                    said = log.read_text(encoding="utf-8", errors="replace")
                raise ServerError(f"{seconds:.0f} 秒内未能启动数据库:{_last_words(said)}")
            time.sleep(0.3)
        say(f"数据库已启动(PostgreSQL {self.binaries.version},{self.binaries.origin})")

    def create(self) -> None:
        """Roles and database, once for a data directory, and again when there is another role or right."""
        stamp, said = self.data / "renda.roles", roles.version()
        if not stamp.exists() or stamp.read_text(encoding="utf-8") != said:
            roles.create(self.url("postgres", "postgres"), template=True)
            self._write("renda.roles", said)

    def stop_command(self) -> list[str]:
        """The command that ends it: open transactions are rolled back, nothing acknowledged is lost."""
        pg_ctl = self.binaries.program("pg_ctl")
        return [str(word) for word in (pg_ctl, "stop", "-D", self.data, "-m", "fast", "-w", "-t", "60", "-s")]

    def _reach(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        if not self.account.is_own:
            # Passed through, not listed: the database's account must reach its own folder in there.
            self.root.chmod(self.root.stat().st_mode | 0o711)
        self.socket.mkdir(exist_ok=True)
        if self.socket.stat().st_uid not in (0, os.geteuid(), self.account.uid) or self.socket.is_symlink():
            raise ServerError(f"{self.socket} 属于别的用户,不能使用。")
        self.account.own(self.socket, 0o700)
        if self.account.run(["test", "-x", self.socket]).returncode:
            raise ServerError(f"系统用户 {self.account.name} 进不了 {self.root},请用 RENDA_DATA_DIR 指定别的目录。")
        if self.binaries.wheel and not self.account.is_own:
            self._reach_programs()

    def _reach_programs(self) -> None:
        try:
            reached = self.account.run([self.binaries.program("pg_ctl"), "--version"]).returncode == 0
        except PermissionError:
            reached = False
        if not reached:
            self.binaries = programs.within_reach(self.binaries, self.root)

    def _configure(self) -> None:
        settings = {**SETTINGS, **(DURABLE if self.durable else FRAGILE), "unix_socket_directories": f"'{self.socket}'"}
        self._write("renda.conf", "".join(f"{name} = {value}\n" for name, value in settings.items()))
        self._write("pg_hba.conf", "local all all peer map=renda\nlocal replication all peer map=renda\n")
        people = {"root", self.account.name, pwd.getpwuid(os.geteuid()).pw_name}
        names = ("postgres", *roles.ROLES)
        lines = [f'renda "{person}" {name}\n' for person in sorted(people) for name in names]
        self._write("pg_ident.conf", "".join(lines))

    def _write(self, name: str, text: str) -> None:
        path = self.data / name
        half = path.with_suffix(".new")
        half.write_text(text, encoding="utf-8")
        self.account.own(half, 0o600)
        half.replace(path)

    def _reap(self) -> None:
        # A killed postmaster that is our child (the supervisor adopts orphans) stays a zombie, and PostgreSQL takes
        # a zombie for a living server.
        pid = self.postmaster()
        if pid is not None:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)


def _socket_folder(root: Path) -> Path:
    folder = root.absolute() / "socket"
    if len(os.fsencode(folder)) <= LONGEST_SOCKET:
        return folder
    short = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"renda-{os.geteuid()}-{short}"


def _last_words(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " / ".join(lines[-3:]) or "没有说明原因"
