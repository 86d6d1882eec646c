"""From free text to a place: names of counties, townships and villages found in it, the ambiguous ones told apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import ahocorasick
from django.db.models import Max, Q

from renda.congress.models import Congress, Place, PlaceLevel, PlaceVersion

# What people leave out when they write, longest first.
_ENDINGS = {
    PlaceLevel.VILLAGE: ("社区居民委员会", "村民委员会", "居民委员会", "社区", "村委会", "居委会", "村"),
    PlaceLevel.TOWNSHIP: ("街道办事处", "街道", "镇", "乡"),
    PlaceLevel.COUNTY: ("自治县", "县", "市", "区"),
    PlaceLevel.CITY: ("市",),
}
# Figures of the code that a place shares with what lies in it.
_PREFIX = {PlaceLevel.PROVINCE: 2, PlaceLevel.CITY: 4, PlaceLevel.COUNTY: 6, PlaceLevel.TOWNSHIP: 9}
_SHORTEST = 2
# A short form of two characters is a place only with its ending, or beside a place that contains it ("麻城白果").
_SURE = 3


@dataclass(frozen=True)
class FoundPlace:
    """A place in a text, with the words that named it."""

    place: Place
    words: tuple[str, ...]
    full_name: str

    @property
    def why(self) -> str:
        """The reason in Chinese."""
        return "文中提到" + "、".join(f"“{word}”" for word in self.words)


class PlaceMatcher:
    """Finds places by an automaton over their names; built once a process and list of places."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._places = {place.id: place for place in places}
        self._by_name: defaultdict[str, set[int]] = defaultdict(set)
        self._whole: set[str] = set()
        for place in self._places.values():
            self._whole.update(_whole_names(place))
            for name in _names(place):
                self._by_name[name].add(place.id)
        self._automaton = ahocorasick.Automaton()
        for name in self._by_name:
            self._automaton.add_word(name, name)
        if self._by_name:
            self._automaton.make_automaton()

    @classmethod
    def of_database(cls) -> PlaceMatcher:
        """Over the places in force under the congresses of this site; kept until places or congresses change."""
        tops = Congress.objects.filter(tenant__parent__isnull=True).values_list("place__code", "place__level")
        newest = PlaceVersion.objects.aggregate(newest=Max("id"))["newest"]
        return _over(tuple(sorted(code[: _PREFIX[PlaceLevel(level)]] for code, level in tops)), newest)

    @staticmethod
    def forget() -> None:
        """Build it anew at the next text (in tests, whose places come and go)."""
        _over.cache_clear()

    def find(self, text: str) -> list[FoundPlace]:
        """Places that the text names, the surest first; empty when there is none, or none that is sure.

        A name that several places share counts only beside a place that contains one of them.
        """
        if not self._by_name:
            return []
        words = self._words(text)
        scored: list[tuple[int, int, FoundPlace]] = []
        for word in words:
            for identity in self._by_name[word]:
                above = self._above(identity)
                context = tuple(w for w in words if w != word and self._by_name[w] & set(above[1:]))
                alone = len(self._by_name[word]) == 1 and (len(word) >= _SURE or word in self._whole)
                if not (alone or context):
                    continue
                # A village makes its township known: only the most exact place is told.
                depth = len(above)
                found = FoundPlace(self._places[identity], (*context, word), self._full_name(above))
                scored.append((depth + 10 * len(context), len(word), found))
        scored.sort(key=lambda item: (-item[0], -item[1], item[2].place.code))
        best: dict[int, FoundPlace] = {}
        for _, _, found in scored:
            covered = {identity for seen in best for identity in self._above(seen)}
            if found.place.id not in covered:
                best[found.place.id] = found
        return list(best.values())

    def _words(self, text: str) -> list[str]:
        """The names in the text; of two that overlap, the longer."""
        hits = sorted(
            ((end - len(name) + 1, end + 1, name) for end, name in self._automaton.iter(text)),
            key=lambda hit: (hit[0] - hit[1], hit[0]),
        )
        taken: list[tuple[int, int, str]] = []
        for start, end, name in hits:
            if all(end <= other[0] or start >= other[1] for other in taken):
                taken.append((start, end, name))
        return list(dict.fromkeys(name for _, _, name in sorted(taken)))

    def _above(self, identity: int) -> list[int]:
        chain = []
        current: int | None = identity
        while current is not None and current in self._places:
            chain.append(current)
            current = self._places[current].parent_id
        return chain

    def _full_name(self, above: list[int]) -> str:
        return "".join(self._places[identity].name for identity in reversed(above))


@lru_cache(maxsize=1)
def _over(prefixes: tuple[str, ...], newest: int | None) -> PlaceMatcher:
    del newest  # only tells one state of the table from the next
    inside = Q()
    for prefix in prefixes:
        inside |= Q(code__startswith=prefix)
    return PlaceMatcher(Place.objects.filter(inside, valid_to__isnull=True).exclude(level=PlaceLevel.PROVINCE))


def _whole_names(place: Place) -> set[str]:
    names = {place.name}
    if place.level == PlaceLevel.VILLAGE:
        stem = _stem(place)
        names |= {f"{stem}村"} if "村民委员会" in place.name else {f"{stem}社区"}
    return names


def _stem(place: Place) -> str:
    for ending in _ENDINGS.get(PlaceLevel(place.level), ()):
        if place.name.endswith(ending) and len(place.name) - len(ending) >= _SHORTEST:
            return place.name.removesuffix(ending)
    return place.name


def _names(place: Place) -> set[str]:
    return {name for name in (*_whole_names(place), _stem(place)) if len(name) >= _SHORTEST}
