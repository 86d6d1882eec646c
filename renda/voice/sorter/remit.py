"""Is a message at the right door? Signs of another one are proposed with the words found; a person decides.

The signs are data (``data/remit.toml``): lawsuits, arbitration and reconsideration, accusations, messages about a
person, matters already in petition or on 12345, emergencies, marks of secrecy. Precision comes before reach: a
subject's sign weighs double, and a sign inside an exception (“如果着火”, “法院附近”) does not count.
"""

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

REMIT_FILE = Path(__file__).resolve().parent.parent / "data" / "remit.toml"
#: A sign in the subject against one in the body.
SUBJECT_WORTH, BODY_WORTH = 2, 1
_MARKS = re.compile(r"[^。！？!?\n]+[。！？!?]?")


@dataclass(frozen=True)
class Door:
    """One door outside the remit, with the signs of what belongs there."""

    key: str
    title: str
    door: str
    advice: str
    sealed: bool
    needs: int
    signs: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str]


@dataclass(frozen=True)
class Suggestion:
    """A proposed door: ``key`` names it, ``words`` were found, ``sealed`` says whether the text is to be sealed."""

    key: str
    title: str
    door: str
    advice: str
    sealed: bool
    words: tuple[str, ...]
    reason: str


def check(subject: str, body: str, persons: Collection[str] = ()) -> list[Suggestion]:
    """Doors the message may belong to, in the order of the file; empty means: nothing speaks against the remit.

    ``persons`` are names of deputies or officials: a message that names one is about a person.
    """
    texts = ((_MARKS.findall(subject), SUBJECT_WORTH), (_MARKS.findall(body), BODY_WORTH))
    found = [suggestion for door in doors() if (suggestion := _suggest(door, texts))]
    named = tuple(name for name in persons if len(name) > 1 and name in subject + body)
    if named and not any(suggestion.key == "person" for suggestion in found):
        found.append(_suggestion(next(door for door in doors() if door.key == "person"), named))
    return found


@lru_cache(maxsize=1)
def doors() -> tuple[Door, ...]:
    """The doors of ``data/remit.toml``, read and compiled once per process."""
    with REMIT_FILE.open("rb") as file:
        return tuple(
            Door(
                key=key,
                title=door["title"],
                door=door["door"],
                advice=door["advice"],
                sealed=door["sealed"],
                needs=door["needs"],
                signs=tuple(re.compile(sign) for sign in door["signs"]),
                unless=re.compile("|".join(f"(?:{exception})" for exception in door["unless"])),
            )
            for key, door in tomllib.load(file).items()
        )


def _suggest(door: Door, texts: Iterable[tuple[Sequence[str], int]]) -> Suggestion | None:
    words: list[str] = []
    worth = 0
    for sign in door.signs:
        for sentences, weight in texts:
            hit = next(_hits(sign, door.unless, sentences), None)
            if hit:
                worth += weight
                words.append(hit)
                break
    return _suggestion(door, tuple(dict.fromkeys(words))) if worth >= door.needs else None


def _hits(sign: re.Pattern[str], unless: re.Pattern[str], sentences: Iterable[str]) -> Iterator[str]:
    """The sign's places that no exception touches."""
    for sentence in sentences:
        for match in sign.finditer(sentence):
            excused = (exception.span() for exception in unless.finditer(sentence))
            if not any(start < match.end() and match.start() <= end for start, end in excused):
                yield match.group().strip()


def _suggestion(door: Door, words: tuple[str, ...]) -> Suggestion:
    quoted = "".join(f"“{word}”" for word in words[:4])
    return Suggestion(
        door.key, door.title, door.door, door.advice, door.sealed, words, f"出现{quoted}，可能属于{door.title}"
    )
