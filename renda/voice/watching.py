"""Finding the words of the list in a text, however they are written: full width, zero width, spaces and signs between.

Nothing is refused or deleted because of a word: a person looks (``models.Hold``).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import ahocorasick
from django.db.models import Count, Max
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from renda.kernel.actions.api import Context
from renda.voice.models import Channel, Hold, Message, Stage, WatchWord

# A word does not reach over the end of a sentence or clause: 没有办法。轮到 holds no word across the stop.
_BREAKS = frozenset("。！？；，：\n")


def fold(text: str) -> tuple[str, list[int]]:
    """A text as it is compared, and for each of its characters the place in the text it comes from.

    Compatibility forms are one (NFKD), case does not count, and what is neither letter nor figure is left out.
    """
    folded: list[str] = []
    origin: list[int] = []
    for index, character in enumerate(text):
        given = "\n" if character in _BREAKS else unicodedata.normalize("NFKD", character).casefold()
        kept = [one for one in given if one == "\n" or one.isalnum()]
        folded += kept
        origin += [index] * len(kept)
    return "".join(folded), origin


class Finder:
    """The words of one list, all looked for in one pass."""

    def __init__(self, words: Sequence[tuple[str, str]]) -> None:
        self._automaton = ahocorasick.Automaton()
        for folded, word in words:
            self._automaton.add_word(folded, (word, len(folded)))
        self._is_empty = not words
        if words:
            self._automaton.make_automaton()

    def spans(self, text: str) -> list[tuple[int, int, str]]:
        """(from, to, word) of each place where a word stands in the text."""
        if self._is_empty:
            return []
        folded, origin = fold(text)
        return [
            (origin[last - length + 1], origin[last] + 1, word) for last, (word, length) in self._automaton.iter(folded)
        ]


@lru_cache(maxsize=32)
def _finder(tenant_id: int, stamp: tuple[int, int]) -> Finder:
    """The list of one congress; ``stamp`` (how many, the latest) changes with it."""
    return Finder(list(WatchWord.objects.filter(tenant_id=tenant_id).values_list("folded", "word")))


def _finders(path: Sequence[int]) -> list[Finder]:
    rows = WatchWord.objects.filter(tenant_id__in=path).values("tenant_id").order_by("tenant_id")
    stamps = rows.annotate(many=Count("id"), latest=Max("id"))
    return [_finder(row["tenant_id"], (row["many"], row["latest"])) for row in stamps]


def hold(ctx: Context, message: Message) -> None:
    """Mark a new message that carries words of its congress's list, or of one above; history was decided long ago."""
    if message.channel == Channel.REPLAY:
        return
    key = f"voice.watching.{message.tenant_id}"
    if key not in ctx.kept:
        ctx.kept[key] = _finders(message.tenant.path)
    text = f"{message.subject}\n{message.body}\n{message.place_text}"
    words = dict.fromkeys(word for finder in ctx.kept[key] for _, _, word in finder.spans(text))
    if words:
        ctx.insert(Hold(tenant_id=message.tenant_id, message=message, words=list(words)))


def waiting(message: Message) -> Hold | None:
    """The mark that nobody has decided on yet; a message that left the vetting was decided on with it."""
    found: Hold | None = getattr(message, "hold", None) if message.stage == Stage.VET else None
    return found if found is not None and found.decided_at is None else None


def decide(ctx: Context, message: Message) -> None:
    """A person has looked: the message goes on, the mark stays as history."""
    if (found := waiting(message)) is not None:
        found.decided_at, found.decided_by_id = ctx.now, ctx.actor.party_id
        ctx.update(found, "decided_at", "decided_by")
        ctx.detail(watched=list(found.words))


def marked(text: str, words: Sequence[str]) -> SafeString:
    """The text with these words marked where they stand, escaped."""
    spans = sorted(Finder([(fold(word)[0], word) for word in words]).spans(text))
    parts: list[Any] = []
    at = 0
    for start, end, _ in spans:
        if end > at:
            inside = conditional_escape(text[max(start, at) : end])
            parts += [conditional_escape(text[at:start]), f'<mark class="watched">{inside}</mark>']
            at = end
    return SafeString("".join([*parts, conditional_escape(text[at:])]))
