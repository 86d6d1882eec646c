"""Both zones as processes: each with its own role, nothing of the inside outside, and a worker killed while it takes in."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
import pytest

from tests.process.harness import PROJECT, Site, alive, site, until

pytestmark = pytest.mark.process

MESSAGES = 60
# Built by a process of the site itself, as the tests' small city.
BUILD = """
import django; django.setup()
from tests import people
from renda.kernel.exchange.api import reconcile
print(people.build().codes["station"].code)
reconcile()
"""


@pytest.fixture(scope="module")
def running() -> Iterator[Site]:
    more = {"RENDA_SENDS_A_DEVICE": "100000", "RENDA_SENDS_AN_ADDRESS": "100000"}
    with site(more=more) as one:
        one.start_ready(240)
        yield one
        sys.stdout.write(one.said()[-9000:])  # shown with whatever failed


@pytest.fixture(scope="module")
def code(running: Site) -> str:
    built = subprocess.run(
        [sys.executable, "-m", "renda", "shell", "-v", "0", "-c", BUILD.replace("import django; django.setup()\n", "")],
        env=running.environment(),
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    return next(line for line in built.stdout.split() if re.fullmatch(r"[0-9A-Z]{8}", line))


def request(
    port: int, path: str, form: dict[str, str] | None = None, headers: dict[str, str] | None = None
) -> tuple[int, str, Message]:
    """Status, text and headers of one request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    token = "c" * 32
    sent = {"Cookie": f"public_csrf={token}", "Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
    try:
        if form is None:
            connection.request("GET", path, headers=sent)
        else:
            connection.request("POST", path, urlencode({**form, "csrfmiddlewaretoken": token}), sent)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.headers
    finally:
        connection.close()


def ask(running: Site, statement: str) -> list[tuple[Any, ...]]:
    url = f"postgresql://renda_owner@/renda?host={quote(str(running.root / 'socket'), safe='')}"
    with psycopg.connect(url) as connection:
        tenants = connection.execute("SELECT array_agg(id) FROM kernel_tenancy_tenant").fetchone()
        assert tenants is not None
        connection.execute("SELECT set_config('renda.tenants', %s, true)", [f"{set(tenants[0] or [])}"])
        return connection.execute(statement).fetchall()  # type: ignore[call-overload,no-any-return]


def test_each_zone_answers_its_own_addresses_only(running: Site) -> None:
    assert request(running.public_port, "/")[0] == 200
    assert request(running.port, "/")[0] == 302
    for inside in ("/sign-in/", "/bench/", "/messages/", "/congress/people/", "/secrecy/", "/exchange/", "/flows/"):
        assert request(running.public_port, inside)[0] == 404, inside
    for outside in ("/receipt/", "/deputies/", "/stations/"):
        assert request(running.port, outside)[0] == 404, outside


def test_the_public_process_is_its_own_role_and_knows_no_other(running: Site) -> None:
    request(running.public_port, "/")
    pids = [pid for main in running.public_mains() for pid in [main, *running.public_workers()]]
    for pid in pids:
        environment = Path(f"/proc/{pid}/environ").read_text(encoding="utf-8", errors="replace")
        told = dict(line.partition("=")[::2] for line in environment.split("\0"))
        assert told["RENDA_ZONE"] == "public"
        assert not {"RENDA_DATABASE_URL", "RENDA_OWNER_DATABASE_URL"} & told.keys()
    roles = {row[0] for row in ask(running, "SELECT usename FROM pg_stat_activity WHERE usename LIKE 'renda_p%'")}
    assert roles == {"renda_public"}


def test_the_policy_of_the_public_pages_is_the_strictest(running: Site) -> None:
    _, text, headers = request(running.public_port, "/")
    assert "connect-src 'self';" in headers["Content-Security-Policy"] + ";"
    assert "data-live-url" not in text
    assert "sessionid" not in str(headers)
    assert "意见反馈" in text


def test_a_message_crosses_within_seconds(running: Site, code: str) -> None:
    status, _, headers = request(running.public_port, f"/c/{code}/message/", {"body": "路灯坏了。"})
    assert status == 303
    receipt = headers["Location"]
    assert "受理编号" in request(running.public_port, receipt)[1]
    took = until(lambda: "待审核" in request(running.public_port, receipt)[1], 30)
    assert took < 20  # two seconds on a quiet machine
    page, text, headers = request(running.public_port, receipt, headers={"HX-Request": "true"})
    assert (page, "路灯坏了" in text) == (200, True)
    again = request(running.public_port, receipt, headers={"HX-Request": "true", "If-None-Match": headers["ETag"]})
    assert again[:2] == (304, "")


def test_the_number_cannot_be_guessed(running: Site) -> None:
    tried = [
        request(running.public_port, "/receipt/", {"receipt_number": "2603-ABCDEFGH", "word": f"{number:06d}"})[0]
        for number in range(8)
    ]
    assert tried[0] == 422
    assert tried[-1] == 429


def test_killed_while_taking_in_nothing_is_lost_or_doubled(running: Site, code: str) -> None:
    before = ask(running, "SELECT count(*) FROM voice_message")[0][0]
    for number in range(MESSAGES):
        form = {"body": f"第 {number} 盏路灯坏了。", "idempotency_key": f"{number:032d}"}
        for _ in range(1 + number % 2):  # every other one pressed twice
            assert request(running.public_port, f"/c/{code}/message/", form)[0] == 303
        if number % 12 == 5:
            victims = running.job_workers()
            for victim in victims:
                os.kill(victim, signal.SIGKILL)
                until(lambda victim=victim: not alive(victim), 5)  # type: ignore[misc]
    left = "SELECT (SELECT count(*) FROM public_zone.inbound) + (SELECT count(*) FROM kernel_exchange_received"
    until(lambda: ask(running, f"{left} WHERE state = 'waiting')") == [(0,)], 90)
    time.sleep(1)
    assert ask(running, "SELECT count(*) FROM voice_message")[0][0] == before + MESSAGES
    assert ask(running, "SELECT count(*) FROM kernel_exchange_received WHERE state = 'quarantined'") == [(0,)]
    bodies = ask(running, "SELECT body FROM voice_message WHERE body LIKE '第 %'")
    assert len(set(bodies)) == len(bodies) == MESSAGES
