"""Which kind of department a message usually belongs to: the category leans, the words decide.

The table is ``data/units.toml``; its keys are the department kinds of the congress's organisations, so a caller finds
the unit of a place by kind. It only proposes: who assigns decides, and between units the government office rules.
"""

import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .lexicon import Lexicon
from .text import dampened

UNITS_FILE = Path(__file__).resolve().parent.parent / "data" / "units.toml"
#: A word in the subject against one in the body.
SUBJECT_WORTH = 3.0
#: How far the category alone leans: less than one strong word of a subject.
CATEGORY_WORTH = 1.5
#: A proposal with less than this share of the best one is not shown.
SMALLEST_SHARE = 0.35


@dataclass(frozen=True)
class Department:
    """A kind of department with its titles in a city and in a county."""

    kind: str
    title: str
    county_title: str
    categories: frozenset[str]


@dataclass(frozen=True)
class UnitGuess:
    """A proposed kind of department, its usual title in a city, a share of 0 to 1 and a Chinese reason."""

    kind: str
    title: str
    score: float
    reason: str


@lru_cache(maxsize=1)
def departments() -> dict[str, Department]:
    """Kind -> department of ``data/units.toml``."""
    return {
        kind: Department(kind, row["title"], row.get("county_title", row["title"]), frozenset(row["categories"]))
        for kind, row in _table().items()
    }


def propose(subject: str, body: str, category: str = "", limit: int = 3) -> list[UnitGuess]:
    """Kinds of department, best first, at most ``limit``; empty when neither category nor words tell."""
    words = _words()
    in_subject, in_body = words.find(subject), words.find(body)
    scores = {kind: CATEGORY_WORTH for kind, department in departments().items() if category in department.categories}
    for found, worth in ((in_subject, SUBJECT_WORTH), (in_body, 1.0)):
        for word, number in found.items():
            for kind, weight in words.speaks_for(word).items():
                scores[kind] = scores.get(kind, 0.0) + worth * weight * dampened(number)
    ranked = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]
    total = sum(scores.values())
    return [
        UnitGuess(
            kind, departments()[kind].title, round(score / total, 3), _reason(kind, category, in_subject, in_body)
        )
        for kind, score in ranked
        if score >= SMALLEST_SHARE * ranked[0][1]
    ]


def _reason(kind: str, category: str, in_subject: Counter[str], in_body: Counter[str]) -> str:
    words = _words()
    telling = sorted(
        (word for word in {**in_subject, **in_body} if len(word) > 1 and kind in words.speaks_for(word)),
        key=lambda word: (-words.speaks_for(word)[kind], word not in in_subject, -in_body[word], word),
    )
    parts = [f"出现{''.join(f'“{word}”' for word in telling[:4])}"] if telling else []
    if category in departments()[kind].categories:
        parts.append(f"类别为{category}")
    return "，".join([*parts, f"多由{departments()[kind].title}办理"])


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, str]]:
    with UNITS_FILE.open("rb") as file:
        return tomllib.load(file)


@lru_cache(maxsize=1)
def _words() -> Lexicon:
    return Lexicon(_table())
