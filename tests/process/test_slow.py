"""Browsers that send a byte now and then, or read none, hold nobody else up."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator

import pytest

from tests.process.harness import Site, site

pytestmark = pytest.mark.process
CROWD = 120  # more than all threads of all workers


@pytest.fixture(scope="module")
def running() -> Iterator[Site]:
    with site("tests.process.settings") as one:
        one.start_ready(180)
        yield one


HALVES = {
    "heads": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
    "bodies": b"POST /receipt/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Cookie: csrftoken=" + b"a" * 32 + b"\r\nContent-Length: 100000\r\n\r\nx=",
}


@pytest.mark.parametrize("half", HALVES)
def test_a_crowd_of_slow_ones_holds_nobody_up(running: Site, half: str) -> None:
    crowd = [socket.create_connection(("127.0.0.1", running.port), timeout=5) for _ in range(CROWD)]
    try:
        for one in crowd:
            one.sendall(HALVES[half])
        for _ in range(3):
            for one in crowd:
                # Those that were turned away are gone.
                with contextlib.suppress(OSError):
                    one.sendall(b"a")
            began = time.monotonic()
            assert running.get() < 500
            assert time.monotonic() - began < 5
            time.sleep(0.5)
    finally:
        for one in crowd:
            one.close()
    assert running.answers()
