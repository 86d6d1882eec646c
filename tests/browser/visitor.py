"""A visitor with a browser: opens pages of the site under test at a width, in a mode, signed in or not.

Whatever she does, three things are watched and asserted when the test ends: no request leaves the host, the content
policy is never broken, no script throws.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route

from tests.browser.chromium import AXE

# CSS pixels (width, height): a small phone, a tablet, a desk, a large desk.
HEIGHTS = {360: 740, 768: 1024, 1440: 900, 1920: 1080}
WIDTHS = tuple(HEIGHTS)
SEVERE = ("serious", "critical")
PATIENCE_MS = 10_000


@dataclass
class Visitor:
    """One test's browser. Each ``open_page`` is a fresh context (no cookies but hers)."""

    browser: Browser
    url: str
    public_url: str = ""
    cookies: dict[str, str] = field(default_factory=dict)
    contexts: list[BrowserContext] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def sign_in(self, person: Any, *, second_factor: bool = False) -> None:
        """Sign a person in without a password (an administrator: with her second factor); later pages carry her session."""
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        if second_factor:
            session = client.session
            session["account_authentication_methods"] = [{"method": "mfa"}]
            session.save()
        self.cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value

    def open_page(
        self,
        path: str,
        width: int = 1440,
        *,
        elder: bool = False,
        js: bool = True,
        public: bool = False,
        workers: bool = False,
    ) -> Page:
        """Open a path at a width in CSS pixels, in elder mode or not, with scripts or without; of the public zone or inside.

        ``workers``: a service worker may be installed (browsers inside other apps have none).
        """
        base = self.public_url if public else self.url
        context = self.browser.new_context(
            viewport={"width": width, "height": HEIGHTS.get(width, 900)},
            locale="zh-CN",
            java_script_enabled=js,
            has_touch=width < 700,
            reduced_motion="reduce",
            service_workers="allow" if workers else "block",
        )
        context.set_default_timeout(PATIENCE_MS)
        cookies = {**self.cookies, **({"elder": "1"} if elder else {})}
        context.add_cookies([{"name": name, "value": value, "url": base} for name, value in cookies.items()])
        context.route("**/*", lambda route: self._stay_in_the_house(route, base))
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.faults.append(f"script fault: {error}"))
        page.goto(base + path, wait_until="load")
        return page

    def _stay_in_the_house(self, route: Route, base: str) -> None:
        asked = urlsplit(route.request.url)
        if asked.scheme in ("data", "blob") or asked.netloc == urlsplit(base).netloc:
            route.continue_()
            return
        self.faults.append(f"request to another host: {route.request.url}")
        route.abort()

    def _listen(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.faults.append(message.text)

    def close(self) -> None:
        """Close all pages and say what went wrong behind the scenes."""
        for context in self.contexts:
            context.close()
        assert self.faults == []


def axe(page: Page) -> None:
    """Assert that axe finds nothing serious or critical on the page."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    severe = [
        f"{item['id']} ({item['impact']}): {item['help']} {[node['target'] for node in item['nodes']][:5]}"
        for item in found["violations"]
        if item["impact"] in SEVERE
    ]
    assert severe == [], "\n".join(severe)


def screenshot(page: Page, name: str) -> Path | None:
    """Keep a picture of the whole page under ``RENDA_PICTURES`` (a folder); without that setting keep none."""
    folder = os.environ.get("RENDA_PICTURES")
    if not folder:
        return None
    target = Path(folder) / f"{name}.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=target, full_page=True)
    return target


SMALL_TARGETS = """(least) => [...document.querySelectorAll(
    ".btn, .form-control, .form-select, .option, summary, .to-do, .elder-switch, .brand, .band nav a, .tile, .drop-list a")]
  .filter((part) => part.checkVisibility({contentVisibilityAuto: true}) && part.getBoundingClientRect().height > 0)
  .map((part) => [part.className || part.tagName, part.textContent.trim().slice(0, 12), part.getBoundingClientRect().height])
  .filter(([, , height]) => height < least - 0.5)"""

SMALL_TEXT = """(least) => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), small = [];
  for (let node; (node = walker.nextNode());) {
    const part = node.parentElement;
    if (!node.textContent.trim() || !part.checkVisibility() || part.closest(".visually-hidden, script, option")) continue;
    const size = parseFloat(getComputedStyle(part).fontSize);
    if (size < least) small.push([part.className || part.tagName, node.textContent.trim().slice(0, 12), size]);
  }
  return small;
}"""


def assert_large_enough(page: Page, *, elder: bool) -> None:
    """Targets of 44 px (60 px in elder mode), text of 15 px (18 px), and no sideways scrolling."""
    assert page.evaluate(SMALL_TARGETS, 60 if elder else 44) == []
    assert page.evaluate(SMALL_TEXT, 18 if elder else 14) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@contextmanager
def counting(page: Page, method: str) -> Iterator[list[str]]:
    """The addresses that are asked for with a method while the block runs."""
    seen: list[str] = []

    def note(request: Any) -> None:
        if request.method == method:
            seen.append(request.url)

    page.on("request", note)
    try:
        yield seen
    finally:
        page.remove_listener("request", note)
