"""A whole ``renda serve`` with the demo city on a data directory of its own, and a constituent's form in its public zone."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlencode, urlsplit

from bench.databases import PROJECT, BenchDatabase
from tests.process.harness import Site, site

COOKIE, TOKEN = "public_csrf", "b" * 32  # the double-submit cookie is ours to choose
# One browser sends everything here; it is counted all the same.
NO_LIMIT = {"RENDA_SENDS_A_DEVICE": "1000000000", "RENDA_SENDS_AN_ADDRESS": "1000000000"}


@dataclass(frozen=True)
class Form:
    """Where a message goes, and the hidden fields that the page put into its form."""

    path: str
    hidden: Mapping[str, str]

    def body(self, key: str, text: str) -> str:
        """One press: the same ``key`` is the same press."""
        return urlencode({**self.hidden, "csrfmiddlewaretoken": TOKEN, "idempotency_key": key, "body": text})

    @property
    def headers(self) -> dict[str, str]:
        return {"Content-Type": "application/x-www-form-urlencoded", "Cookie": f"{COOKIE}={TOKEN}"}

    def press(self, one: Site, key: str, text: str, *, timeout: float = 10) -> int:
        """Post it on a connection of its own; gives the status.

        Raises:
            OSError, http.client.HTTPException: no whole answer came.
        """
        connection = http.client.HTTPConnection("127.0.0.1", one.public_port, timeout=timeout)
        try:
            connection.request("POST", self.path, self.body(key, text), self.headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()


class _Fields(HTMLParser):
    """The hidden fields of the form that has a ``body`` field, and the links to such forms."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[dict[str, str], bool]] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(({}, False))
        elif tag == "a" and "/message/" in values.get("href", ""):
            self.links.append(values["href"])
        elif self.forms and values.get("name") == "body":
            self.forms[-1] = (self.forms[-1][0], True)
        elif self.forms and tag == "input" and values.get("type") == "hidden":
            self.forms[-1][0][values["name"]] = values.get("value", "")


def _page(one: Site, path: str) -> tuple[str, str]:
    """A page's text and the path it was found at, after redirects."""
    for _ in range(5):
        connection = http.client.HTTPConnection("127.0.0.1", one.public_port, timeout=20)
        connection.request("GET", path)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        if answer.status not in (301, 302, 303):
            return text, path
        there = urlsplit(answer.headers["Location"])
        path = there.path + (f"?{there.query}" if there.query else "")
    raise RuntimeError(f"{path} redirects without end")


def find_form(one: Site) -> Form:
    """The form behind the demo city's printed code: the deputy's, or that of the first deputy of the station.

    Raises:
        RuntimeError: no form there.
    """
    printed = json.loads((one.root / "sign_ins.json").read_text(encoding="utf-8"))
    text, path = _page(one, urlsplit(printed["code_address"]).path)
    for _ in range(2):
        found = _Fields()
        found.feed(text)
        for hidden, has_body in found.forms:
            if has_body:
                kept = {
                    name: value
                    for name, value in hidden.items()
                    if name not in ("csrfmiddlewaretoken", "idempotency_key")
                }
                return Form(path, kept)
        if not found.links:
            break
        text, path = _page(one, found.links[0])
    raise RuntimeError(f"no message form at {path}")


@contextmanager
def demo_site() -> Iterator[tuple[Site, BenchDatabase, Form]]:
    """Start, build the demo city, find the form; everything is gone afterwards."""
    with site(more=NO_LIMIT) as one:
        one.start_ready(180)
        subprocess.run(
            [sys.executable, "-m", "renda", "demo"],
            env=one.environment(),
            cwd=PROJECT,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        socket = one.root / "socket"
        database = BenchDatabase(
            f"postgresql://renda_owner@/renda?host={socket}", f"postgresql://renda_app@/renda?host={socket}"
        )
        yield one, database, find_form(one)
