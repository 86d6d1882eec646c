"""Both zones in one process: the public addresses with their own middleware, and the border worked by hand."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address
from typing import Any

from django.test import Client, override_settings
from django.urls import reverse, set_urlconf

from renda.kernel.exchange import inbox, publishing
from renda.site import public_zone as made_of
from renda.voice import finding


@contextmanager
def public_zone() -> Iterator[Client]:
    """A browser in front of the public zone. (Its role is tried by ``public_zone/tests/test_role.py`` and ``tests/process``.)"""
    with override_settings(
        ROOT_URLCONF=made_of.URLCONF, MIDDLEWARE=made_of.MIDDLEWARE, TEMPLATES=made_of.TEMPLATES, LOGIN_URL="/nowhere/"
    ):
        try:
            # Limits count by address, and nobody else's tries are this browser's.
            yield Client(REMOTE_ADDR=str(IPv4Address((10 << 24) + secrets.randbits(24))))
        finally:
            set_urlconf(None)  # a request leaves its addresses with the thread


def address(name: str, *args: Any) -> str:
    """The path of a page of the public zone."""
    return reverse(name, urlconf=made_of.URLCONF, args=args)


def publish() -> dict[str, int]:
    """Make every copy that there should be; how many were changed, by kind."""
    return publishing.reconcile()


def settle() -> None:
    """What an act has marked is published, and nothing else: a forgotten mark is seen."""
    publishing.publish_marked()


def named(query: str) -> list[str]:
    """The deputies whom the public finds by a name now, in their order."""
    publish()
    return [deputy.name for deputy in finding.deputies_named(query)]


def representing(place_code: str) -> list[str]:
    """The deputies whom the public finds by a place now, in their order."""
    publish()
    return [deputy.name for deputy in finding.deputies_for(place_code)]


def stations_at(place_code: str) -> set[str]:
    """The stations that the public finds at a place now."""
    publish()
    return {station.name for station in finding.stations_at(place_code)}


def take() -> int:
    """What the public zone has left comes in and is handled, and what has changed is published; how many were settled."""
    while inbox.pull():
        pass
    settled = inbox.handle()
    publishing.publish_marked()
    return settled
