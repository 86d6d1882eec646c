"""Every address turns away whoever has no business there, and a press that is turned away changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings as site
from django.http import HttpResponse
from django.urls import reverse

from tests.gates.addresses import PAGES as OTHER_PAGES
from tests.gates.addresses import Page, addresses
from tests.gates.api_pages import API_PAGES
from tests.gates.changes import changed, state, unchanged, undone
from tests.gates.city import City
from tests.gates.congress_pages import CONGRESS_PAGES
from tests.gates.former_pages import FORMER_PAGES
from tests.gates.legal_time import LEGAL_TIME_PAGES

PAGES = {**OTHER_PAGES, **FORMER_PAGES, **CONGRESS_PAGES, **LEGAL_TIME_PAGES, **API_PAGES}
CLOSED = {name: page for name, page in PAGES.items() if not page.public}
TURNED_AWAY = [(name, role) for name, page in CLOSED.items() if not page.own for role in (*page.wrong, *page.strangers)]
PRESSES = [name for name, page in PAGES.items() if page.given is not None]


def test_every_address_is_in_the_table() -> None:
    names = dict(addresses())
    assert all(name.rpartition(":")[2] for name in names), "an address without a name cannot be linked or tested"
    missing = sorted(names.keys() - PAGES.keys())
    assert not missing, (
        f"add {', '.join(missing)} to PAGES in tests/gates/addresses.py (or its neighbours): who comes, and who does not"
    )
    gone = sorted(PAGES.keys() - names.keys())
    assert not gone, f"take {', '.join(gone)} out of PAGES in tests/gates/addresses.py"


def ask(city: City, name: str, role: str, *, post: bool) -> Any:
    page = PAGES[name]
    address = reverse(name, args=page.args(city), query=page.query(city))
    client = city.client(role)
    if post:
        assert page.given is not None
        return client.post(address, page.given(city))
    return client.get(address)


def ways(page: Page) -> list[bool]:
    """Whether the address is pressed (True), looked at (False) or both."""
    return [True] if page.only_post else [False] if page.given is None else [False, True]


def sends_to_sign_in(response: HttpResponse) -> bool:
    return response.status_code == 302 and response["Location"].startswith(site.LOGIN_URL)


# --- who comes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if not page.only_post])
def test_who_may_look_does_and_looking_writes_nothing(city: City, name: str, settings: Any) -> None:
    page = PAGES[name]
    for key, value in page.settings.items():
        setattr(settings, key, value)
    with unchanged(city):
        response = ask(city, name, page.by, post=False)
        b"".join(response) if response.streaming else response.content
        expected = {page.status} if page.given is None else {200}
        # Somebody who has not confirmed herself lately is asked to, which is a page of its own.
        assert response.status_code in expected | ({302} if page.own and name.startswith(("account", "mfa")) else set())


@pytest.mark.parametrize("name", PRESSES)
def test_who_may_press_does(city: City, name: str) -> None:
    """Else a refusal below could be the form's."""
    with undone():
        before = state(city)
        response = ask(city, name, PAGES[name].by, post=True)
        done = {PAGES[name].status} if PAGES[name].only_post else {302, 303}
        assert response.status_code in done, told(response)
        assert "kernel_audit_auditentry" in changed(city, before)


def told(response: HttpResponse) -> object:
    """What a form said, for whoever reads the failure."""
    form = (getattr(response, "context", None) or {}).get("form")
    return form.errors if form is not None else response.status_code


# --- who does not -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CLOSED)
def test_an_unknown_browser_is_sent_to_sign_in(city: City, name: str) -> None:
    page = CLOSED[name]
    for post in ways(page):
        with unchanged(city):
            response = ask(city, name, "constituent", post=post)
            if page.logged_out == 302:
                assert sends_to_sign_in(response), response.status_code
            else:
                assert response.status_code == page.logged_out


@pytest.mark.parametrize(("name", "role"), TURNED_AWAY)
def test_who_has_no_business_there_is_turned_away(city: City, name: str, role: str) -> None:
    page = PAGES[name]
    for post in ways(page):
        with unchanged(city):
            response = ask(city, name, role, post=post)
            # 409 and 422: she may see the row; the flow does not give her this step.
            assert response.status_code in ({403, 404, 409, 422} if post else {403, 404})


@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if page.only_post])
def test_a_press_has_no_page(city: City, name: str) -> None:
    with unchanged(city):
        assert ask(city, name, PAGES[name].by, post=False).status_code == 405


@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if page.given is None])
def test_a_page_takes_no_form(city: City, name: str) -> None:
    """Where nothing is declared to be pressed, pressing does nothing."""
    page = PAGES[name]
    with unchanged(city):
        address = reverse(name, args=page.args(city))
        assert city.client(page.by).post(address, {}).status_code != 303
