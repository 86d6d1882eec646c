"""``renda backup`` and ``renda restore``: one moment of the whole site in a folder, and back onto an empty machine.

The folder holds the database (pg_dump's own format), uploaded files, and last of all ``manifest.json``: the digest of
every file, the number of rows of every table and the head of every audit chain, counted in the same snapshot that was
dumped. A folder without a manifest is no backup: whatever was killed half-way leaves ``NAME.part`` behind. Keys lie beside it
in ``NAME.keys``, to be kept apart: who has both has everything, who has lost the keys has lost what they encrypt.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from renda.site.database import binaries, leased, roles
from renda.site.environment import data_directory

Say = Callable[[str], None]

MANIFEST = "manifest.json"
DUMP = "database.dump"
FILES, KEYS = "files", ".keys"
# What opens encrypted columns and signs: without them a backup is half of one, with them it must be locked away.
KEY_PATTERNS = ("*.key", "*.keys", "*.pub")
_CHUNK = 1024 * 1024


class BackupError(RuntimeError):
    """A backup or its return was not possible; the message is a Chinese sentence."""


def backup(words: Sequence[str], say: Say) -> int:
    """``renda backup DIR``: a new folder in DIR, named after the moment; the site goes on working.

    Raises:
        BackupError: the database said no, or the disk is full; nothing that looks like a backup is left.
    """
    parser = argparse.ArgumentParser("renda backup", description="备份数据库、文件和密钥")
    parser.add_argument("folder", type=Path, help="备份存放的目录")
    folder: Path = parser.parse_args(list(words)).folder
    root = data_directory()
    final = folder / f"{datetime.now().astimezone():%Y%m%d-%H%M%S}"
    half = final.with_suffix(".part")
    with _told("备份没有完成"), leased(root, say) as server:
        half.mkdir(parents=True, mode=0o700)
        url = server.url("renda_backup") if server else _as_backup(os.environ["RENDA_DATABASE_URL"])
        manifest = _dump(url, half, say)
        say("正在复制文件……")
        _copy(_files_folder(root), half / FILES)
        for key in _keys(root):
            _copy(key, final.with_suffix(KEYS) / key.name)
        manifest["files"] = {str(path.relative_to(half)): _digest(path) for path in _all_files(half)}
        manifest["keys"] = {key.name: _digest(key) for key in _keys(root)}
        _write(half / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
        half.rename(final)
    rows = sum(manifest["rows"].values())
    say(f"备份完成:{final}({rows:,} 行、{len(manifest['files'])} 个文件)。")
    say(f"密钥在 {final.with_suffix(KEYS)},请移到另一处保管:两者在一起就能读出全部内容,丢了密钥就读不出加密内容。")
    return 0


def restore(words: Sequence[str], say: Say) -> int:
    """``renda restore FOLDER``: onto a machine whose data directory and database are empty; all or nothing.

    Raises:
        BackupError: the folder is damaged, something is there already, or the counts afterwards are not those of before.
    """
    parser = argparse.ArgumentParser("renda restore", description="把备份恢复到空的数据目录")
    parser.add_argument("folder", type=Path, help="一次备份的目录")
    parser.add_argument("--keys", type=Path, help="密钥目录(默认为旁边的同名 .keys)")
    options = parser.parse_args(list(words))
    folder: Path = options.folder
    manifest = _checked(folder, say)
    root = data_directory()
    with _told("恢复没有完成"):
        _bring_keys(options.keys or folder.with_suffix(KEYS), root, manifest["keys"])
        _copy(folder / FILES, _files_folder(root))
        with leased(root, say) as server:
            url = server.url("renda_owner") if server else os.environ["RENDA_OWNER_DATABASE_URL"]
            _load(url, folder / DUMP, say)
            counting = server.url("renda_backup") if server else _as_backup(os.environ["RENDA_DATABASE_URL"])
            with psycopg.connect(counting) as connection:
                found = _counted(connection)
    for part, title in (("rows", "行数"), ("chains", "审计链")):
        if found[part] != manifest[part]:
            raise BackupError(f"恢复后的{title}与备份时不一致,请不要使用这个数据库。")
    say(f"恢复完成:{sum(found['rows'].values()):,} 行,{len(found['chains'])} 条审计链与备份时一致。")
    return 0


def _dump(url: str, half: Path, say: Say) -> dict[str, Any]:
    """Dump one snapshot, and count in the same."""
    with psycopg.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        (snapshot,) = connection.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        say("正在导出数据库……")
        version = connection.info.server_version // 10000
        command = [_program("pg_dump", version), "--format=custom", f"--snapshot={snapshot}", "--dbname", url]
        _run([*command, "--file", str(half / DUMP)])
        return {"made_at": datetime.now().astimezone().isoformat(), "server": version, **_counted(connection)}


def _counted(connection: psycopg.Connection) -> dict[str, Any]:
    """Rows of every table and the head of every audit chain, as renda_backup sees them: all of them."""
    tables = connection.execute(
        "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'public_zone') ORDER BY 1, 2"
    ).fetchall()
    rows = {}
    for schema, table in tables:
        query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, table))
        (rows[f"{schema}.{table}"],) = connection.execute(query).fetchone() or (0,)
    heads = connection.execute(
        "SELECT DISTINCT ON (tenant_id) tenant_id, seq, encode(chain_hash, 'hex') FROM kernel_audit_auditseal"
        " ORDER BY tenant_id, seq DESC"
    )
    return {"rows": rows, "chains": {str(tenant): [seq, head] for tenant, seq, head in heads}}


def _load(url: str, dump: Path, say: Say) -> None:
    """Fill an empty database in one transaction: a killed restore leaves it empty."""
    with psycopg.connect(url) as connection:
        (known,) = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() or (0,)
        version = connection.info.server_version // 10000
        if known:
            raise BackupError("数据库不是空的。恢复只能在空数据库上进行,以免覆盖现有数据。")
        roles.withdraw(connection)
    say("正在恢复数据库……")
    _run([_program("pg_restore", version), "--single-transaction", "--exit-on-error", "--dbname", url, str(dump)])


def _checked(folder: Path, say: Say) -> dict[str, Any]:
    """The manifest of a whole and undamaged backup."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise BackupError(f"{folder} 不是一份完整的备份(没有可读的 {MANIFEST})。") from None
    say("正在核对备份……")
    damaged = [name for name, digest in manifest["files"].items() if _digest(folder / name) != digest]
    if damaged:
        raise BackupError(f"备份已损坏:{'、'.join(damaged[:5])}。请换一份备份。")
    return manifest


def _bring_keys(folder: Path, root: Path, wanted: dict[str, str]) -> None:
    missing = [name for name, digest in wanted.items() if _digest(folder / name) != digest]
    if missing:
        raise BackupError(f"{folder} 中没有这份备份的密钥:{'、'.join(missing)}。请用 --keys 指明密钥所在目录。")
    for name, digest in wanted.items():
        if _digest(root / name) not in {"", digest}:
            raise BackupError(f"数据目录 {root} 已有另一把密钥 {name}。请换一个空的数据目录。")
        _copy(folder / name, root / name)


def _files_folder(root: Path) -> Path:
    return Path(os.environ.get("RENDA_FILES_DIR", root / "files"))


def _keys(root: Path) -> list[Path]:
    return sorted({path for pattern in KEY_PATTERNS for path in root.glob(pattern) if path.is_file()})


def _all_files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != MANIFEST)


def _copy(source: Path, target: Path) -> None:
    """A file or a folder, as it is; what is not there is nothing to copy."""
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    elif source.exists():
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copy2(source, target)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _program(name: str, version: int) -> str:
    """PostgreSQL's program of the server's version or the next one: an older one refuses, a much newer one says what the
    server does not know.
    """
    there = [one for one in (*binaries.on_machine(), *binaries.in_wheels()) if one.program(name).exists()]
    fitting = sorted((one for one in there if one.version >= version), key=lambda one: one.version)
    if fitting:
        return str(fitting[0].program(name))
    raise BackupError(f"找不到 PostgreSQL {version} 的 {name},请安装 postgresql-client-{version}。")


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        raise BackupError(" / ".join(done.stderr.strip().splitlines()[-3:]))


def _as_backup(url: str) -> str:
    """The same database as renda_backup: RENDA_BACKUP_DATABASE_URL where its password is another."""
    if "RENDA_BACKUP_DATABASE_URL" in os.environ:
        return os.environ["RENDA_BACKUP_DATABASE_URL"]
    return psycopg.conninfo.make_conninfo(url, user="renda_backup")


@contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except (OSError, psycopg.Error) as error:
        raise BackupError(f"{what}:{error}") from error
