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
from renda.site.serve.supervisor import Places, Supervisor, reachable

console = Console(highlight=False, soft_wrap=True)


def serve(words: Sequence[str]) -> int:
    """``renda serve [--host H] [--port P] [--inner-host H] [--inner-port P] [--live-port P] [--demo]``; the exit status.

    Both zones, or the one that ``RENDA_ZONE`` names: each may have a machine of its own.

    Raises:
        NoPostgresError, ServerError, StepError: what could not be done; everything done so far stays and the next start
            goes on from there.
    """
    options = _options(words)
    places = _places(options)
    root = data_directory()
    root.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    with contextlib.ExitStack() as stack:
        if sentence := stack.enter_context(_alone(root)):
            console.print(sentence)
            return 1
        for host, port in places.listening():
            if _taken(host, port):
                console.print(
                    f"端口 {port} 已被别的程序占用,请换一个:make run PORT=8010,或 renda serve --port 8010"
                    "(内部区用加 80 的端口,实时消息再加一;也可用 --inner-port、--live-port 指定)。"
                )
                return 1
        _addresses(places)
        # Before anything is started: the database server becomes an orphan of pg_ctl, and then our child.
        adopt_orphans()
        server = stack.enter_context(leased(root, _say))
        stamps.migrate(root, _say)
        stamps.collect_static(root, _say)
        if options.demo:
            stamps.demo(root, _say)
        supervisor = Supervisor(places=places, server=server, say=_say)
        drained = supervisor.run(lambda: _announce(root, places, time.monotonic() - begun))
    console.print("已停止。" if drained else "已停止;有进程未能按时结束,已强制结束。")
    return 0


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("renda serve", description="启动全部服务,Ctrl-C 停止")
    parser.add_argument("--host", default="127.0.0.1", help="公众区监听地址(默认 127.0.0.1,仅本机)")
    parser.add_argument("--port", type=int, default=8000, help="公众区端口(默认 8000)")
    parser.add_argument("--inner-host", default="127.0.0.1", help="内部区监听地址(默认 127.0.0.1,仅本机)")
    parser.add_argument("--inner-port", type=int, default=0, help="内部区端口(默认为公众区端口加 80,即 8080)")
    parser.add_argument("--live-port", type=int, default=0, help="实时消息端口(默认为内部区端口加一)")
    parser.add_argument("--demo", action="store_true", help="尚无演示城市时先建立")
    return parser.parse_args(list(words))


def _places(options: argparse.Namespace) -> Places:
    zone = os.environ.get("RENDA_ZONE")
    inner_port = options.inner_port or options.port + 80
    return Places(
        options.host,
        options.port,
        options.inner_host,
        inner_port,
        options.live_port or inner_port + 1,
        (zone,) if zone else ("public", "inner"),
    )


def _addresses(places: Places) -> None:
    # Behind a proxy the site names its own (RENDA_LIVE_URL=/live); else a page is told the ports next door.
    inside = reachable(places.inner_host)
    os.environ.setdefault("RENDA_LIVE_URL", f"http://{inside}:{places.live_port}/live")
    os.environ.setdefault("RENDA_INNER_URL", f"http://{inside}:{places.inner_port}")
    os.environ.setdefault("RENDA_PUBLIC_URL", f"http://{reachable(places.host)}:{places.port}")


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


def _announce(root: Path, places: Places, seconds: float) -> None:
    console.print(f"\n[bold]已就绪({seconds:.1f} 秒)[/bold]")
    if "public" in places.zones:
        console.print(f"[bold]公众区(群众,不登录):http://{reachable(places.host)}:{places.port}[/bold]")
    if "inner" not in places.zones:
        return
    console.print(f"[bold]内部区(代表和工作人员):http://{reachable(places.inner_host)}:{places.inner_port}[/bold]")
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
    for what, name, address in (
        ("登录", "RENDA_INNER_URL", printed["address"]),
        ("群众扫码入口", "RENDA_PUBLIC_URL", printed["code_address"]),
    ):
        console.print(f"{what}:{os.environ[name].rstrip('/')}{urlsplit(address).path}")
    console.print("按 Ctrl-C 停止。")


def _say(sentence: str) -> None:
    console.print(f"· {sentence}", markup=False)
