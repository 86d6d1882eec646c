"""The verb ``serve``: from an empty machine to an address that answers, and back."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from renda.site.database import leased
from renda.site.environment import data_directory
from renda.site.serve import stamps
from renda.site.serve.process import adopt_orphans
from renda.site.serve.supervisor import Supervisor

console = Console(highlight=False, soft_wrap=True)


def serve(words: Sequence[str]) -> int:
    """``renda serve [--host H] [--port P] [--live-port P] [--demo]``; returns the exit status.

    Raises:
        NoPostgresError, ServerError, StepError: what could not be done; everything done so far stays and the next start
            goes on from there.
    """
    options = _options(words)
    root = data_directory()
    root.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    with contextlib.ExitStack() as stack:
        if sentence := stack.enter_context(_alone(root)):
            console.print(sentence)
            return 1
        for port in (options.port, options.live_port):
            if _taken(options.host, port):
                console.print(
                    f"端口 {port} 已被别的程序占用,请换一个:make run PORT=8010,或 renda serve --port 8010(实时消息用下一个端口)。"
                )
                return 1
        _live_address(options)
        # Before anything is started: the database server becomes an orphan of pg_ctl, and then our child.
        adopt_orphans()
        server = stack.enter_context(leased(root, _say))
        stamps.migrate(root, _say)
        stamps.collect_static(root, _say)
        if options.demo:
            stamps.demo(root, _say)
        supervisor = Supervisor(
            host=options.host, port=options.port, live_port=options.live_port, server=server, say=_say
        )
        drained = supervisor.run(lambda: _announce(root, options.host, options.port, time.monotonic() - begun))
    console.print("已停止。" if drained else "已停止;有进程未能按时结束,已强制结束。")
    return 0


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("renda serve", description="启动全部服务,Ctrl-C 停止")
    parser.add_argument("--host", default="127.0.0.1", help="监听地址(默认 127.0.0.1,仅本机)")
    parser.add_argument("--port", type=int, default=8000, help="网页端口(默认 8000)")
    parser.add_argument("--live-port", type=int, default=0, help="实时消息端口(默认为网页端口加一)")
    parser.add_argument("--demo", action="store_true", help="尚无演示城市时先建立")
    options = parser.parse_args(list(words))
    options.live_port = options.live_port or options.port + 1
    return options


def _live_address(options: argparse.Namespace) -> None:
    # Behind a proxy the site names its own (RENDA_LIVE_URL=/live); else the page is told the port next door.
    name = "127.0.0.1" if options.host in {"0.0.0.0", "::"} else options.host
    os.environ.setdefault("RENDA_LIVE_URL", f"http://{name}:{options.live_port}/live")
    os.environ.setdefault("RENDA_PUBLIC_URL", f"http://{name}:{options.port}")


@contextlib.contextmanager
def _alone(root: Path) -> Iterator[str]:
    """Hold the data directory; yields a sentence instead when another ``renda serve`` has it."""
    with (root / "serve.lock").open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            yield f"数据目录 {root} 已有一个 renda serve 在运行(进程 {file.read().strip() or '未知'}),不能再启动第二个。"
            return
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield ""


def _taken(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def _announce(root: Path, host: str, port: int, seconds: float) -> None:
    name = "127.0.0.1" if host in {"0.0.0.0", "::"} else host
    console.print(f"\n[bold]已就绪({seconds:.1f} 秒):http://{name}:{port}[/bold]")
    try:
        printed = json.loads((root / "sign_ins.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        console.print("尚无演示城市:renda demo 可以建立一个。按 Ctrl-C 停止。")
        return
    table = Table("岗位", "姓名", "用户名", "密码", title="演示登录(每种岗位一人,仅供演示)", title_justify="left")
    for person in printed["people"]:
        table.add_row(*(str(person[part]) for part in ("role", "name", "user_name", "password")))
    console.print(table)
    secrets = {person["user_name"]: person["totp_secret"] for person in printed["people"] if person["totp_secret"]}
    for user_name, secret in secrets.items():
        console.print(f"{user_name} 登录另需验证器动态码,密钥:{secret}")
    base = os.environ["RENDA_PUBLIC_URL"].rstrip("/")
    console.print(f"登录:{base}{urlsplit(printed['address']).path}")
    console.print(f"群众扫码入口:{base}{urlsplit(printed['code_address']).path}")
    console.print("按 Ctrl-C 停止。")


def _say(sentence: str) -> None:
    console.print(f"· {sentence}", markup=False)
