"""What no honest browser sends: to every address, in every field. Nothing of it is a fault, and nothing gets through."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.gates.changes import changed, state, unchanged, undone
from tests.gates.city import City
from tests.gates.test_addresses import PAGES, PRESSES

SCRIPT = "<script>alert(1)</script>"
# By what they are; the values stand in the address as they are written here.
WORDS = {
    "NUL": "%00",
    "a lone surrogate and half a character": "%ED%A0%80%E4%B8",
    "markup, unseen and rare characters": quote(
        f"{SCRIPT}{{{{7*7}}}}{{% debug %}}' OR 1=1 --\u202e\u200b\ufeff𠮷㐂〇·"
    ),
    "a header": quote("x\r\nX-Injected: 1"),
    "the first day": "0001-01-01",
    "the last day": "9999-12-31",
    "a huge number": "9" * 40,
}
TYPED = {**{name: WORDS[name] for name in list(WORDS)[:3]}, "long": "%E5%AD%97" * 3000}
# What pages read of an address, beside the fields they show.
ASKED = ("page", "sort", "q", "export", "tab", "next", "deputy", "year", "month", "place", "congress", "key", "name")
_FIELD = re.compile(r'<(?:input|select|textarea)\b[^>]*\bname="([^"]+)"')


def harmless(response: HttpResponse) -> None:
    """No fault; what was sent stands nowhere as markup and in no header."""
    assert response.status_code < 500, response.status_code
    assert "X-Injected" not in response.headers
    body = b"".join(response) if response.streaming else response.content  # type: ignore[arg-type]
    if response.headers.get("Content-Type", "").startswith("text/html"):
        assert SCRIPT.encode() not in body


@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if not page.only_post])
def test_an_address_may_carry_anything(city: City, name: str, settings: Any) -> None:
    page = PAGES[name]
    for key, value in page.settings.items():
        setattr(settings, key, value)
    client, address = city.client(page.by), reverse(name, args=page.args(city))
    plain = client.get(address, page.query(city))
    shown = b"" if plain.streaming else plain.content
    fields = sorted({*ASKED, *_FIELD.findall(shown.decode("utf-8", "replace"))} - {"csrfmiddlewaretoken"})
    for word in WORDS.values():
        with undone():
            harmless(client.get(f"{address}?{'&'.join(f'{quote(field)}={word}' for field in fields)}"))


@pytest.mark.parametrize("name", PRESSES)
def test_a_field_may_hold_anything(city: City, name: str) -> None:
    page = PAGES[name]
    assert page.given is not None
    client, address = city.client(page.by), reverse(name, args=page.args(city), query=page.query(city))
    fields = [*page.given(city), "idempotency_key"]
    for word in TYPED.values():
        with undone():
            body = "&".join(f"{quote(field)}={word}" for field in fields)
            harmless(client.post(address, body.encode(), content_type="application/x-www-form-urlencoded"))


@pytest.mark.parametrize("name", PRESSES)
def test_what_a_form_does_not_ask_for_is_not_taken(city: City, name: str) -> None:
    """Neither a fault nor a way to a column: the press ends as it does without."""
    page = PAGES[name]
    assert page.given is not None
    more = {
        **dict.fromkeys(("id", "pk", "tenant", "tenant_id", "party", "party_id", "created_by", "actor", "ctx"), "1"),
        **dict.fromkeys(("role", "kind", "state", "stage", "is_staff", "is_superuser", "is_demo", "quiet"), "admin"),
    }
    address = reverse(name, args=page.args(city), query=page.query(city))
    ends = []
    for beside in ({}, more):
        with undone():
            # Made anew: a file is read once.
            before, sent = state(city), {**beside, **page.given(city)}
            ends.append((city.client(page.by).post(address, sent).status_code, changed(city, before)))
    assert ends[0] == ends[1]


@pytest.mark.parametrize("name", PRESSES)
def test_a_form_of_another_site_is_refused(city: City, name: str) -> None:
    """Without this site's token, and with it but from elsewhere."""
    page = PAGES[name]
    assert page.given is not None
    address, given = reverse(name, args=page.args(city), query=page.query(city)), page.given(city)
    client = Client(enforce_csrf_checks=True)
    client.cookies.update(city.client(page.by).cookies)
    client.get("/sign-in/")
    token = client.cookies["csrftoken"].value if "csrftoken" in client.cookies else "x" * 32
    with unchanged(city):
        assert client.post(address, given).status_code == 403
        from_elsewhere = {"Origin": "https://evil.example"}
        signed = {**given, "csrfmiddlewaretoken": token}
        assert client.post(address, signed, headers=from_elsewhere).status_code == 403
        assert client.post(address, signed, headers={"Origin": "null"}).status_code == 403


def test_the_words_are_what_they_are_called() -> None:
    assert urlencode({"x": "\0"}) == f"x={WORDS['NUL']}"
    with pytest.raises(UnicodeDecodeError):
        bytes.fromhex(WORDS["a lone surrogate and half a character"].replace("%", "")).decode()
