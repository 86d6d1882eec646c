"""Everybody finds the chapter of her own work; what a chapter names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client, override_settings

from renda.kernel.manual.api import chapters_for
from renda.kernel.manual.rendering import html_of
from renda.kernel.parties import Actor
from tests.people import Cast
from tests.zones import public_zone

FILES = sorted(path for path in Path(settings.RENDA_MANUAL_DIR).glob("*.md") if path.stem != "README")


def test_every_file_is_a_chapter() -> None:
    everything = Actor("person", "甲", party_id=1)
    assert {chapter.file for chapter in chapters_for(everything)} == set(FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_a_chapter_names_is_there(path: Path) -> None:
    html = html_of(path)
    known = {f"/help/{file.stem}/" for file in FILES}
    assert {link for link in re.findall(r'href="([^"]+)"', html) if link.startswith("/help/")} <= known
    assert not re.search(r'href="[^"]+\.md"', html)
    for picture in re.findall(r'src="/static/([^"]+)"', html):
        assert finders.find(picture), picture


def test_no_markup_passes_through(tmp_path: Path) -> None:
    file = tmp_path / "x.md"
    file.write_text("# <b>标题</b>\n\n[链接](javascript:alert(1))\n", encoding="utf-8")
    html = html_of(file)
    assert "<b>" not in html
    assert "javascript" not in re.sub(r">[^<]*<", "><", html)


@pytest.mark.parametrize(
    ("role", "title"),
    [
        ("", "群众"),
        ("deputy", "人大代表"),
        ("station_manager", "代表联络站"),
        ("case_officer", "承办单位"),
        ("presidium_assigner", "人大机关"),
    ],
)
def test_each_begins_with_her_own_chapter(cast: Cast, client: Client, role: str, title: str) -> None:
    if role:
        client.force_login(cast.people[role])
    page = client.get("/help/").content.decode()
    assert f"<title>使用帮助：{title}" in page
    assert client.get("/help/unit/").status_code == (200 if role else 404)


@pytest.mark.django_db
def test_an_installation_without_the_manual_shows_no_link(tmp_path: Path) -> None:
    with public_zone() as browser:
        assert "/help/" in browser.get("/receipt/").content.decode()
        assert "<title>使用帮助：群众" in browser.get("/help/").content.decode()
        # Not by the fixture: it would be taken back after the zone, and leave the zone's settings behind.
        with override_settings(RENDA_MANUAL_DIR=tmp_path):
            assert "/help/" not in browser.get("/receipt/").content.decode()
            assert browser.get("/help/").status_code == 404
