"""The app on a phone's home screen: what browsers ask of a manifest, and a service worker only in the public zone."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import NoReverseMatch, reverse
from PIL import Image, ImageChops

from renda.kernel.ui import shell
from tests.zones import address, public_zone

pytestmark = pytest.mark.django_db
RED = (181, 18, 27)


def said(settings: Any) -> dict[str, Any]:
    settings.RENDA_BRAND = "示范人大"
    with public_zone() as client:
        response = client.get(address("ui:manifest"))
    assert response["Content-Type"] == "application/manifest+json"
    found: dict[str, Any] = response.json()
    return found


def file(source: str) -> str:
    """The static file behind an address of the manifest."""
    found = finders.find(source.removeprefix("/static/"))
    assert isinstance(found, str), source
    return found


def test_the_manifest_has_what_browsers_ask_before_they_offer_to_install(settings: Any) -> None:
    manifest = said(settings)
    assert manifest["name"] == "示范人大"
    assert (manifest["id"], manifest["start_url"], manifest["scope"]) == ("/", "/", "/")
    assert manifest["display"] in {"standalone", "minimal-ui", "fullscreen"}
    assert manifest["theme_color"] == "#b5121b"
    assert len(manifest["short_name"]) <= 12
    any_purpose = {icon["sizes"] for icon in manifest["icons"] if icon["purpose"] == "any"}
    assert {"192x192", "512x512"} <= any_purpose
    assert {icon["sizes"] for icon in manifest["icons"] if icon["purpose"] == "maskable"} == {"192x192", "512x512"}


def test_every_icon_is_there_in_the_size_that_is_said(settings: Any) -> None:
    for icon in said(settings)["icons"]:
        path = file(icon["src"])
        if icon["type"] == "image/png":
            with Image.open(path) as picture:
                assert f"{picture.width}x{picture.height}" == icon["sizes"]
                assert picture.format == "PNG"


@pytest.mark.parametrize("side", [192, 512])
def test_a_maskable_icon_fills_its_square_and_keeps_its_figure_in_the_safe_circle(side: int) -> None:
    with Image.open(file(f"/static/ui/icon-maskable-{side}.png")) as opened:
        picture = opened.convert("RGBA").convert("RGB")
    corners = [picture.getpixel((x, y)) for x in (0, side - 1) for y in (0, side - 1)]
    assert corners == [RED] * 4
    # The safe zone is a circle of 80 % of the side (W3C, Web App Manifest, maskable icons).
    box = ImageChops.difference(picture, Image.new("RGB", picture.size, RED)).getbbox()
    assert box is not None
    half = side / 2
    assert max(((x - half) ** 2 + (y - half) ** 2) ** 0.5 for x in box[::2] for y in box[1::2]) <= 0.4 * side


def test_the_worker_is_for_the_whole_public_site_and_keeps_files_that_exist() -> None:
    with public_zone() as client:
        response = client.get(address("ui:worker"))
        page = client.get("/").content.decode()
        offline = client.get(address("ui:offline")).content.decode()
    assert response["Content-Type"].startswith("text/javascript")
    assert (response["Service-Worker-Allowed"], response["Cache-Control"]) == ("/", "no-cache")
    for name in shell.SHELL:
        assert finders.find(name), name
        # What it keeps is what pages load: nothing more, nothing less.
        assert f'"/static/{name}"' in page
        assert f'"/static/{name}"' in offline
        assert f'"/static/{name}"' in response.content.decode().replace("\\u002D", "-")
    for number in ("110", "119", "120"):
        assert f'href="tel:{number}"' in offline


def test_the_version_follows_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    before = shell._version()
    monkeypatch.setattr(shell, "SHELL", shell.SHELL[:-1])
    shell._version.cache_clear()
    assert shell._version() != before
    shell._version.cache_clear()


def test_the_inner_zone_has_no_worker(client: Client) -> None:
    with pytest.raises(NoReverseMatch):
        reverse("ui:worker")
    assert client.get("/ui/worker.js").status_code == 404
    assert "shell.js" not in client.get("/sign-in/").content.decode()
