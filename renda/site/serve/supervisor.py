"""The watch: three children and, when it is ours, PostgreSQL. One thread, one loop, signals only set a flag."""

from __future__ import annotations

import http.client
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FrameType

from renda.site.database import Server, ServerError
from renda.site.serve.children import Child
from renda.site.serve.process import reap_orphans
from renda.site.serve.stamps import environment

Say = Callable[[str], None]

LOOK_SECONDS = 0.2
DATABASE_LOOK_SECONDS = 1.0
READY_SECONDS = 60.0

WEB_WORKERS = 2
WEB_THREADS = 8
DRAIN_SECONDS = 20


# What the public process is not told, though it runs beside the others.
_INNER_ONLY = ("RENDA_DATABASE_URL", "RENDA_OWNER_DATABASE_URL", "RENDA_SECRET_KEY", "RENDA_LIVE_URL")


@dataclass(frozen=True)
class Places:
    """Where each zone listens. ``zones``: both on one machine, else the one that this machine is."""

    host: str
    port: int
    inner_host: str
    inner_port: int
    live_port: int
    zones: tuple[str, ...] = ("public", "inner")

    def listening(self) -> list[tuple[str, int]]:
        """The addresses that must be free."""
        inner = [(self.inner_host, self.inner_port), (self.inner_host, self.live_port)]
        return [
            *([(self.host, self.port)] if "public" in self.zones else []),
            *(inner if "inner" in self.zones else []),
        ]

    def pages(self) -> list[tuple[str, int]]:
        """The addresses of pages."""
        return [place for place in self.listening() if place[1] != self.live_port]


class Supervisor:
    """Starts, watches and ends the processes of one site.

    Args:
        server: renda's own PostgreSQL, or None when the database is somebody else's.
    """

    def __init__(self, *, places: Places, server: Server | None, say: Say) -> None:
        self.places = places
        self.server = server
        self.say = say
        self.stopping = False
        self.children = self._children()
        self._database_look = 0.0

    def run(self, on_ready: Callable[[], None]) -> bool:
        """Serve until SIGTERM or SIGINT; returns whether every child drained by itself."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._ask)
        try:
            # The pages first: on two cores the others, started beside them, make everybody wait twice as long.
            for child in self.children:
                if child.is_web:
                    child.start()
            if self._until_ready():
                for child in self.children:
                    if not child.is_web:
                        child.start()
                on_ready()
            while not self.stopping:
                self._look()
                time.sleep(LOOK_SECONDS)
        finally:
            drained = self._stop()
        return drained

    def _children(self) -> list[Child]:
        places, base = self.places, environment()
        inner = base | {"RENDA_ZONE": "inner"}
        children = []
        if "public" in places.zones:
            outside = {name: value for name, value in base.items() if name not in _INNER_ONLY} | {
                "RENDA_ZONE": "public"
            }
            children.append(_web("公众区网页", "renda.site.public_wsgi", places.host, places.port, outside))
        if "inner" in places.zones:
            children.append(_web("内部区网页", "renda.site.wsgi", places.inner_host, places.inner_port, inner))
            live = _granian("renda.site.asgi", "asgi", places.inner_host, places.live_port)
            # Streams never end by themselves; the browsers come back to the next process.
            children.append(Child("实时消息", [*live, "--workers-kill-timeout", "2"], inner, drain=5))
            children.append(Child("后台任务", [sys.executable, "-m", "renda", "work"], inner, drain=DRAIN_SECONDS))
        return children

    def _look(self) -> None:
        for child in self.children:
            if sentence := child.watch():
                self.say(sentence)
        reap_orphans({child.pid for child in self.children if child.pid})
        if self.server is not None and time.monotonic() >= self._database_look:
            self._look_at_database(self.server)
            self._database_look = time.monotonic() + DATABASE_LOOK_SECONDS

    def _look_at_database(self, server: Server) -> None:
        if server.is_up():
            return
        self.say("数据库没有应答,正在恢复……")
        try:
            server.start(self.say, seconds=8)
        except ServerError as failure:
            # Looked at again in a second: a full disk or a fault may be mended meanwhile.
            self.say(str(failure))

    def _until_ready(self) -> bool:
        """Wait until the pages answer; False when asked to stop before."""
        deadline = time.monotonic() + READY_SECONDS
        while not self.stopping:
            self._look()
            if self._answers():
                return True
            if time.monotonic() > deadline:
                self.say("网页服务尚未应答,继续等待;原因见上面的输出。")
                deadline += READY_SECONDS
            time.sleep(0.1)
        return False

    def _answers(self) -> bool:
        return all(_answers_at(host, port) for host, port in self.places.pages())

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _stop(self) -> bool:
        self.say("正在停止,等待进行中的请求完成……")
        for child in self.children:
            child.ask_to_stop()
        drained = [child.stop() for child in self.children]
        return all(drained)


def _granian(module: str, interface: str, host: str, port: int) -> list[str]:
    address = ["--host", host, "--port", str(port), "--log-level", "error", "--no-ws"]
    respawn = ["--respawn-failed-workers", "--respawn-interval", "0.5"]
    return [sys.executable, "-m", "granian", *address, *respawn, f"{module}:application", "--interface", interface]


def _web(name: str, module: str, host: str, port: int, environment: Mapping[str, str]) -> Child:
    command = _granian(module, "wsgi", host, port)
    command += ["--workers", str(WEB_WORKERS), "--blocking-threads", str(WEB_THREADS)]
    command += ["--workers-kill-timeout", str(DRAIN_SECONDS)]
    pool = {"RENDA_POOL_SIZE": os.environ.get("RENDA_POOL_SIZE", str(WEB_THREADS))}
    return Child(name, command, {**environment, **pool}, drain=DRAIN_SECONDS + 2, is_web=True)


def _answers_at(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(reachable(host), port, timeout=5)
    try:
        connection.request("GET", "/", headers={"Host": "127.0.0.1"})
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def reachable(host: str) -> str:
    """The address under which this machine itself reaches what listens on ``host``."""
    return "127.0.0.1" if host in {"0.0.0.0", "::", ""} else host
