"""Text to features: cleaned Chinese text, character n-grams of one to three characters, and their weights.

Pure Python, so that a message is sorted without any numeric library being asked to tokenise it; the trainer uses
the very same functions, so what is learnt is what is applied.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator

#: How often the subject counts against one reading of the body: people put the matter into the subject.
SUBJECT_WEIGHT = 6
LONGEST_NGRAM = 3

_NOT_CHINESE = re.compile(r"[^\u4e00-\u9fff]+")


def runs(text: str) -> list[str]:
    """The unbroken runs of Chinese characters in ``text``; digits, Latin letters and marks part them."""
    return [run for run in _NOT_CHINESE.split(text) if run]


def ngrams(text: str) -> Iterator[str]:
    """Every character n-gram of one to three Chinese characters, repeats included."""
    for run in runs(text):
        for length in range(1, LONGEST_NGRAM + 1):
            for start in range(len(run) - length + 1):
                yield run[start : start + length]


def counts(subject: str, body: str) -> Counter[str]:
    """How often each n-gram occurs, the subject counted ``SUBJECT_WEIGHT`` times."""
    found = Counter({gram: number * SUBJECT_WEIGHT for gram, number in Counter(ngrams(subject)).items()})
    found.update(ngrams(body))
    return found


def dampened(count: int) -> float:
    """Sublinear term frequency, 1 + ln(count): the tenth repeat of a word says little more than the third."""
    return 1.0 + math.log(count)
