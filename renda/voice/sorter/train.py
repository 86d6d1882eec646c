"""Make the sorter's weights from labelled messages (needs the extra ``train``: scikit-learn).

The model is linear over character n-grams and the lexicon's scores: a ridge classifier's weights, and to them a share
of those of a complement naive Bayes classifier, which errs elsewhere. The tree's own names are extra samples.
Unlabelled messages only lend their document frequencies: they say how common an n-gram is, nothing about categories.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import StratifiedKFold
from sklearn.naive_bayes import ComplementNB

from .categories import samples
from .lexicon import lexicon
from .model import Vector, Weights, lexicon_vector, ngram_vector, score
from .text import counts

#: An n-gram seen in fewer documents is dropped: it says little, and it could be somebody's own words.
FEWEST_DOCUMENTS = 3
RIDGE = 0.3
#: Smoothing of the naive Bayes classifier, and its share. Values between a third and three times these differ by less than 0.01.
BAYES, BAYES_SHARE = 0.1, 0.3


class Labelled(NamedTuple):
    """One message with its first-level category."""

    subject: str
    body: str
    category: str


@dataclass(frozen=True)
class Measured:
    """Accuracy of one cross-validation: mean and standard deviation over the repeats, macro F1 of all."""

    mean: float
    deviation: float
    repeats: int
    folds: int
    macro_f1: float

    def sentence(self) -> str:
        """The figures in a Chinese sentence."""
        return (
            f"{self.repeats} 次 {self.folds} 折分层交叉验证：准确率 {self.mean:.4f}（各次标准差 {self.deviation:.4f}），"
            f"宏平均 F1 {self.macro_f1:.4f}"
        )


class _Matrix:
    """Samples as sparse rows, one by one, over a fixed vocabulary."""

    def __init__(self, ngrams: dict[str, int], idf: Vector) -> None:
        self.ngrams, self.idf = ngrams, idf
        self.width = len(ngrams) + 2 * len(lexicon().categories)
        self.values: list[float] = []
        self.columns: list[int] = []
        self.starts = [0]

    def add(self, subject: str, body: str) -> None:
        words = lexicon()
        rows, values = ngram_vector(counts(subject, body), self.ngrams, self.idf)
        dense = lexicon_vector(words, words.find(subject), words.find(body))
        filled = np.flatnonzero(dense)
        self.columns += [*rows.tolist(), *(filled + len(self.ngrams)).tolist()]
        self.values += [*values.tolist(), *dense[filled].tolist()]
        self.starts.append(len(self.columns))

    def sparse(self) -> csr_matrix:
        return csr_matrix((self.values, self.columns, self.starts), shape=(len(self.starts) - 1, self.width))


@dataclass(frozen=True)
class Background:
    """In how many of ``number`` texts each n-gram occurs."""

    documents: Counter[str]
    number: int

    @classmethod
    def of(cls, texts: Iterable[tuple[str, str]]) -> "Background":
        """Count ``(subject, body)`` texts."""
        documents: Counter[str] = Counter()
        number = 0
        for subject, body in texts:
            number += 1
            documents.update(counts(subject, body).keys())
        return cls(documents, number)

    def __add__(self, other: "Background") -> "Background":
        return Background(self.documents + other.documents, self.number + other.number)

    def idf(self, ngrams: Iterable[str]) -> Vector:
        """Smoothed inverse document frequency, ``ln((1 + n) / (1 + df)) + 1``."""
        seen = np.array([self.documents[gram] for gram in ngrams], np.float32)
        return np.asarray(np.log((1 + self.number) / (1 + seen)) + 1, np.float32)


NOTHING = Background(Counter(), 0)


def train(rows: Sequence[Labelled], background: Background = NOTHING, sharpness: float = 4.0) -> Weights:
    """Learn weights from ``rows``; the n-grams kept are frequent ones of the labelled messages and the tree's names.

    Raises ValueError when fewer than two categories are present.
    """
    classes = tuple(sorted({row.category for row in rows}))
    if len(classes) < 2:
        raise ValueError("训练数据至少要有两个类别。")
    names = [(category, name) for category, name in samples() if category in classes]
    texts = [(row.subject, row.body) for row in rows] + [(name, "") for _, name in names]
    own = Background.of(texts)
    frequent = sorted(gram for gram, seen in own.documents.items() if seen >= FEWEST_DOCUMENTS)
    learnable = {gram: row for row, gram in enumerate(frequent)}
    idf = (own + background).idf(frequent)
    matrix = _Matrix(learnable, idf)
    for subject, body in texts:
        matrix.add(subject, body)
    targets = [row.category for row in rows] + [category for category, _ in names]
    known = matrix.sparse()
    ridge = RidgeClassifier(alpha=RIDGE, solver="sparse_cg").fit(known, targets)
    coefficients, intercept = ridge.coef_, ridge.intercept_
    if len(classes) == 2:  # scikit-learn keeps one row for two classes
        coefficients, intercept = np.vstack([-coefficients, coefficients]), np.array([-intercept[0], intercept[0]])
    likely = ComplementNB(alpha=BAYES).fit(known, targets).feature_log_prob_
    learnt = np.asarray(coefficients + BAYES_SHARE * (likely - likely.mean(0)), np.float32).T
    return Weights(
        classes=classes,
        lexicon_categories=lexicon().categories,
        ngrams=learnable,
        idf=idf,
        ngram_weights=learnt[: len(learnable)],
        lexicon_weights=learnt[len(learnable) :],
        intercept=np.asarray(intercept, np.float32),
        sharpness=sharpness,
    )


def without(unlabelled: Sequence[tuple[str, str]], rows: Sequence[Labelled]) -> list[tuple[str, str]]:
    """Unlabelled messages that are not also labelled ones (same subject or body, blanks aside)."""

    def plain(text: str) -> str:
        return "".join(text.split())

    known = {plain(text) for row in rows for text in (row.subject, row.body)} - {""}
    return [(subject, body) for subject, body in unlabelled if not {plain(subject), plain(body)} & known]


def cross_validate(
    rows: Sequence[Labelled], unlabelled: Sequence[tuple[str, str]] = (), repeats: int = 10, folds: int = 5
) -> tuple[Measured, NDArray[np.float32]]:
    """Repeated stratified cross-validation; every part of the model is learnt anew without the held-out fold.

    Returns the figures and the held-out scores of all repeats (repeats × rows × classes).
    """
    background = Background.of(without(unlabelled, rows))
    targets = np.array([row.category for row in rows])
    classes = np.array(sorted(set(targets)))
    scores = np.zeros((repeats, len(rows), len(classes)), np.float32)
    for seed in range(repeats):
        for learn, held_out in StratifiedKFold(folds, shuffle=True, random_state=seed).split(targets, targets):
            weights = train([rows[index] for index in learn], background)
            for index in held_out:
                scores[seed, index] = score(weights, rows[index].subject, rows[index].body).scores
    guesses = classes[scores.argmax(2)]
    accuracies = (guesses == targets).mean(1)
    return Measured(
        float(accuracies.mean()), float(accuracies.std()), repeats, folds, _macro_f1(guesses, targets)
    ), scores


def _macro_f1(guesses: NDArray[np.str_], targets: NDArray[np.str_]) -> float:
    values = []
    for name in set(targets.tolist()):
        right = float(((guesses == name) & (targets == name)).sum())
        said, there = float((guesses == name).sum()), float((targets == name).sum() * len(guesses))
        values.append(2 * right / (said + there))
    return float(np.mean(values))


def calibrated(weights: Weights, scores: NDArray[np.float32], targets: Sequence[str]) -> Weights:
    """Weights with the sharpness under which the held-out ``scores`` are most likely (grid of 0.5 .. 12)."""
    truth = np.array([weights.classes.index(target) for target in targets])

    def likelihood(sharpness: float) -> float:
        scaled = scores * sharpness
        scaled = scaled - scaled.max(-1, keepdims=True)
        logs = scaled - np.log(np.exp(scaled).sum(-1, keepdims=True))
        return float(np.take_along_axis(logs, np.broadcast_to(truth[None, :, None], (*logs.shape[:2], 1)), 2).mean())

    return replace(weights, sharpness=max(np.arange(0.5, 12.1, 0.25).tolist(), key=likelihood))
