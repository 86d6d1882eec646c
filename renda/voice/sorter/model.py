"""The sorter's weights: what they are, how a message is turned into numbers, how they are kept in one small file.

The file is a numpy archive of n-grams (at most three characters, each seen in several messages), their inverse
document frequency, and one linear weight per n-gram and category. No text can be put together from it.
"""

import io
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .lexicon import Lexicon, lexicon
from .text import counts, dampened

WEIGHTS_FILE = Path(__file__).resolve().parent.parent / "data" / "sorter.npz"
#: Length of the lexicon's part of the vector against the n-grams' part, which has length 1.
LEXICON_LENGTH = 0.5

Vector = NDArray[np.float32]


@dataclass(frozen=True)
class Weights:
    """A linear model over n-grams and lexicon scores.

    ``ngrams`` (n), ``idf`` (n), ``ngram_weights`` (n × classes), ``lexicon_weights`` (2 × lexicon categories, subject
    first, × classes), ``intercept`` (classes). ``sharpness`` turns scores into a confidence by softmax.
    """

    classes: tuple[str, ...]
    lexicon_categories: tuple[str, ...]
    ngrams: dict[str, int]
    idf: Vector
    ngram_weights: Vector
    lexicon_weights: Vector
    intercept: Vector
    sharpness: float


@dataclass(frozen=True)
class Scored:
    """A message under the weights: a score per class, and the lexicon words found in subject and body."""

    scores: Vector
    in_subject: Counter[str]
    in_body: Counter[str]


def ngram_vector(found: Counter[str], ngrams: dict[str, int], idf: Vector) -> tuple[NDArray[np.int64], Vector]:
    """Rows and values of the unit vector of known n-grams (sublinear count × idf)."""
    pairs = [(ngrams[gram], dampened(number)) for gram, number in found.items() if gram in ngrams]
    if not pairs:
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    rows = np.array([row for row, _ in pairs], np.int64)
    values = np.array([value for _, value in pairs], np.float32) * idf[rows]
    return rows, values / np.linalg.norm(values)


def lexicon_vector(words: Lexicon, in_subject: Counter[str], in_body: Counter[str]) -> Vector:
    """Two stacked vectors of ``LEXICON_LENGTH`` at most: scores per category in the subject, then in the body."""
    parts = []
    for found, floor in ((in_subject, 1.0), (in_body, 0.0)):
        scores = words.scores(found)
        part = np.array([scores.get(category, 0.0) for category in words.categories], np.float32)
        length = float(np.sqrt(floor + np.dot(part, part)))
        parts.append(part * (LEXICON_LENGTH / length) if length else part)
    return np.concatenate(parts)


def score(weights: Weights, subject: str, body: str) -> Scored:
    """Score one message; empty texts give the intercept alone."""
    words = lexicon()
    in_subject, in_body = words.find(subject), words.find(body)
    rows, values = ngram_vector(counts(subject, body), weights.ngrams, weights.idf)
    scores = values @ weights.ngram_weights[rows] + weights.intercept
    scores = scores + lexicon_vector(words, in_subject, in_body) @ weights.lexicon_weights
    return Scored(scores.astype(np.float32), in_subject, in_body)


def save(weights: Weights, path: Path) -> None:
    """Write the weights as one compressed numpy archive (half precision for the n-grams' weights)."""
    arrays: dict[str, Any] = {
        "classes": np.array(weights.classes),
        "lexicon_categories": np.array(weights.lexicon_categories),
        "ngrams": np.frombuffer("\n".join(weights.ngrams).encode(), np.uint8),
        "idf": weights.idf.astype(np.float16),
        "ngram_weights": weights.ngram_weights.astype(np.float16),
        "lexicon_weights": weights.lexicon_weights,
        "intercept": weights.intercept,
        "sharpness": np.float32(weights.sharpness),
    }
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    path.write_bytes(buffer.getvalue())


def load(path: Path) -> Weights:
    """Read weights written by :func:`save`.

    Raises FileNotFoundError, or ValueError when the lexicon has other categories than at training time.
    """
    with np.load(path, allow_pickle=False) as archive:
        known = tuple(str(name) for name in archive["lexicon_categories"])
        if known != lexicon().categories:
            raise ValueError("词表的类目与分类模型不一致，请重新运行 renda messages train。")
        names = archive["ngrams"].tobytes().decode().split("\n")
        return Weights(
            classes=tuple(str(name) for name in archive["classes"]),
            lexicon_categories=known,
            ngrams={name: row for row, name in enumerate(names)},
            idf=archive["idf"].astype(np.float32),
            ngram_weights=archive["ngram_weights"].astype(np.float32),
            lexicon_weights=archive["lexicon_weights"].astype(np.float32),
            intercept=archive["intercept"].astype(np.float32),
            sharpness=float(archive["sharpness"]),
        )


@lru_cache(maxsize=4)
def weights(path: Path = WEIGHTS_FILE) -> Weights:
    """The weights of the project, read once per process."""
    return load(path)
