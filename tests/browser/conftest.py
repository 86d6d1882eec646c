"""The harness of the browser tests: ``open_page``, ``sign_in``, ``axe``, ``screenshot``.

    def test_bench(open_page, sign_in, cast):
        sign_in(cast.people["county_assigner"])
        page = open_page("/bench/", 360, elder=True)
        axe(page)

Without Chromium each test is counted as skipped, with the line that says what to install.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from tests.browser import chromium, public
from tests.browser.visitor import Visitor

# Playwright keeps an event loop in this thread; Django would refuse its database calls.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
# The one in Playwright's package needs a library that a bare Debian does not have.
if node := shutil.which("node"):
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", node)

OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder carries the mark ``browser``, and is skipped where there is none."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if chromium.PATH is None:
                item.add_marker(pytest.mark.skip(reason=chromium.MISSING))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium.PATH, args=chromium.ARGUMENTS)
        yield started
        started.close()


def _furnish(settings: Any) -> None:
    settings.RENDA_GALLERY = True
    settings.RENDA_LIVE_URL = "/live"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(scope="session")
def public_server(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[LiveServer]:
    """The public zone's own server."""
    with django_db_blocker.unblock(), override_settings(MIDDLEWARE=public.MIDDLEWARE):
        server = LiveServer("127.0.0.1")
    yield server
    server.stop()


@pytest.fixture
def visitor(browser: Browser, settings: Any, live_server: LiveServer, public_server: LiveServer) -> Iterator[Visitor]:
    """Somebody with a browser in front of both zones (their database is real and emptied after the test)."""
    _furnish(settings)
    guest = Visitor(browser, live_server.url, public_server.url)
    yield guest
    guest.close()


@pytest.fixture(scope="session")
def _quiet_server(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[LiveServer]:
    with django_db_blocker.unblock():
        server = LiveServer("localhost")
    yield server
    server.stop()


@pytest.fixture
def onlooker(
    browser: Browser, settings: Any, _quiet_server: LiveServer, django_db_blocker: DjangoDbBlocker
) -> Iterator[Visitor]:
    """A visitor of pages that store nothing (the gallery): no database to empty, so three seconds a test sooner."""
    _furnish(settings)
    guest = Visitor(browser, _quiet_server.url)
    with django_db_blocker.unblock():
        yield guest
        guest.close()


@pytest.fixture
def open_page(visitor: Visitor) -> OpenPage:
    """``open_page(path, width, elder=…, js=…)``."""
    return visitor.open_page


@pytest.fixture
def sign_in(visitor: Visitor) -> Callable[[Any], None]:
    """``sign_in(person)`` before ``open_page``."""
    return visitor.sign_in
