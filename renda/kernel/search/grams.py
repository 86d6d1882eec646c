"""Text as it is searched, and its grams: every character and every two neighbours."""

from __future__ import annotations

import unicodedata

# What of one document is searched, and of one query is read.
DOCUMENT_CHARACTERS = 20_000
QUERY_CHARACTERS = 200
QUERY_WORDS = 8


def normal(text: str) -> str:
    """The text in NFKC and folded case, without zero-width characters, with single blanks.

    Full-width letters and digits become plain ones. Simplified and traditional forms are left as they are.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = []
    for character in folded:
        category = unicodedata.category(character)
        if category == "Cf":
            continue
        kept.append(" " if category in ("Cc", "Cs") else character)
    return " ".join("".join(kept).split())


def grams(text: str) -> list[str]:
    """All 1- and 2-character grams of a normal text; none holds a blank."""
    pairs = {text[at : at + 2] for at in range(len(text) - 1)}
    return sorted({*text, *(pair for pair in pairs if " " not in pair)} - {" "})


def query_words(query: str) -> list[str]:
    """The words of a query, each of which must be found; at most ``QUERY_WORDS``."""
    return list(dict.fromkeys(normal(query[:QUERY_CHARACTERS]).split()))[:QUERY_WORDS]


def query_grams(words: list[str]) -> list[str]:
    """The grams that a document must hold: of a longer word its pairs, of a single character itself."""
    needed = {word[at : at + 2] for word in words for at in range(max(1, len(word) - 1))}
    return sorted(needed)


def patterns(words: list[str]) -> list[str]:
    """LIKE patterns for words whose grams do not prove adjacency (three characters and more)."""
    return [f"%{_escaped(word)}%" for word in words if len(word) > 2]


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
