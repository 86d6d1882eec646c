"""Which first-level category a message belongs to, with the words that say so."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from .lexicon import STRONG, Lexicon, lexicon
from .model import Scored, Vector, Weights, score, weights

#: Words named in a reason at most.
WORDS_SHOWN = 4
#: Below this confidence a category the model was never taught may take over on strong words alone.
UNSURE = 0.5
#: Strong words in subject and body that such a category needs.
OUTSIDE_WORDS = 2


@dataclass(frozen=True)
class Verdict:
    """Proposed first-level category, the next likely one, Chinese reasons, and a confidence of 0 to 1."""

    category: str
    runner_up: str
    reasons: tuple[str, ...]
    confidence: float


def classify(subject: str, body: str, using: Weights | None = None) -> Verdict:
    """Sort one message; an empty one gets the commonest category with confidence as low as it deserves.

    The learnt categories are those with labelled examples. One of the others is named as runner-up when strong words
    speak for it, and as category only when the model is unsure and no strong word of the subject speaks for a learnt one.
    """
    model = using or weights()
    scored = score(model, subject, body)
    chances = confidence(scored.scores, model.sharpness)
    order = [int(index) for index in np.argsort(-scored.scores, kind="stable")]
    first, second = model.classes[order[0]], model.classes[order[1]]
    sure = float(chances[order[0]])
    outside = _outside(scored, model.classes)
    if outside and sure < UNSURE and not _strong_in(scored.in_subject, model.classes):
        return Verdict(outside, first, _reasons(scored, outside, first, sure), sure)
    if outside:
        second = outside
    return Verdict(first, second, _reasons(scored, first, second, sure), sure)


def confidence(scores: Vector, sharpness: float) -> Vector:
    """Softmax of the scores; the sharpness is fitted to held-out messages at training."""
    powers = np.exp(sharpness * (scores - scores.max()))
    return np.asarray(powers / powers.sum(), np.float32)


def _strong(words: Lexicon, found: Counter[str], category: str) -> list[str]:
    return [word for word in found if words.speaks_for(word).get(category, 0.0) >= STRONG]


def _strong_in(found: Counter[str], categories: tuple[str, ...]) -> bool:
    words = lexicon()
    return any(_strong(words, found, category) for category in categories)


def _outside(scored: Scored, learnt: tuple[str, ...]) -> str | None:
    """The category outside the learnt ones with most strong words, at least one of them in the subject."""
    words = lexicon()
    best: tuple[int, str] | None = None
    for category in words.categories:
        if category in learnt or not (subject := _strong(words, scored.in_subject, category)):
            continue
        number = len({*subject, *_strong(words, scored.in_body, category)})
        if number >= OUTSIDE_WORDS and (best is None or number > best[0]):
            best = number, category
    return best[1] if best else None


def _reasons(scored: Scored, category: str, other: str, sure: float) -> tuple[str, ...]:
    found = _telling(scored, category, other)
    if not found:
        return (f"没有特别能说明问题的词，暂按{category}",)
    reasons = [f"出现{_quoted(found)}，多见于{category}"]
    against = _telling(scored, other, category) if sure < UNSURE else []
    if against:
        reasons.append(f"也出现{_quoted(against)}，可能属于{other}")
    return tuple(reasons)


def _quoted(words: list[str]) -> str:
    return "".join(f"“{word}”" for word in words)


def _telling(scored: Scored, category: str, other: str) -> list[str]:
    """Lexicon words for the category that speak less for the other one: the subject's first, strong before usual."""
    words = lexicon()
    ranked: dict[str, float] = {}
    for found, bonus in ((scored.in_subject, 2.0), (scored.in_body, 0.0)):
        for word, number in found.items():
            weight = words.speaks_for(word).get(category, 0.0)
            if weight > words.speaks_for(word).get(other, 0.0):
                ranked[word] = ranked.get(word, 0.0) + weight * (bonus + min(number, 3))
    kept: list[str] = []
    for word in sorted(ranked, key=lambda word: (-ranked[word], word)):
        if len(word) > 1 and not any(word in known or known in word for known in kept):
            kept.append(word)
    return kept[:WORDS_SHOWN]
