"""What the browser tests of messages share: the small city with a published flow, and pages opened as its people."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

from renda.kernel.tenancy import tenant_transaction
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

    def stored(self) -> list[Message]:
        """The messages of the town, in the order in which they came."""
        take()
        with tenant_transaction(self.story.cast.tenants):
            return list(Message.objects.order_by("id"))

    def case(self, role: str, message: Message, width: int = 1440, **how: Any) -> Page:
        """A message's page."""
        return self.open_as(role, f"/messages/{message.pk}/", width, **how)


def press(page: Page, verb: str, *, said: str = "", **typed: str) -> None:
    """Unfold a button of the case page, fill in its form, press it; ``said``: the sentence that must come back."""
    anchor = f"act-message-{verb.replace('_', '-')}"
    led_to = page.locator(f"p#{anchor} a")
    if led_to.count():
        led_to.click()  # its form stands on the page that the button leads to, open
    panel = page.locator(f"details#{anchor}")
    if panel.count():
        if panel.get_attribute("open") is None:
            panel.locator("> summary").click()
        form = panel
    else:
        form = page.locator(f"#{anchor}-form")
    fill(form, **typed)
    with page.expect_navigation():
        form.locator("button").last.click()
    if said:
        assert said in page.locator(".notes").inner_text()


def buttons(page: Page) -> set[str]:
    """The verbs of the case page's buttons."""
    parts = page.locator("#actions .act").evaluate_all("parts => parts.map(part => part.id)")
    return {part.removeprefix("act-message-").removesuffix("-form").replace("-", "_") for part in parts}


def fill(form: Any, **typed: str) -> None:
    """Type into the fields of a form by their names; boxes, radio buttons and selects are chosen by value."""
    for name, value in typed.items():
        field = form.locator(f"[name={name}]").first
        if field.get_attribute("type") in ("radio", "checkbox"):
            form.locator(f"[name={name}][value='{value}']").check()
        elif field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def leave(page: Page) -> tuple[str, str]:
    """Press 提交留言; the receipt number and the query word that come back."""
    page.get_by_role("button", name="提交留言").click()
    expect(page.locator(".notice-ok")).to_contain_text("留言已提交")
    number, word = page.locator(".receipt strong").all_inner_texts()
    return number, word


def look_up(page: Page, number: str, word: str) -> None:
    """Open the receipt by its number and word."""
    work_the_border()
    page.goto(re.sub(r"(//[^/]+/).*", r"\1receipt/", page.url))
    fill(page.locator("main form"), receipt_number=number, word=word)
    page.get_by_role("button", name="查询").click()
    page.wait_for_load_state()
