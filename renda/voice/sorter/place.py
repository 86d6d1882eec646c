"""Free text to township or county: own matcher over a gazetteer of counties, townships and villages.

One pass of an Aho-Corasick automaton finds every name and its usual short forms. A full township name speaks for
itself; a short form of two characters only counts right behind its county; a village or community that several
townships have only counts where county or township narrow it down. It proposes with reasons; people decide.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import ahocorasick

from .lexicon import Hit, outermost

Level = Literal["county", "township", "village"]

#: How much a kind of evidence is worth alone, 0 to 1 (set by judgement, tried on sentences).
FULL, SHORT, SHORTEST, VILLAGE, COUNTY = 0.95, 0.8, 0.7, 0.75, 0.5
#: A candidate outside the counties that the text names keeps this share.
ELSEWHERE = 0.25
#: A village name without any context may fit this many townships at most.
MOST_NAMESAKES = 2
#: Short forms that are everyday words and therefore never stand for a place by themselves.
EVERYDAY = frozenset(
    {"路口", "关口", "大河", "胜利", "温泉", "高桥", "花桥", "顺河", "青石", "大金", "南河", "红山"}
    | {"新农村", "一社区", "二社区", "三社区"}
)

_TOWNSHIP = re.compile(r"(?:街道办事处|街道|镇|乡)$")
_COUNTY = re.compile(r"[县市区]$")
_COMMITTEE = re.compile(r"(?:村民委员会|居民委员会|村委会|居委会|居民委会)$")
_NOT_THE_PLACE = re.compile(r"大道|[东西南北中]?路|街(?!道)|大桥|[东西南北]站|戏")


class Row(NamedTuple):
    """One row of the gazetteer; a village's parent is its township, a township's its county."""

    code: str
    name: str
    level: Level
    parent_code: str


@dataclass(frozen=True)
class PlaceGuess:
    """A proposed township (or county, where no township is told) with a score of 0 to 1 and a Chinese reason."""

    code: str
    name: str
    score: float
    reason: str


class _Meaning(NamedTuple):
    place: Row
    worth: float


class Gazetteer:
    """Names and short forms of the places of one city, ready to be found in a text."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.places: dict[str, Row] = {row.code: row for row in rows}
        self._meanings: dict[str, list[_Meaning]] = defaultdict(list)
        for row in self.places.values():
            if row.level == "village" and row.parent_code not in self.places:
                continue
            for alias, worth in _aliases(row):
                self._meanings[alias].append(_Meaning(row, worth))
        self._automaton = ahocorasick.Automaton()
        for alias in self._meanings:
            self._automaton.add_word(alias, alias)
        if self._meanings:
            self._automaton.make_automaton()

    def hits(self, text: str) -> list[Hit]:
        """Names in the text, none inside a longer one, none that is only part of a road's name."""
        if not self._meanings:
            return []
        found = ((end - len(alias) + 1, end + 1, alias) for end, alias in self._automaton.iter(text))
        return [hit for hit in outermost(found) if not self._is_road(text, hit)]

    def meanings(self, alias: str) -> list[_Meaning]:
        """The places a name may stand for."""
        return self._meanings[alias]

    def county(self, place: Row) -> str:
        """Code of the county a township or village lies in; a county's own code."""
        while place.level != "county" and place.parent_code in self.places:
            place = self.places[place.parent_code]
        return place.code

    def title(self, place: Row) -> str:
        """County and township, as in 黄州区路口镇."""
        above = self.places.get(place.parent_code)
        return f"{above.name}{place.name}" if above and above.level == "county" else place.name

    def _is_road(self, text: str, hit: Hit) -> bool:
        _, end, alias = hit
        bare = not re.search(r"[县市区镇乡村道社]$", alias)
        return bare and _NOT_THE_PLACE.match(text, end) is not None


def match(text: str, gazetteer: Gazetteer) -> list[PlaceGuess]:
    """Townships (best first) that the text speaks of; its counties where no township is told; else nothing."""
    hits = gazetteer.hits(text)
    counties = _counties_named(hits, gazetteer)
    scores: dict[str, float] = {}
    reasons: dict[str, list[str]] = defaultdict(list)
    named: set[str] = set()
    for kind in ("township", "village"):
        evidence = list(_evidence(hits, gazetteer, kind, counties, named))
        for township, alias, worth in evidence:
            scores[township.code] = 1 - (1 - scores.get(township.code, 0.0)) * (1 - worth)
            reasons[township.code].append(_reason(alias, township, kind, gazetteer))
        named |= {township.code for township, _, _ in evidence}
    guesses = [
        PlaceGuess(
            code,
            gazetteer.places[code].name,
            round(_weighed(code, score, counties, gazetteer), 3),
            "；".join(reasons[code]),
        )
        for code, score in scores.items()
    ]
    if not guesses:
        guesses = [
            PlaceGuess(code, gazetteer.places[code].name, COUNTY, f"出现“{alias}”，未提到乡镇")
            for code, alias in counties.items()
        ]
    return sorted(guesses, key=lambda guess: (-guess.score, guess.code))


def _aliases(row: Row) -> Iterator[tuple[str, float]]:
    """Names under which people write a place, each with its worth."""
    if row.level == "county":
        yield row.name, COUNTY
        if len(bare := _COUNTY.sub("", row.name)) > 1:
            yield bare, COUNTY
    elif row.level == "township":
        yield row.name, FULL
        bare = _TOWNSHIP.sub("", row.name)
        if row.name.endswith("街道"):
            yield f"{bare}办事处", FULL
        if bare != row.name and len(bare) > 1 and bare not in EVERYDAY:
            yield bare, SHORT if len(bare) > 2 else SHORTEST
    else:
        yield from ((alias, VILLAGE) for alias in _village_aliases(row.name))


def _village_aliases(name: str) -> set[str]:
    """花园社区居民委员会 is written 花园社区, 苏家铺村民委员会 is written 苏家铺村; a farm's or a field's name tells nothing."""
    bare = _COMMITTEE.sub("", name)
    if bare == name and not name.endswith(("村", "社区")):
        return set()
    if name.endswith(("村民委员会", "村委会")) and not bare.endswith("村"):
        bare += "村"
    elif not bare.endswith(("村", "社区")):
        bare += "社区"
    return {bare} if len(bare) > 2 and bare not in EVERYDAY else set()


def _counties_named(hits: Iterable[Hit], gazetteer: Gazetteer) -> dict[str, str]:
    """Code -> alias of every county in the text."""
    return {
        place.code: alias for _, _, alias in hits for place, _ in gazetteer.meanings(alias) if place.level == "county"
    }


def _evidence(
    hits: list[Hit], gazetteer: Gazetteer, kind: str, counties: Mapping[str, str], named: set[str]
) -> Iterator[tuple[Row, str, float]]:
    """Townships each name of the kind speaks for, and for how much; a repeated name counts once."""
    seen: set[str] = set()
    for start, _, alias in hits:
        meanings = [meaning for meaning in gazetteer.meanings(alias) if meaning.place.level == kind]
        if alias in seen or not meanings:
            continue
        if meanings[0].worth == SHORTEST and not _follows_county(start, hits, meanings, gazetteer):
            continue
        seen.add(alias)
        fitting = [m for m in meanings if m.place.parent_code in named or gazetteer.county(m.place) in counties]
        if kind == "village" and named:
            fitting = [m for m in meanings if m.place.parent_code in named] or fitting
        candidates = fitting or meanings
        if kind == "village" and not fitting and len(candidates) > MOST_NAMESAKES:
            continue
        for place, worth in candidates:
            township = place if kind == "township" else gazetteer.places[place.parent_code]
            yield township, alias, worth / len(candidates)


def _follows_county(start: int, hits: Iterable[Hit], meanings: Iterable[_Meaning], gazetteer: Gazetteer) -> bool:
    """Whether the name stands right behind the name of its own county (黄州堵城)."""
    own = {gazetteer.county(place) for place, _ in meanings}
    before = {alias for _, end, alias in hits if end == start}
    return any(place.code in own for alias in before for place, _ in gazetteer.meanings(alias))


def _weighed(code: str, score: float, counties: Mapping[str, str], gazetteer: Gazetteer) -> float:
    outside = bool(counties) and gazetteer.county(gazetteer.places[code]) not in counties
    return score * ELSEWHERE if outside else score


def _reason(alias: str, township: Row, kind: str, gazetteer: Gazetteer) -> str:
    title = gazetteer.title(township)
    return f"出现“{alias}”，属{title}" if kind == "village" else f"出现“{alias}”，即{title}"
