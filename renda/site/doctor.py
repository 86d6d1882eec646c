"""``renda doctor``: what this machine has, what it lacks, and how to get it, in plain words."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from importlib import metadata
from pathlib import Path

import psycopg

from renda.site.environment import data_directory

PROJECT = Path(__file__).resolve().parents[2]
LEAST_DISK = 2 * 1024**3
OLDEST_NODE = 18
HOLIDAY_DAYS = 60


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    Attributes:
        ok: there and right.
        must: without it renda does not run.
        get: how to get it (only shown when it is not ok).
    """

    what: str
    ok: bool
    says: str
    get: str = ""
    must: bool = False


Check = Callable[[], Iterator[Finding]]


def doctor() -> int:
    """Print the report; returns 1 when something is missing without which renda does not run."""
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    missing = False
    for check in CHECKS:
        for finding in check():
            missing |= finding.must and not finding.ok
            mark = "[green]✓[/green]" if finding.ok else "[red]✗[/red]" if finding.must else "[yellow]![/yellow]"
            console.print(f"{mark} {finding.what}:{finding.says}")
            if not finding.ok and finding.get:
                console.print(f"    → {_for_whom(finding.get)}", markup=False)
    console.print("有必需项缺失,请先处理带 ✗ 的各项。" if missing else "必需项齐全。")
    return int(missing)


def _for_whom(advice: str) -> str:
    return advice if os.geteuid() == 0 else advice.replace("apt-get install", "sudo apt-get install")


def python() -> Iterator[Finding]:
    """Python and the packages of the lock file."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("Python", sys.version_info >= (3, 11), version, "apt-get install python3(需 3.11 以上)", must=True)
    wrong = [name for name, locked in _locked() if _installed(name) != locked]
    says = f"与锁定文件不一致:{'、'.join(wrong)}" if wrong else "与锁定文件一致"
    yield Finding("Python 软件包", not wrong, says, "在项目目录运行 make setup", must=True)


def _locked() -> list[tuple[str, str]]:
    """Names and versions of the lock file, without those for certain machines only."""
    lock = (PROJECT / "requirements.lock").read_text(encoding="utf-8")
    return re.findall(r"^([\w.-]+)==(\S+) \\$", lock, re.MULTILINE)


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def postgres() -> Iterator[Finding]:
    """Which PostgreSQL, whether it answers, its roles, locale and tables."""
    from renda.site.database import NoPostgresError, ServerError, leased
    from renda.site.database.server import Server

    if not os.environ.get("RENDA_DATABASE_URL"):
        try:
            binaries = Server(data_directory()).binaries
        except (NoPostgresError, OSError) as failure:
            yield Finding("PostgreSQL", ok=False, says=str(failure), must=True)
            return
        where = f"{binaries.version}({binaries.origin},{binaries.folder})"
        if binaries.wheel:
            where += ",仅供试用"
        yield Finding("PostgreSQL", not binaries.wheel, where, "正式使用请在建立数据之前 apt-get install postgresql")
        if not (data_directory() / f"postgres-{binaries.version}").exists():
            yield Finding("数据库", ok=True, says="尚未建立,首次 renda serve 时建立")
            return
    try:
        with leased(data_directory(), lambda _: None):
            url = os.environ["RENDA_DATABASE_URL"]
            with psycopg.connect(url, connect_timeout=10, autocommit=True) as connection:
                yield from _database(connection)
                yield from _tables(connection)
    except (ServerError, psycopg.Error) as failure:
        hint = "查看数据目录下 postgres-*/log 中的日志;外部数据库请检查 RENDA_DATABASE_URL"
        yield Finding("数据库连接", ok=False, says=str(failure).strip(), get=hint, must=True)


def _database(connection: psycopg.Connection) -> Iterator[Finding]:
    server = connection.info.server_version // 10000
    yield Finding("数据库连接", server >= 15, f"PostgreSQL {server}", "需要 PostgreSQL 15 以上", must=True)
    role = connection.execute(
        "SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    name, too_strong = role or ("?", True)
    says = f"{name} {'能绕过行级安全' if too_strong else '不能绕过行级安全'}"
    yield Finding("数据库角色", not too_strong, says, "renda database prepare URL 会建立正确的角色", must=True)
    outside = connection.execute(
        "SELECT rolsuper OR rolbypassrls OR has_schema_privilege(oid, 'public', 'USAGE') FROM pg_roles"
        " WHERE rolname = 'renda_public'"
    ).fetchone()
    says = "没有" if outside is None else "能看到内部区的表" if outside[0] else "只能接触公众区"
    hint = "renda database prepare URL 会建立正确的角色"
    yield Finding("公众区角色", outside is not None and not outside[0], f"renda_public {says}", hint, must=True)
    row = connection.execute(
        "SELECT datcollate, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()"
    ).fetchone()
    locale, encoding = row or ("", "")
    right = locale.lower().replace("-", "") == "c.utf8" and encoding == "UTF8"
    hint = "中文检索依赖 C.UTF-8:CREATE DATABASE … TEMPLATE template0 LOCALE 'C.UTF-8'"
    yield Finding("数据库区域", right, f"{locale}/{encoding}", hint, must=True)
    commit = connection.execute("SHOW synchronous_commit").fetchone()
    on = commit is not None and commit[0] == "on"
    yield Finding(
        "提交落盘", on, "synchronous_commit = on" if on else "已关闭,断电会丢失已受理的留言", "改为 on", must=True
    )


def _tables(connection: psycopg.Connection) -> Iterator[Finding]:
    from django.db.migrations.loader import MigrationLoader

    _django()
    try:
        applied = set(connection.execute("SELECT app, name FROM django_migrations").fetchall())
    except psycopg.errors.UndefinedTable:
        applied = set()
    missing = set(MigrationLoader(None).graph.nodes) - applied
    says = "已是最新" if not missing else f"有 {len(missing)} 项更新未执行"
    yield Finding("数据表", not missing, says, "renda serve 启动时自动执行,或 renda migrate")
    if not missing:
        yield from holidays()


def holidays() -> Iterator[Finding]:
    """Whether the calendar of working days is published for as far as open deadlines reach."""
    _django()
    from renda.kernel import clock
    from renda.kernel.deadlines.api import is_published

    end = clock.today() + timedelta(days=HOLIDAY_DAYS)
    known = is_published(end.year)
    says = f"{end.year} 年放假安排{'已录入' if known else '未录入,跨年的期限按周末推算并标明待定'}"
    yield Finding(
        "节假日",
        known,
        says,
        "国务院公布后由业务管理员在“工作日历与时限规则”中录入,或运行 renda deadlines load-year 年份 --file 通知.txt",
    )


def fonts() -> Iterator[Finding]:
    """A Chinese font, as those who set pages look for it."""
    from renda.kernel.documents.typesetting import MissingFontError, chinese_fonts

    try:
        found = "、".join(sorted(set(chinese_fonts())))
    except MissingFontError:
        found = ""
    yield Finding("中文字体", bool(found), found or "没有找到,PDF 无法生成", "apt-get install fonts-noto-cjk")


def tools() -> Iterator[Finding]:
    """Programs beside Python."""
    flock = shutil.which("flock")
    yield Finding("flock", bool(flock), flock or "没有找到", "apt-get install util-linux", must=True)
    node = _says("node", "--version").strip().removeprefix("v")
    new = node.split(".")[0].isdigit() and int(node.split(".")[0]) >= OLDEST_NODE
    yield Finding("Node.js", new, node or "没有找到", f"apt-get install nodejs(需 {OLDEST_NODE} 以上,仅安装时用)")
    npm = shutil.which("npm")
    yield Finding("npm", bool(npm), npm or "没有找到", "apt-get install npm(仅安装时用)")
    packages = PROJECT / "node_modules" / "@tabler" / "core"
    yield Finding(
        "前端软件包",
        packages.is_dir(),
        "已安装" if packages.is_dir() else "未安装",
        "在项目目录运行 make setup",
        must=True,
    )
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    yield Finding("Chromium", bool(browser), browser or "没有找到(仅测试用)", "apt-get install chromium")


def clamav() -> Iterator[Finding]:
    """The virus scanner for uploads."""
    path = os.environ.get("RENDA_CLAMAV_SOCKET", "/run/clamav/clamd.ctl")
    try:
        with socket.socket(socket.AF_UNIX) as scanner:
            scanner.settimeout(3)
            scanner.connect(path)
            scanner.sendall(b"zPING\0")
            ok = scanner.recv(16).startswith(b"PONG")
    except OSError:
        ok = False
    says = path if ok else "没有应答,上传的文件不做病毒扫描"
    yield Finding("ClamAV", ok, says, "apt-get install clamav-daemon clamav-freshclam")


def reading() -> Iterator[Finding]:
    """The program that reads screenshots and scanned letters."""
    names = ("tesseract", "pdftoppm")
    lacking = [name for name in names if shutil.which(name) is None]
    if not lacking and "chi_sim" not in _says("tesseract", "--list-langs").split():
        lacking = ["简体中文数据 chi_sim"]
    says = f"没有 {'、'.join(lacking)},截图和扫描件须照着录入" if lacking else "可识别截图和扫描件(tesseract,简体中文)"
    yield Finding("文字识别", not lacking, says, "apt-get install tesseract-ocr tesseract-ocr-chi-sim poppler-utils")


def proxy() -> Iterator[Finding]:
    """Behind a proxy that nobody named, all browsers have one address: one who guesses passwords slows down all."""
    if os.environ.get("RENDA_HTTPS", "0") in {"0", ""}:
        return
    named = os.environ.get("RENDA_TRUSTED_PROXIES", "")
    says = named or "没有设定,所有浏览器都被当作来自反向代理一个地址"
    yield Finding("反向代理", bool(named), says, "设定 RENDA_TRUSTED_PROXIES 为反向代理的地址,例如 127.0.0.1")


def disk() -> Iterator[Finding]:
    """Room for the database and files."""
    root = data_directory()
    place = next(path for path in (root, *root.parents) if path.exists())
    free = shutil.disk_usage(place).free
    yield Finding(
        "磁盘", free >= LEAST_DISK, f"{place} 余 {free / 1024**3:.1f} GB", "清理磁盘,或用 RENDA_DATA_DIR 换目录"
    )
    can = os.access(place, os.W_OK)
    yield Finding("数据目录", can, f"{root}{'' if can else ' 不可写'}", "用 RENDA_DATA_DIR 指定可写的目录", must=True)


def clock_is_right() -> Iterator[Finding]:
    """Deadlines are counted by this clock; a year before the newest file of the project it is surely wrong."""
    newest = max(path.stat().st_mtime for path in (PROJECT / "renda").rglob("*.py"))
    ok = time.time() > newest - 86400
    synchronised = _says("timedatectl", "show", "--property=NTPSynchronized", "--value").strip()
    says = time.strftime("%Y-%m-%d %H:%M:%S %z") + {"yes": ",已校时", "no": ",未校时"}.get(synchronised, "")
    yield Finding("时钟", ok and synchronised != "no", says, "timedatectl set-ntp true,或安装 chrony")


def _django() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "renda.site.settings")
    django.setup()


def _says(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False).stdout
    except OSError:
        return ""


CHECKS: list[Check] = [python, tools, postgres, fonts, clamav, reading, proxy, disk, clock_is_right]
