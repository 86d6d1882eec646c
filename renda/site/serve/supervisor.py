"""The watch: three children and, when it is ours, PostgreSQL. One thread, one loop, signals only set a flag."""

from __future__ import annotations

import http.client
import os
import signal
import sys
import time
from collections.abc import Callable
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


class Supervisor:
    """Starts, watches and ends the processes of one site.

    Args:
        server: renda's own PostgreSQL, or None when the database is somebody else's.
    """

    def __init__(self, *, host: str, port: int, live_port: int, server: Server | None, say: Say) -> None:
        self.host, self.port, self.live_port = host, port, live_port
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
            for child in self.children:
                child.start()
            self._until_ready(on_ready)
            while not self.stopping:
                self._look()
                time.sleep(LOOK_SECONDS)
        finally:
            drained = self._stop()
        return drained

    def _children(self) -> list[Child]:
        address = ["--host", self.host, "--log-level", "error", "--no-ws"]
        respawn = ["--respawn-failed-workers", "--respawn-interval", "0.5"]
        granian = [sys.executable, "-m", "granian", *address, *respawn]
        web = [*granian, "renda.site.wsgi:application", "--interface", "wsgi", "--port", str(self.port)]
        web += ["--workers", str(WEB_WORKERS), "--blocking-threads", str(WEB_THREADS)]
        live = [*granian, "renda.site.asgi:application", "--interface", "asgi", "--port", str(self.live_port)]
        base = environment()
        return [
            Child(
                "网页服务",
                [*web, "--workers-kill-timeout", str(DRAIN_SECONDS)],
                base | {"RENDA_POOL_SIZE": os.environ.get("RENDA_POOL_SIZE", str(WEB_THREADS))},
                drain=DRAIN_SECONDS + 2,
            ),
            # Streams never end by themselves; the browsers come back to the next process.
            Child("实时消息", [*live, "--workers-kill-timeout", "2"], base, drain=5),
            Child("后台任务", [sys.executable, "-m", "renda", "work"], base, drain=DRAIN_SECONDS),
        ]

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

    def _until_ready(self, on_ready: Callable[[], None]) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not self.stopping:
            self._look()
            if self._answers():
                on_ready()
                return
            if time.monotonic() > deadline:
                self.say("网页服务尚未应答,继续等待;原因见上面的输出。")
                deadline += READY_SECONDS
            time.sleep(0.1)

    def _answers(self) -> bool:
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::", ""} else self.host
        connection = http.client.HTTPConnection(host, self.port, timeout=5)
        try:
            connection.request("GET", "/", headers={"Host": "127.0.0.1"})
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _stop(self) -> bool:
        self.say("正在停止,等待进行中的请求完成……")
        for child in self.children:
            child.ask_to_stop()
        drained = [child.stop() for child in self.children]
        return all(drained)
