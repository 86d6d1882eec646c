"""What a thousand idle subscribers of the live stream cost the pages: throughput with and without them, in turn.

The site is a whole ``renda serve`` with the demo city, as ``bench.crash`` starts it; the page is the public front page.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.databases import PROJECT
from bench.report import figure
from bench.site import demo_site
from tests.process.harness import Site, until

SUBSCRIBERS, A_PLACE = 1000, 100
ROUNDS, SECONDS, CLIENTS = 4, 6.0, 8
LEAST = 0.9


def measure(*_: object) -> None:
    """Rounds without and with the subscribers, in turn; the medians' ratio."""
    with demo_site() as (one, _database, _form):
        token = _token(one)
        rates: dict[bool, list[float]] = {False: [], True: []}
        _throughput(one)  # the first one warms up
        for _round in range(ROUNDS):
            rates[False].append(_throughput(one))
            with _subscribed(one, token):
                rates[True].append(_throughput(one))
        without, with_them = (statistics.median(rates[key]) for key in (False, True))
        figure(
            f"pages with {SUBSCRIBERS:,} idle subscribers",
            with_them,
            "pages/s",
            at_least=round(LEAST * without, 1),
            raw=without,
        )


def _token(one: Site) -> str:
    """A key as a page carries it, signed by this site."""
    code = "import django; django.setup(); from renda.kernel.events import signing; print(signing.token('case:1'))"
    told = subprocess.run(
        [sys.executable, "-c", code],
        env={**one.environment(), "RENDA_DATABASE_URL": f"postgresql://renda_app@/renda?host={one.root / 'socket'}"},
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    )
    return told.stdout.strip()


@contextmanager
def _subscribed(one: Site, token: str) -> Iterator[None]:
    """A thousand browsers that listen and hear nothing."""
    ends: list[socket.socket] = []
    request = f"GET /live?keys={token} HTTP/1.1\r\nHost: 127.0.0.1:{one.port + 1}\r\n\r\n".encode()
    try:
        for number in range(SUBSCRIBERS):
            # As from many places: one place may not have so many streams.
            place = (f"127.0.0.{2 + number // A_PLACE}", 0)
            end = socket.create_connection(("127.0.0.1", one.port + 1), timeout=20, source_address=place)
            end.sendall(request)
            ends.append(end)
        until(lambda: _listening(one) >= SUBSCRIBERS, 60)
        yield
    finally:
        for end in ends:
            end.close()
        with contextlib.suppress(TimeoutError):
            until(lambda: _listening(one) == 0, 60)


def _listening(one: Site) -> int:
    """How many streams the live process has open, as its health page says."""
    connection = http.client.HTTPConnection("127.0.0.1", one.port + 1, timeout=10)
    try:
        connection.request("GET", "/health")
        return int(json.loads(connection.getresponse().read()))
    finally:
        connection.close()


def _throughput(one: Site) -> float:
    """Pages a second that some clients get, each on one connection kept open."""
    done = [0] * CLIENTS
    end = time.monotonic() + SECONDS

    def ask(at: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", one.public_port, timeout=20)
        while time.monotonic() < end:
            connection.request("GET", "/")
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"status {answer.status}")
            done[at] += 1

    threads = [threading.Thread(target=ask, args=(at,)) for at in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / SECONDS
