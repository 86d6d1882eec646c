"""Markdown of our own tree as HTML: no HTML passes through, chapters lead to chapters, pictures are static files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token

_CHAPTER = re.compile(r"(\w+)\.md")
_PICTURE = re.compile(r"\.\./pictures/([\w.-]+)")


def html_of(file: Path) -> SafeString:
    """A chapter as HTML, made once for each version of its file."""
    return _made(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _made(file: Path, _version: int) -> SafeString:
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(file.read_text(encoding="utf-8"))
    for token in tokens:
        _settle(token)
    # What the reader writes is markup of its own making: all text in it is escaped.
    return SafeString(str(reader.renderer.render(tokens, reader.options, {})))


def _settle(token: Token) -> None:
    """Point links and pictures at this site; give tables the house's looks."""
    if token.type == "table_open":
        token.attrSet("class", "table")
    if token.type == "image" and (picture := _PICTURE.fullmatch(str(token.attrs["src"]))):
        token.attrSet("src", static(f"manual/{picture[1]}"))
        token.attrSet("loading", "lazy")
    if token.children:
        token.children = _linked(token.children)
    for child in token.children or ():
        _settle(child)


def _linked(tokens: Sequence[Token]) -> list[Token]:
    """Links lead to chapters or out of the house; a link to another of our documents, which is not here, is its words."""
    kept: list[Token] = []
    is_dead = False
    for token in tokens:
        if token.type == "link_open":
            href = str(token.attrs["href"])
            chapter = _CHAPTER.fullmatch(href)
            is_dead = chapter is None and "://" not in href
            if chapter is not None:
                token.attrSet("href", reverse("manual:chapter", args=[chapter[1]]))
        if not (is_dead and token.type in {"link_open", "link_close"}):
            kept.append(token)
    return kept
