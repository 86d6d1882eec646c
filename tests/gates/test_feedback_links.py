"""The form for complaints about the site itself is one link away on every page of both zones, error pages too.

The platform must have an entry for complaints and suggestions (政务应用程序 rules of 2023).
"""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings as site
from django.test import RequestFactory
from django.urls import reverse

from renda.kernel.ui import faults
from tests.gates.city import City
from tests.gates.test_addresses import PAGES, ask
from tests.gates.test_public_addresses import LOOKED_AT
from tests.gates.test_public_addresses import ask as ask_public
from tests.zones import public_zone

WORDS = "意见反馈"


def leads_to_the_form(html: str) -> bool:
    inside = f'href="{reverse("feedback:feedback.send")}?page='
    outside = f'href="{site.RENDA_PUBLIC_URL}/feedback/?page='
    return WORDS in html and (inside in html or outside in html)


def is_page(response: Any) -> bool:
    """Whole pages, not files and not parts that are put into them."""
    is_html = not response.streaming and response["Content-Type"].startswith("text/html")
    return is_html and response.status_code == 200 and b"<!doctype html>" in response.content


def test_every_public_page_leads_to_the_form(city: City) -> None:
    pages = 0
    for name in LOOKED_AT:
        answer, _ = ask_public(city, name, post=False)
        if is_page(answer):
            pages += 1
            assert leads_to_the_form(answer.content.decode()), name
    assert pages > 15


def test_every_inner_page_leads_to_the_form(city: City, settings: Any) -> None:
    pages = 0
    for name, page in PAGES.items():
        if page.only_post or name.startswith("ui:gallery"):
            continue
        for key, value in page.settings.items():
            setattr(settings, key, value)
        answer = ask(city, name, page.by, post=False)
        if is_page(answer):
            pages += 1
            assert leads_to_the_form(answer.content.decode()), name
    assert pages > 40


@pytest.mark.parametrize("status", list(faults.PAGES))
def test_every_error_page_leads_to_the_form(status: int) -> None:
    request = RequestFactory().get("/x/")
    assert leads_to_the_form(faults.respond(request, faults.PAGES[status]).content.decode())
    with public_zone():
        assert leads_to_the_form(faults.respond(request, faults.PAGES[status]).content.decode())
