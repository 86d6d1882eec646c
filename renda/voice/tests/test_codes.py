"""Codes on paper and short numbers: who may print what, and where a typed number leads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from renda.kernel.codes.api import in_groups, svg
from tests.people import Cast
from tests.zones import public_zone, publish


def client(cast: Cast, role: str = "") -> Client:
    browser = Client()
    if role:
        browser.force_login(cast.people[role], backend="django.contrib.auth.backends.ModelBackend")
    return browser


def papers(cast: Cast) -> list[str]:
    station = cast.stations["township"]
    return [f"/stations/{station.tenant_id}/{station.pk}/{name}.pdf" for name in ("code", "deputies")]


@pytest.mark.parametrize("layout", ["code_sheet", "code_poster"])
@pytest.mark.parametrize("role", ["station_manager", "presidium_clerk"])
def test_whose_station_it_is_prints_its_codes(cast: Cast, role: str, layout: str) -> None:
    for address in papers(cast):
        answer = client(cast, role).get(f"{address}?layout={layout}")
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        assert answer.content.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("presidium_vetter", 403),  # same office, not her business
        ("county_assigner", 403),
        ("far_station_manager", 404),
        ("other_township_clerk", 404),
        ("stranger", 404),
        ("", 302),
    ],
)
def test_nobody_else_does(cast: Cast, role: str, status: int) -> None:
    station = cast.stations["township"]
    for address in (*papers(cast), f"/codes/stations/{station.pk}/"):
        assert client(cast, role).get(address).status_code == status, address


def test_a_wrong_layout_or_a_wrong_tenant_is_not_found(cast: Cast) -> None:
    station, browser = cast.stations["township"], client(cast, "station_manager")
    assert browser.get(f"{papers(cast)[0]}?layout=sign_in_slips").status_code == 404
    assert browser.get(f"/stations/{cast.tenant('county')}/{station.pk}/code.pdf").status_code == 404


def test_a_deputy_prints_her_own_code_and_only_a_deputy_has_one(cast: Cast) -> None:
    answer = client(cast, "deputy").get("/codes/mine.pdf")
    assert answer.content.startswith(b"%PDF")
    assert in_groups(cast.codes["deputy"].code) in client(cast, "deputy").get("/codes/").content.decode()
    assert client(cast, "presidium_clerk").get("/codes/mine.pdf").status_code == 404
    assert client(cast).get("/codes/mine.pdf").status_code == 302
    assert client(cast, "presidium_vetter").get("/codes/").status_code == 403


def test_the_code_on_the_screen_leads_to_the_public_address(cast: Cast, settings: Any) -> None:
    settings.RENDA_PUBLIC_URL = "https://renda.example/"
    station, code = cast.stations["township"], cast.codes["station"].code
    page = client(cast, "station_manager").get(f"/codes/stations/{station.pk}/").content.decode()
    drawn = str(svg(f"https://renda.example/c/{code}/", f"{station.name}的二维码"))
    assert drawn in page


@pytest.mark.parametrize("written", [str.lower, in_groups, str])
def test_a_typed_short_number_opens_what_it_names(cast: Cast, written: Callable[[str], str]) -> None:
    code = cast.codes["station"].code
    publish()
    with public_zone() as browser:
        answer = browser.get("/", {"code": written(code)})
    assert (answer.status_code, answer["Location"]) == (302, f"/c/{code}/")


def test_a_mistyped_number_says_so_and_stays(cast: Cast) -> None:
    with public_zone() as browser:
        answer = browser.get("/", {"code": "ABCD-EFGH"})
    assert answer.status_code == 422
    assert 'value="ABCD-EFGH"' in answer.content.decode()
    assert "没有这个短码" in answer.content.decode()
