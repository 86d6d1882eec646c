"""What every template in the house must keep: known icons, and nothing that the content policy forbids."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from renda.kernel.ui import icons, shapes, states

HOUSE = Path(__file__).resolve().parents[3]
TEMPLATES = sorted(path for path in HOUSE.glob("**/templates/**/*.html") if "node_modules" not in path.parts)
SOURCES = sorted(path for path in HOUSE.glob("**/*.py") if "tests" not in path.parts)

_ICON_TAG = re.compile(r"""{%\s*icon\s+["']([^"']+)["']""")
_ICON_ARGUMENT = re.compile(r"""\bicon=["']([a-z0-9-]+)["']""")
_FORBIDDEN = {
    "inline style": re.compile(r"<[^>]+\sstyle\s*=", re.IGNORECASE),
    "inline handler": re.compile(r"<[^>]+\son[a-z]+\s*=", re.IGNORECASE),
    "inline script": re.compile(r"""<script(?![^>]*\b(?:src=|type="application/json"))""", re.IGNORECASE),
    "style element": re.compile(r"<style", re.IGNORECASE),
    "another host": re.compile(r"""(?:src|href|action)=["'](?:https?:)?//""", re.IGNORECASE),
}


def _name(path: Path) -> str:
    return str(path.relative_to(HOUSE))


def test_there_are_templates() -> None:
    assert any(path.name == "frame.html" for path in TEMPLATES)


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_icons_of_templates_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for name in _ICON_TAG.findall(text) + _ICON_ARGUMENT.findall(text):
        assert icons.svg(name)


def test_icons_of_code_exist() -> None:
    for path in SOURCES:
        for name in _ICON_ARGUMENT.findall(path.read_text(encoding="utf-8")):
            assert icons.svg(name), path
    for state in states.known().values():
        assert icons.svg(state.icon_name)
    for name in shapes.TONE_ICONS.values():
        assert icons.svg(name)


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_the_content_policy_holds(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    broken = [what for what, pattern in _FORBIDDEN.items() if pattern.search(text)]
    assert broken == []


@pytest.mark.parametrize("name", ["no-such-icon", "../outline/clock", "clock.svg", ""])
def test_an_unknown_icon_is_a_fault(name: str) -> None:
    with pytest.raises(icons.UnknownIconError):
        icons.svg(name)


def test_an_icon_is_hidden_from_screen_readers() -> None:
    svg = icons.svg("clock")
    assert svg.startswith("<svg")
    assert svg.endswith("</svg>")
    assert 'aria-hidden="true"' in svg
    assert "style" not in svg
