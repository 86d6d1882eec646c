"""Whose process the database is. initdb refuses root, and so do we."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAMES = ("postgres", "renda")


@dataclass(frozen=True)
class Account:
    """The ordinary user under which PostgreSQL runs."""

    name: str
    uid: int
    gid: int

    @property
    def is_own(self) -> bool:
        return self.uid == os.geteuid()

    def run(self, command: Sequence[str | Path], *, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Run a command as this account, output captured; its exit status is the caller's to judge."""
        return subprocess.run(
            [str(word) for word in command],
            **self.process_options(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
        )

    def process_options(self) -> dict[str, Any]:
        """Keywords for ``subprocess``: the user, no other groups, a working directory it can enter, plain messages."""
        options: dict[str, Any] = {"cwd": "/", "env": {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}}
        if not self.is_own:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return options

    def own(self, path: Path, mode: int) -> None:
        """Make a folder or file this account's."""
        if not self.is_own:
            os.chown(path, self.uid, self.gid)
        path.chmod(mode)


def database_account() -> Account:
    """The caller, or under root: ``postgres`` if it exists, else ``renda``, created without a password or a shell.

    Raises:
        OSError: the account could not be created.
    """
    if os.geteuid() != 0:
        return _account(pwd.getpwuid(os.geteuid()))
    for name in NAMES:
        try:
            return _account(pwd.getpwnam(name))
        except KeyError:
            continue
    nologin = shutil.which("nologin") or "/usr/sbin/nologin"
    made = subprocess.run(
        ["useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", nologin, "renda"],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise OSError(f"无法创建系统用户 renda: {made.stderr.strip()}")
    return _account(pwd.getpwnam("renda"))


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
