"""The elder-mode switch, and the gallery that a real site does not have."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse


@pytest.mark.django_db
@pytest.mark.parametrize("target", ["/ui/gallery/?a=1&b=2", "/"])
def test_the_switch_sets_the_cookie_and_goes_back(client: Client, target: str) -> None:
    response = client.get(reverse("ui:elder"), {"on": "1", "next": target})
    assert (response.status_code, response["Location"]) == (303, target)
    cookie = response.cookies["elder"]
    assert cookie.value == "1"
    assert cookie["samesite"] == "Lax"
    assert int(cookie["max-age"]) > 0
    off = client.get(reverse("ui:elder"), {"on": "0", "next": target})
    assert off.cookies["elder"].value == ""


@pytest.mark.django_db
@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "", "\\\\evil"])
def test_it_never_leads_out_of_the_house(client: Client, target: str) -> None:
    response = client.get(reverse("ui:elder"), {"on": "1", "next": target})
    assert response["Location"] == "/"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["ui:elder", "ui:badges", "ui:manifest"])
def test_nothing_of_it_can_be_posted(client: Client, name: str) -> None:
    assert client.post(reverse(name)).status_code == 405


GALLERY = ["gallery", "gallery_public", "gallery_case", "gallery_list", "gallery_form", "gallery_fault"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", GALLERY)
def test_a_real_site_has_no_gallery(client: Client, settings: Any, name: str) -> None:
    settings.DEBUG = settings.RENDA_GALLERY = False
    assert client.get(reverse(f"ui:{name}")).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("name", GALLERY[:5])
def test_the_gallery_renders_under_the_content_policy(client: Client, settings: Any, name: str) -> None:
    settings.RENDA_GALLERY = True
    response = client.get(reverse(f"ui:{name}"))
    assert response.status_code == 200
    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-inline" not in policy


@pytest.mark.django_db
def test_elder_mode_is_one_attribute_of_the_same_page(client: Client, settings: Any) -> None:
    settings.RENDA_GALLERY = True
    assert b'data-mode="elder"' not in client.get(reverse("ui:gallery")).content
    client.cookies["elder"] = "1"
    assert b'<html lang="zh-CN" data-mode="elder">' in client.get(reverse("ui:gallery")).content
