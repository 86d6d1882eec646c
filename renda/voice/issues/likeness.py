"""Which texts speak of the same thing: terms by weight, and clusters that grow one text at a time.

No model and no service: a text is its rarest pairs and triples of characters, weighted by how few texts of the site have
them (tf-idf, Spärck Jones 1972); a cluster is the mean of its texts; a text joins the most alike cluster or begins one.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from renda.voice.sorter.text import dampened, runs

Vector = Mapping[str, float]

# A pair of texts this alike (cosine) speaks of the same thing.
ALIKE = 0.20
SUBJECT_WEIGHT = 3
# What a text and a cluster are remembered by.
TERMS_OF_TEXT, TERMS_OF_CLUSTER = 60, 80
# Terms by which a cluster is found.
_DOORS = 20
# Among fewer texts a term that stands in three would pass for common.
_FEWEST_TEXTS = 200
# A term in more than this share of the texts says nothing.
_COMMON = 0.08


def terms(subject: str, body: str) -> Counter[str]:
    """Pairs and triples of Chinese characters, the subject's counted ``SUBJECT_WEIGHT`` times."""
    found: Counter[str] = Counter()
    for text, weight in ((subject, SUBJECT_WEIGHT), (body, 1)):
        for run in runs(text):
            for length in (2, 3):
                for start in range(len(run) - length + 1):
                    found[run[start : start + length]] += weight
    return found


@dataclass(frozen=True)
class Rarity:
    """In how many of ``texts`` a term stands."""

    texts: int
    standing_in: Mapping[str, int]

    @classmethod
    def of(cls, bags: Iterable[Mapping[str, int]]) -> Rarity:
        """Counted over the texts' terms."""
        standing_in: Counter[str] = Counter()
        number = 0
        for bag in bags:
            standing_in.update(bag.keys())
            number += 1
        return cls(max(number, _FEWEST_TEXTS), standing_in)

    def vector(self, bag: Mapping[str, int]) -> Vector:
        """The text's heaviest terms, of length one."""
        most = self.texts * _COMMON
        weighed = {
            term: dampened(count) * math.log((1 + self.texts) / (1 + self.standing_in.get(term, 0)))
            for term, count in bag.items()
            if self.standing_in.get(term, 0) <= most
        }
        return _unit(weighed, TERMS_OF_TEXT)


def _unit(weighed: Mapping[str, float], most: int) -> dict[str, float]:
    heaviest = sorted(weighed.items(), key=lambda item: (-item[1], item[0]))[:most]
    length = math.sqrt(sum(weight * weight for _, weight in heaviest)) or 1.0
    return {term: weight / length for term, weight in heaviest}


def cosine(one: Vector, other: Vector) -> float:
    """How alike two vectors of length one are, 0 to 1."""
    if len(other) < len(one):
        one, other = other, one
    return sum(weight * other.get(term, 0.0) for term, weight in one.items())


@dataclass
class Cluster:
    """Texts that speak of the same thing: their keys, and the sum of their vectors."""

    keys: list[int] = field(default_factory=list)
    total: dict[str, float] = field(default_factory=dict)

    @property
    def profile(self) -> dict[str, float]:
        """The mean, of length one."""
        return _unit(self.total, TERMS_OF_CLUSTER)

    def add(self, key: int, vector: Vector) -> None:
        """Take a text in."""
        self.keys.append(key)
        for term, weight in vector.items():
            self.total[term] = self.total.get(term, 0.0) + weight


class Clusters:
    """Clusters found by their heaviest terms, so that a text is compared with few of many."""

    def __init__(self, known: Iterable[Cluster] = ()) -> None:
        self.all: list[Cluster] = []
        self._profiles: list[dict[str, float]] = []
        self._doors: defaultdict[str, set[int]] = defaultdict(set)
        for cluster in known:
            self._put(cluster)

    def _put(self, cluster: Cluster) -> int:
        self.all.append(cluster)
        self._profiles.append({})
        at = len(self.all) - 1
        self._remember(at)
        return at

    def take(self, key: int, vector: Vector) -> tuple[Cluster, float]:
        """Where the text belongs: the most alike cluster, or a new one; with how alike it was (0 for a new one)."""
        near: set[int] = set().union(*(self._doors[term] for term in vector if term in self._doors))
        best = max(near, key=lambda at: cosine(vector, self._profiles[at]), default=None)
        likeness = cosine(vector, self._profiles[best]) if best is not None else 0.0
        if best is None or likeness < ALIKE:
            best, likeness = self._put(Cluster()), 0.0
        self.all[best].add(key, vector)
        self._remember(best)
        return self.all[best], likeness

    def _remember(self, at: int) -> None:
        profile = self.all[at].profile
        for term in list(self._profiles[at])[:_DOORS]:
            self._doors[term].discard(at)
        self._profiles[at] = profile
        for term in list(profile)[:_DOORS]:
            self._doors[term].add(at)
