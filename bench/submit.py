"""A constituent's message left over HTTP against pgbench putting the same SQL, 16 clients each, in the same run; and how
soon all of them are registered inside.

    python -m bench.submit [--seconds 10]

``renda serve`` with its two workers and the demo city; wrk posts the form of a deputy's page with one thread and 16
connections. The statements of a message are counted with BEGIN and COMMIT.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.databases import BenchDatabase
from bench.report import figure, status
from bench.site import COOKIE, TOKEN, Form, demo_site
from bench.statements import Captured, capture, pgbench, relax
from tests.process.harness import Site, until

CLIENTS = 16
CAPTURED = 60
STATEMENTS_MOST = 16
RATIO_LEAST = 0.12
TEXT = "花园社区三栋旁边的路灯坏了半个多月，晚上老人出门容易摔跤，希望尽快派人来修，谢谢。"

_LUA = """
local count = 0
local base = %s
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
wrk.headers["Cookie"] = "%s"
request = function()
  count = count + 1
  return wrk.format(nil, %s, nil, base .. "&idempotency_key=wrk-" .. count)
end
local done_with = {}
response = function(status)
  if status ~= 303 then wrk.thread:set("wrong", (wrk.thread:get("wrong") or 0) + 1) end
end
local threads = {}
setup = function(thread) table.insert(threads, thread); thread:set("wrong", 0) end
done = function(summary, latency)
  local wrong = 0
  for _, thread in ipairs(threads) do wrong = wrong + thread:get("wrong") end
  io.write(string.format('{"requests": %%d, "seconds": %%.3f, "wrong": %%d, "lost": %%d, "p50": %%.2f, "p99": %%.2f}\\n',
    summary.requests, summary.duration / 1e6, wrong,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
"""


def wrk(one: Site, form: Form, seconds: int) -> dict[str, float]:
    """Messages a second over HTTP, and what went wrong.

    Raises:
        RuntimeError: wrk failed; with what it said.
    """
    base = re.sub(r"&?idempotency_key=[^&]*", "", form.body("", TEXT))
    with tempfile.TemporaryDirectory(prefix="renda-bench-") as folder:
        path = Path(folder, "submit.lua")
        path.write_text(_LUA % (json.dumps(base), f"{COOKIE}={TOKEN}", json.dumps(form.path)), encoding="utf-8")
        command = [
            "wrk",
            "-t1",
            f"-c{CLIENTS}",
            f"-d{seconds}s",
            "-s",
            str(path),
            f"http://127.0.0.1:{one.public_port}",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        raise RuntimeError(f"wrk: {done.stdout}{done.stderr}"[-2000:])
    found: dict[str, float] = json.loads(lines[-1])
    return found


def captured(one: Site, form: Form) -> list[Captured]:
    """The SQL of some messages, posted in this process to the same database with the same settings."""
    for name in [name for name in os.environ if name.startswith("RENDA_")]:
        del os.environ[name]
    os.environ.update(one.environment() | {"RENDA_ZONE": "public"})
    import django

    django.setup()
    from django.db import connection
    from django.test import Client

    client = Client(headers={"host": "127.0.0.1"})
    counter = iter(range(10_000))

    def press() -> None:
        key = f"captured-{next(counter)}"
        answer = client.post(form.path, form.body(key, TEXT), content_type="application/x-www-form-urlencoded")
        if answer.status_code != 303:
            raise RuntimeError(f"the form answered {answer.status_code}")

    press()
    works = [capture(press, makes_ids=False) for _ in range(CAPTURED)]
    connection.close()
    return [Captured(tuple(map(_afresh, work.statements)), work.new_ids) for work in works]


def _afresh(statement: str) -> str:
    """The same statement with a new key each time: a package's key is no id, and a known one would not be stored."""
    return re.sub(
        r"'\{[0-9a-f]{32}\}'::text\[\]", "ARRAY[md5(random()::text || clock_timestamp()::text)]", statement, count=1
    )


def registered(database: BenchDatabase) -> int:
    """How many messages are inside."""
    with database.as_owner() as owner:
        row = owner.execute("SELECT count(*) FROM kernel_exchange_received WHERE state = 'done'").fetchone()
    return int(row[0]) if row else 0


def waiting(database: BenchDatabase) -> int:
    """How many packages are left outside or wait inside."""
    with database.as_owner() as owner:
        row = owner.execute(
            "SELECT (SELECT count(*) FROM public_zone.inbound)"
            " + (SELECT count(*) FROM kernel_exchange_received WHERE state = 'waiting')"
        ).fetchone()
    return int(row[0]) if row else 0


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=10)
    seconds = parser.parse_args().seconds
    with demo_site() as (one, database, form):
        wrk(one, form, 2)
        http = wrk(one, form, seconds)
        left, begun, before = waiting(database), time.monotonic(), registered(database)
        until(lambda: waiting(database) == 0, 600)
        pulled = (registered(database) - before) / (time.monotonic() - begun)
        works = captured(one, form)
        relax(database)
        raw = pgbench(database, works, clients=CLIENTS, seconds=seconds)
    rate = (http["requests"] - http["wrong"]) / http["seconds"]
    figure("message submitted over HTTP, errors", http["wrong"] + http["lost"], "requests", at_most=0)
    figure("message submitted over HTTP", rate, "messages/s", raw=raw, p50_ms=http["p50"], p99_ms=http["p99"])
    figure("messages registered inside after the burst", pulled, "messages/s", left=left)
    figure("message over HTTP ÷ pgbench", rate / raw, "×", at_least=RATIO_LEAST)
    longest = max(len(work.statements) for work in works)
    if longest > STATEMENTS_MOST:
        print(works[0].heads(), file=sys.stderr)
    figure("statements of a message", longest, "statements", at_most=STATEMENTS_MOST)
    return status()


if __name__ == "__main__":
    sys.exit(main())
