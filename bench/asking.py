"""A process that asks pages of one database through the real views, and one that answers it from outside (``Asker``).

A line in: who, a blank, the address. A line out: milliseconds, status, bytes, and the peak of the process's memory in MB
since the line before. Django knows one database a process; two sizes are two of these, asked in turn.

    python -m bench.asking          # with the environment of the database; RENDA_ZONE=public asks the public pages
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from bench.databases import PROJECT, BenchDatabase


class Answer(NamedTuple):
    """How long, with which status, how much, and the peak of memory in MB."""

    ms: float
    status: int
    size: int
    peak_mb: float


class Asker:
    """The process seen from outside."""

    def __init__(self, child: subprocess.Popen[str]) -> None:
        self.child = child

    def ask(self, who: str, address: str) -> Answer:
        """Ask one page.

        Raises:
            RuntimeError: it did not come with status 200.
        """
        assert self.child.stdin is not None
        assert self.child.stdout is not None
        self.child.stdin.write(f"{who} {address}\n")
        self.child.stdin.flush()
        said = self.child.stdout.readline().split()
        if not said or int(said[1]) != 200:
            raise RuntimeError(f"{who} {address}: {said}")
        return Answer(float(said[0]), int(said[1]), int(said[2]), float(said[3]))


@contextmanager
def asker(database: BenchDatabase, zone: str = "inner") -> Iterator[Asker]:
    """A process of a zone on this database, ended afterwards."""
    child = subprocess.Popen(
        [sys.executable, "-m", "bench.asking"],
        cwd=PROJECT,
        env=database.environment(RENDA_ALLOWED_HOSTS="localhost", RENDA_ZONE=zone),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Asker(child)
    finally:
        child.kill()
        child.wait()


def _person(who: str) -> Any:
    """Who holds the post ``kind@level``, of the lowest id.

    Raises:
        LookupError: nobody.
    """
    from renda.congress.models import Congress, Person
    from renda.kernel.parties.models import Holding

    kind, _, level = who.partition("@")
    tenants = Congress.objects.filter(level=level).values("tenant_id")
    held = Holding.objects.filter(
        ends_on=None, post__post__kind=kind, post__tenant_id__in=tenants, person__is_active=True
    )
    found = Person.objects.filter(pk__in=held.values("person_id")).order_by("pk").first()
    if found is None:
        raise LookupError(who)
    return found


def _browser(who: str) -> Any:
    from django.test import Client

    browser = Client(headers={"host": "localhost"})
    if who != "public":
        browser.force_login(_person(who), backend="django.contrib.auth.backends.ModelBackend")
    return browser


def _peak_mb() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main() -> None:
    """Answer until there is no line more."""
    import django

    django.setup()
    browsers: dict[str, Any] = {}
    for line in sys.stdin:
        who, _, address = line.strip().partition(" ")
        if who not in browsers:
            browsers[who] = _browser(who)
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak begins anew
        begun = time.perf_counter()
        response = browsers[who].get(address)
        size = sum(len(piece) for piece in response.streaming_content) if response.streaming else len(response.content)
        taken = (time.perf_counter() - begun) * 1000
        print(f"{taken:.2f} {response.status_code} {size} {_peak_mb():.1f}", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "renda.site.settings")
    main()
