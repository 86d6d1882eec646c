"""The verb ``database``: what a keeper of the site needs to know or to have running."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from renda.site.database import roles
from renda.site.database.lease import lease, leased
from renda.site.database.server import Server
from renda.site.environment import data_directory


def database(words: Sequence[str]) -> int:
    """``renda database VERB``; returns the exit status."""
    parser = argparse.ArgumentParser("renda database")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("status", help="用的是哪个 PostgreSQL,是否在运行")
    verbs.add_parser("url", help="连接地址(数据库须在运行)")
    verbs.add_parser("run", help="只运行数据库,Ctrl-C 停止")
    prepare = verbs.add_parser("prepare", help="在外部 PostgreSQL 上建立四个角色和数据库")
    prepare.add_argument("url", help="超级用户的连接地址,如 postgresql://postgres@/postgres?host=/run/postgresql")
    prepare.add_argument("--name", default="renda", help="数据库名")
    temporary = verbs.add_parser("temporary", help="在临时数据库上运行一条命令,完毕即删除(测试用)")
    temporary.add_argument("--wheel", action="store_true", help="用软件包里的 PostgreSQL,即使本机装有")
    temporary.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args(list(words))
    if options.verb == "prepare":
        roles.create(options.url, options.name)
        print("角色 renda_owner、renda_app、renda_public、renda_backup 与数据库已就绪。")
        return 0
    if options.verb == "temporary":
        return _temporary([word for word in options.command if word != "--"], wheels_only=options.wheel)
    return {"status": _status, "url": _url, "run": _run}[options.verb]()


def _status() -> int:
    if url := os.environ.get("RENDA_DATABASE_URL"):
        print(f"外部数据库(RENDA_DATABASE_URL):{url.rpartition('@')[2]}")
        return 0
    server = Server(data_directory())
    up = server.data.exists() and server.is_up()
    print(f"PostgreSQL {server.binaries.version}({server.binaries.origin},{server.binaries.folder})")
    print(f"数据:{server.data}{'' if server.data.exists() else '(尚未建立)'}")
    print(f"系统用户:{server.account.name}")
    print("正在运行" if up else "没有运行")
    return 0 if up else 1


def _url() -> int:
    print(os.environ.get("RENDA_DATABASE_URL") or Server(data_directory()).url("renda_app"))
    return 0


def _run() -> int:
    with leased(data_directory(), print) as server:
        if server is None:
            print("已设定 RENDA_DATABASE_URL,数据库不由 renda 运行。")
            return 1
        print(server.url("renda_app"), flush=True)
        stop = {signal.SIGTERM, signal.SIGINT}
        signal.pthread_sigmask(signal.SIG_BLOCK, stop)
        signal.sigwait(stop)
    return 0


def _temporary(command: list[str], *, wheels_only: bool) -> int:
    """Run a command on a database that is thrown away; its URLs are in the command's environment."""
    root = Path(tempfile.mkdtemp(prefix="renda-"))
    try:
        with lease(Server(root, durable=False, wheels_only=wheels_only), _aside) as server:
            environment = os.environ | {
                "RENDA_DATABASE_URL": server.url("renda_app"),
                "RENDA_OWNER_DATABASE_URL": server.url("renda_owner"),
                "RENDA_PUBLIC_DATABASE_URL": server.url("renda_public"),
                "RENDA_DATA_DIR": os.environ.get("RENDA_DATA_DIR", str(root / "data")),
            }
            return subprocess.run(command, env=environment, check=False).returncode
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _aside(sentence: str) -> None:
    print(sentence, file=sys.stderr)
