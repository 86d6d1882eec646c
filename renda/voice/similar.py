"""Which public messages speak of the same thing: by pairs of characters, without a model. Both zones use it.

A copy carries its pairs as terms (``publishing.build_public``). What somebody types is compared with the copies near her
congress that share most pairs with it; how alike two texts are is the cosine of their pairs, weighed by how few of those
copies have them (tf-idf, as for common issues in ``issues.likeness``).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from renda.kernel.public_zone import api as public_zone
from renda.kernel.public_zone.api import Copy
from renda.voice.sorter.text import runs

# Alike enough to be offered, and how many at most.
ALIKE, OFFERED = 0.17, 3
# What a text is compared by: its beginning says what the matter is.
READ = 300
SHORTEST = 8  # Chinese characters; less says nothing
_CANDIDATES = 24
# Fewer texts than this say nothing of how rare a pair is.
_FEWEST_TEXTS = 20
# Pairs of ordinary speech that two matters share without being one.
_ORDINARY_TEXT = (
    "我们希望没有一个一直可以能够有关部门问题情况解决反映请问处理帮忙这个那个现在已经大家居民群众村民附近小区社区非常严重影响"
    "生活领导代表尽快及时多次什么时候是否因为所以但是而且每天经常建议您好你好谢谢您们他们你们还是不是就是都是也是的时们的家的"
)
_ORDINARY = frozenset(_ORDINARY_TEXT[at : at + 2] for at in range(0, len(_ORDINARY_TEXT), 2))


def pairs(text: str) -> set[str]:
    """All pairs of neighbouring Chinese characters: by them a search finds words in a text."""
    return {run[at : at + 2] for run in runs(text) for at in range(len(run) - 1)}


def telling_pairs(subject: str, body: str) -> set[str]:
    """The pairs that say what a text is about."""
    return pairs(f"{subject}\n{body[:READ]}") - _ORDINARY


def similar(tenant_id: int, text: str) -> list[Copy]:
    """The public messages near a congress that speak of what was typed; most alike first, at most ``OFFERED``."""
    typed = telling_pairs("", text)
    if sum(map(len, runs(text))) < SHORTEST or not typed:
        return []
    near = public_zone.sharing(
        "message", [f"like:{pair}" for pair in sorted(typed)], all_of=[f"near:{tenant_id}"], most=_CANDIDATES
    )
    bags = [(copy, telling_pairs(copy.body["subject"], copy.body["body"])) for copy in near]
    rarity = _rarity([bag for _, bag in bags])
    own = _vector(typed, rarity)
    alike = [(_cosine(own, _vector(bag, rarity)), copy) for copy, bag in bags]
    alike.sort(key=lambda one: (-one[0], one[1].sort))
    return [copy for likeness, copy in alike[:OFFERED] if likeness >= ALIKE]


def _rarity(bags: Iterable[set[str]]) -> Mapping[str, float]:
    standing_in: Counter[str] = Counter()
    number = 0
    for bag in bags:
        standing_in.update(bag)
        number += 1
    texts = max(number, _FEWEST_TEXTS)
    return {pair: math.log((1 + texts) / (1 + count)) for pair, count in standing_in.items()} | {
        "": math.log(1 + texts)
    }


def _vector(bag: set[str], rarity: Mapping[str, float]) -> dict[str, Any]:
    weighed = {pair: rarity.get(pair, rarity[""]) for pair in bag}
    length = math.sqrt(sum(weight * weight for weight in weighed.values())) or 1.0
    return {pair: weight / length for pair, weight in weighed.items()}


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    return sum(weight * other.get(pair, 0.0) for pair, weight in one.items())
