"""The hand-written lexicon: words that tell which first-level category a message belongs to.

``data/lexicon.toml`` holds, for each of the fifteen first-level categories, ``strong`` words that settle the matter
nearly alone and ``usual`` words that only lean that way. One pass of an Aho-Corasick automaton finds them all; a word
inside a longer word that was found too does not count (``公积金`` hides ``公``).
"""

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

import ahocorasick

from .text import dampened

LEXICON_FILE = Path(__file__).resolve().parent.parent / "data" / "lexicon.toml"
STRONG, USUAL = 1.0, 0.4


class Lexicon:
    """Words with the categories they speak for; ``categories`` keeps the order of the file."""

    def __init__(self, words: Mapping[str, Mapping[str, str]]) -> None:
        self.categories: tuple[str, ...] = tuple(words)
        self._meaning: dict[str, dict[str, float]] = defaultdict(dict)
        for category, groups in words.items():
            for group, weight in (("usual", USUAL), ("strong", STRONG)):
                for word in groups.get(group, "").split():
                    self._meaning[word][category] = weight
        self._automaton = ahocorasick.Automaton()
        for word in self._meaning:
            self._automaton.add_word(word, word)
        self._automaton.make_automaton()

    def find(self, text: str) -> Counter[str]:
        """Lexicon words in ``text`` with their number; words inside a longer found word are left out."""
        hits = ((end - len(word) + 1, end + 1, word) for end, word in self._automaton.iter(text))
        return Counter(word for _, _, word in outermost(hits))

    def speaks_for(self, word: str) -> Mapping[str, float]:
        """Category -> weight (1.0 strong, 0.4 usual) of a lexicon word; empty for any other word."""
        return self._meaning.get(word, {})

    def scores(self, found: Counter[str]) -> dict[str, float]:
        """Sum of weights per category over found words, a word's repeats dampened."""
        total: dict[str, float] = defaultdict(float)
        for word, number in found.items():
            for category, weight in self._meaning[word].items():
                total[category] += weight * dampened(number)
        return dict(total)


Hit = tuple[int, int, str]


def outermost(hits: Iterable[Hit]) -> list[Hit]:
    """Hits ``(start, end, word)`` that do not lie inside a longer hit, in the order of the text."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit[0], -hit[1])):
        if not kept or hit[1] > kept[-1][1]:
            kept.append(hit)
    return kept


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The product's lexicon, read once per process."""
    with LEXICON_FILE.open("rb") as file:
        return Lexicon(tomllib.load(file))
