"""A provider's server for tests: it listens on this machine, hands every request to a check, and fails on demand."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request as it came in."""

    method: str
    path: str
    query_text: str
    headers: dict[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        return {
            name: values[0] for name, values in parse_qs(self.query_text, strict_parsing=bool(self.query_text)).items()
        }

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Answer:
    """What is said: JSON or raw bytes, with a status, after some seconds."""

    content: Any
    status: int = 200
    after: float = 0
    headers: dict[str, str] = field(default_factory=dict)


Brain = Callable[[Asked], Any]


class FakeProvider(ThreadingHTTPServer):
    """``brain`` answers a request as the provider does; ``next`` are answers that come before it is asked."""

    daemon_threads = True

    def __init__(self, brain: Brain) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.brain = brain
        self.asked: list[Asked] = []
        self.next: list[Answer] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: FakeProvider

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, parts.path, parts.query, headers, body)
        self.server.asked.append(asked)
        said = self.server.next.pop(0) if self.server.next else self.server.brain(asked)
        answer = said if isinstance(said, Answer) else Answer(said)
        time.sleep(answer.after)
        content = answer.content if isinstance(answer.content, bytes) else json.dumps(answer.content).encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self) -> None:
        self.do_GET()


@contextmanager
def provider(brain: Brain) -> Iterator[FakeProvider]:
    """A server on a free port of this machine."""
    with FakeProvider(brain) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
