"""Kill -9 under load: no acknowledged message lost or doubled on its way inside, and everything back without hands.

    python -m bench.crash [--times 20]

Constituents leave messages in the public zone all the time; one round after another a worker of its web server, that
server's main process, one of the inner web server, the job worker (which takes messages in) or PostgreSQL itself is killed. A
press that got no answer is pressed again with the same key, as a browser would, until it is acknowledged. At the end,
when the inner zone has taken everything in, every key has exactly one message.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.databases import BenchDatabase
from bench.report import figure, status
from bench.site import Form, demo_site
from bench.submit import waiting
from renda.site.serve.supervisor import WEB_WORKERS
from tests.process.harness import Site, alive, until

CLIENTS = 4
BACK_MOST = 10.0  # seconds
CALM = 2.0  # seconds of load between two kills
GIVE_UP = 60.0


@dataclass
class Load:
    """Clients that press until told to stop."""

    one: Site
    form: Form
    acknowledged: list[str] = field(default_factory=list)
    latest: float = 0.0  # when the latest acknowledged press was made
    pressed_again: int = 0
    refused: list[int] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        for number in range(CLIENTS):
            thread = threading.Thread(target=self._work, args=(number,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Let every client finish the press it is at."""
        self.stopping.set()
        for thread in self._threads:
            thread.join(GIVE_UP)

    def _work(self, number: int) -> None:
        count = 0
        while not self.stopping.is_set():
            count += 1
            self._until_acknowledged(f"crash-{number}-{count}")

    def _until_acknowledged(self, key: str) -> None:
        begun = time.monotonic()
        while time.monotonic() - begun < GIVE_UP:
            with contextlib.suppress(OSError, http.client.HTTPException):
                pressed = time.monotonic()
                answer = self.form.press(self.one, key, f"路灯坏了 {key} 号", timeout=5)
                if answer == 303:
                    with self._lock:
                        self.acknowledged.append(key)
                        self.latest = max(self.latest, pressed)
                    return
                if answer < 500:
                    with self._lock:
                        self.refused.append(answer)
                    return
            with self._lock:
                self.pressed_again += 1
            time.sleep(0.1)


def victims(one: Site) -> dict[str, Callable[[], int]]:
    """Who may be killed, each found anew when its turn comes."""
    return {
        "public worker": lambda: random.choice(one.public_workers()),
        "public main": lambda: one.public_mains()[0],
        "inner worker": lambda: random.choice(one.web_workers()),
        "job worker": lambda: one.job_workers()[0],
        "PostgreSQL": one.postmaster,
    }


def back(load: Load, killed: float) -> float:
    """Seconds from the kill until a press made after it is acknowledged and every process is there again."""
    one = load.one
    while time.monotonic() - killed < GIVE_UP:
        webs = (one.public_workers(), one.web_workers())
        if load.latest > killed and all(sum(map(alive, web)) == WEB_WORKERS for web in webs) and one.job_workers():
            return time.monotonic() - killed
        time.sleep(0.05)
    return GIVE_UP


def messages_by_key(database: BenchDatabase) -> dict[str, int]:
    """How many messages each press made, by the key in its text."""
    with database.as_owner() as owner:
        tenants = [row[0] for row in owner.execute("SELECT id FROM kernel_tenancy_tenant").fetchall()]
        owner.execute("SELECT set_config('renda.tenants', %s, false)", ["{" + ",".join(map(str, tenants)) + "}"])
        rows = owner.execute(
            "SELECT substring(body FROM 'crash-[0-9]+-[0-9]+'), count(*) FROM voice_message"
            " WHERE body LIKE '路灯坏了 crash-%' GROUP BY 1"
        ).fetchall()
    return dict(rows)


def main() -> int:
    """Kill, wait, count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=20)
    times = parser.parse_args().times
    slowest = 0.0
    with demo_site() as (one, database, form):
        load = Load(one, form)
        load.start()
        who = victims(one)
        for number in range(times):
            time.sleep(CALM)
            name = list(who)[number % len(who)]
            victim = who[name]()
            os.kill(victim, signal.SIGKILL)
            killed = time.monotonic()
            until(lambda: not alive(victim), 5)  # noqa: B023 - called at once
            seconds = back(load, killed)
            slowest = max(slowest, seconds)
            figure(f"back after kill of {name}", seconds, "s", round=number + 1)
        load.stop()
        until(lambda: waiting(database) == 0, 300)
        found = messages_by_key(database)
    lost = sum(key not in found for key in load.acknowledged)
    doubled = sum(count > 1 for count in found.values())
    figure("slowest return", slowest, "s", at_most=BACK_MOST, kills=times)
    figure("acknowledged messages lost", lost, "messages", at_most=0, acknowledged=len(load.acknowledged))
    figure("messages doubled", doubled, "messages", at_most=0, pressed_again=load.pressed_again)
    figure("presses refused", len(load.refused), "messages", at_most=0, statuses=sorted(set(load.refused)))
    return status()


if __name__ == "__main__":
    sys.exit(main())
