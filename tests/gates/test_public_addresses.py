"""The public zone: every address asks only for copies and leaves only packages, and nothing leads inside."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, get_resolver, resolve

from renda.site import public_zone as made_of
from tests.gates.addresses import PAGES, addresses
from tests.gates.changes import unchanged
from tests.gates.city import City
from tests.gates.public_addresses import PUBLIC_PAGES, receipt
from tests.zones import address, public_zone

LOOKED_AT = [name for name, page in PUBLIC_PAGES.items() if not page.only_post]
PRESSED = [name for name, page in PUBLIC_PAGES.items() if page.given is not None]
# What the role renda_public may say.
READS = re.compile(
    r"SELECT (key, made_at|kind, key, version, made_at, body, terms, words, sort, signature) FROM public_zone\.published "
)
COUNTS = re.compile(r"SELECT max\(public_zone\.brake\(key, at_most, seconds\)\) FROM unnest\(")
LEAVES = re.compile(r"INSERT INTO public_zone\.inbound \(key, kind, made_at, body, signature\) SELECT \* FROM unnest\(")


class Links(HTMLParser):
    """Everything on a page that can be followed, sent to or loaded."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in {"href", "src", "action", "hx-get", "hx-post"}]


def ask(city: City, name: str, *, post: bool) -> tuple[HttpResponse, list[str]]:
    """The answer, and what the database was asked."""
    page = PUBLIC_PAGES[name]
    with public_zone() as client, CaptureQueriesContext(connection) as captured:
        where = address(name, *page.args(city))
        answer: Any = client.post(where, page.given(city)) if post and page.given else client.get(where)
    return answer, [query["sql"] for query in captured.captured_queries]


def test_every_address_is_in_the_table() -> None:
    names = dict(addresses(get_resolver(made_of.URLCONF).url_patterns))
    missing = sorted(names.keys() - PUBLIC_PAGES.keys())
    assert not missing, f"add {', '.join(missing)} to PUBLIC_PAGES in tests/gates/public_addresses.py"
    assert sorted(PUBLIC_PAGES.keys() - names.keys()) == []


@pytest.mark.parametrize("name", LOOKED_AT)
def test_looking_reads_copies_and_nothing_else(city: City, name: str) -> None:
    with unchanged(city):
        answer, asked = ask(city, name, post=False)
        assert answer.status_code == PUBLIC_PAGES[name].status
        assert [sql for sql in asked if not READS.match(sql)] == []
        assert settings.SESSION_COOKIE_NAME not in answer.cookies


@pytest.mark.parametrize("name", PRESSED)
def test_pressing_leaves_a_package_and_nothing_else(city: City, name: str) -> None:
    with unchanged(city):
        answer, asked = ask(city, name, post=True)
        assert answer.status_code == 303, answer.content.decode()[-2000:]
        others = [sql for sql in asked if not READS.match(sql) and not COUNTS.match(sql)]
        assert all(LEAVES.match(sql) for sql in others), others
        assert len(others) == int(PUBLIC_PAGES[name].leaves)


@pytest.mark.parametrize("name", LOOKED_AT)
def test_a_page_leads_nowhere_inside(city: City, name: str) -> None:
    answer, _ = ask(city, name, post=False)
    inner = settings.RENDA_INNER_URL
    assert inner.encode() not in answer.content
    if "text/html" not in answer["Content-Type"]:
        return
    links = Links()
    links.feed(answer.content.decode())
    for link in links.found:
        path = re.sub(r"[?#].*", "", link)
        if path and not path.startswith(("tel:", "/static/", "ui/", "tabler/", "htmx/")):
            resolve(path, urlconf=made_of.URLCONF)


def test_no_inner_address_answers_in_the_public_zone(city: City) -> None:
    shared = PUBLIC_PAGES.keys() & PAGES.keys()
    closed = 0
    for name, page in PAGES.items():
        if name in shared:
            continue
        from django.urls import reverse

        path = reverse(name, args=page.args(city))
        if name == "front":
            continue  # each zone has its own
        try:
            found = resolve(path, urlconf=made_of.URLCONF)
        except Resolver404:
            closed += 1
            continue
        pytest.fail(f"{name} {path} is answered by {found.view_name} in the public zone")
    assert closed > 50


@pytest.mark.parametrize("name", ["voice:receipt", "voice:message.rate"])
def test_a_forged_link_opens_nothing(city: City, name: str) -> None:
    given = receipt(city)[0]
    for forged in (given[:-2] + "AA", "x", given.partition(":")[2]):
        with unchanged(city), public_zone() as client:
            send = client.post if name.endswith("rate") else client.get
            assert send(address(name, forged), {"process": "satisfied", "result": "satisfied"}).status_code == 404


def test_a_form_without_its_cookie_is_refused(city: City) -> None:
    with public_zone():
        strict = Client(enforce_csrf_checks=True)
        for name in PRESSED:
            page = PUBLIC_PAGES[name]
            assert page.given is not None
            assert strict.post(address(name, *page.args(city)), page.given(city)).status_code == 403
