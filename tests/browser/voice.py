"""What the browser tests of messages share: the small city with a published flow, and pages opened as its people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

from renda.voice.models import Message
from renda.voice.tests.conftest import Story
from tests.browser.visitor import Visitor
from tests.zones import publish, take

CONSTITUENT = "constituent"


def work_the_border() -> None:
    """What the worker does twice a second: take in what was left outside, publish what has changed."""
    take()
    publish()


@dataclass
class Town:
    """The small city in front of a browser."""

    story: Story
    visitor: Visitor

    @property
    def code(self) -> str:
        """The address behind the station's code."""
        return f"/c/{self.story.cast.codes['station'].code}/"

    def open_as(self, role: str, path: str, width: int = 1440, **how: Any) -> Page:
        """A page as a person of the cast sees it; ``constituent`` has no account."""
        self.visitor.cookies.clear()
        if role == CONSTITUENT:
            work_the_border()
            return self.visitor.open_page(path, width, public=True, **how)
        self.visitor.sign_in(self.story.cast.people[role])
        return self.visitor.open_page(path, width, **how)

    def case(self, role: str, message: Message, width: int = 1440, **how: Any) -> Page:
        """A message's page."""
        return self.open_as(role, f"/messages/{message.pk}/", width, **how)


def press(page: Page, verb: str, *, said: str = "", **typed: str) -> None:
    """Unfold a button of the case page, fill in its form, press it; ``said``: the sentence that must come back."""
    panel = page.locator(f"#act-message-{verb.replace('_', '-')}")
    if panel.count():
        panel.locator("> summary").click()
        form = panel
    else:
        form = page.locator(f"#act-message-{verb.replace('_', '-')}-form")
    fill(form, **typed)
    with page.expect_navigation():
        form.locator("button").last.click()
    if said:
        assert said in page.locator(".notes").inner_text()


def fill(form: Any, **typed: str) -> None:
    """Type into the fields of a form by their names; radio buttons and selects are chosen by value."""
    for name, value in typed.items():
        field = form.locator(f"[name={name}]").first
        if field.get_attribute("type") == "radio":
            form.locator(f"[name={name}][value={value}]").check()
        elif field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
