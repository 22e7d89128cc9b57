"""From scores to a probability that an entry answers the question, and from that to what is done.

A logistic model over a handful of features, fitted by ``wenban kb evaluate --fit`` on labelled questions,
among them ones that nothing answers. Numbers come from measurement, never from feeling; the defaults below
only keep a base searchable before the first fit and are strict.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb_index.search import numbers
from kb_index.search.numbers import Matrix

SHIPPED = Path(__file__).with_name("calibration.json")

TERM = "term"
"""The one feature whose weight is fitted on bare terms, all others on questions."""

RANK_FEATURES = (
    "lexical",  # share of the question its best question covers
    "dense",  # cosine with its nearest question
    "whole",  # share of the question its whole text covers
    "centre",  # cosine with the middle of its questions
    "words",  # share of the question's words that stand anywhere in the entry
    "title",  # share of the question that stands in its title
    "answer",  # share of the question that stands outside its questions
    "aspect",  # share of what is asked (amount, time, place …) that its questions do not ask
    "amount",  # 1 when an amount is asked and its questions do not ask one
    "meaning",  # cosine with its nearest question, by the pretrained encoder
    "meaning_centre",  # cosine with the middle of its questions, by the pretrained encoder
    TERM,  # 1 when a bare term is asked and stands in it as it was typed
)
"""What an entry's place in the order rests on."""

AGAINST = frozenset({"aspect", "amount"})
"""Those that speak against an entry; all others speak for it."""

FEATURES = (
    *RANK_FEATURES,
    "fused",  # the score entries are ordered by
    "margin",  # less that of the best other entry
    "lexical_margin",
    "dense_margin",
    "whole_margin",
    "meaning_margin",
    "meaning_centre_margin",
    "lexical_agrees",  # 1 when no other entry has more of it
    "dense_agrees",
    "whole_agrees",
    "centre_agrees",
    "words_agrees",
    "meaning_agrees",
    "clauses",  # share of the question's clauses that lie nearest to it
    "clause_best",  # highest cosine with one of its clauses
    "clause_mean",  # mean cosine over its clauses
    "clause_margin",  # the highest less that of the best other entry
    "clause_last",  # cosine with the last clause, where a story's question mostly stands
    "belief",  # its share of belief among the entries looked at
    "known",  # share of the question that the base knows at all
    "length",  # log of the question's length in tokens
    "elsewhere",  # 1 when the question names a province or city that is not at home
)
"""What the probability rests on that the first entry answers."""

_NAMED = {"rank": RANK_FEATURES, "weights": FEATURES}


@dataclass(frozen=True)
class Calibration:
    """Fusion weights, the logistic model and the two thresholds.

    Args:
        rank: fusion weights, one per name in :data:`RANK_FEATURES`; the fused score is the weighted sum.
        weights: logistic weights, one per name in :data:`FEATURES`.
        bias: logistic bias.
        answer_at: probability from which the top entry is given as the answer.
        ask_at: probability from which up to three candidates are offered.
        model: fingerprint of the dense model these numbers were fitted with.
        report: what was measured at fitting, for people to read.
    """

    rank: tuple[float, ...] = (2.0, 8.0, 4.0, 8.0, 8.0, 8.0, 3.0, -1.0, -2.0, 0.0, 0.0, 2.0)
    weights: tuple[float, ...] = (
        (0.0,) * len(RANK_FEATURES) + (0.4, 0.5) + (0.0,) * (len(FEATURES) - len(RANK_FEATURES) - 2)
    )
    bias: float = -9.0
    answer_at: float = 0.8
    ask_at: float = 0.25
    model: str = ""
    report: dict[str, Any] | None = None

    def probability(self, features: Matrix) -> Matrix:
        """Probability for each row of features."""
        return numbers.logistic(features, self.weights, self.bias)

    def outcome(self, probability: float) -> str:
        """``answer``, ``ask_back`` or ``unknown`` for the top entry's probability."""
        if probability >= self.answer_at:
            return "answer"
        return "ask_back" if probability >= self.ask_at else "unknown"

    def save(self, path: Path) -> None:
        """Writes it as JSON, atomically."""
        numbers.save(path, asdict(self), _NAMED)

    @classmethod
    def load(cls, path: Path) -> Calibration:
        """Reads a file written by :meth:`save`; a missing one gives the strict defaults.

        Raises:
            ConfigurationError: when the file is damaged or of another version.
        """
        return cls(**(numbers.load(path, _NAMED, "wenban kb evaluate --fit") or {}))


def fit_logistic(
    features: Matrix, right: NDArray[np.bool_], weight: Matrix | None = None, penalty: float = 0.05
) -> tuple[tuple[float, ...], float]:
    """Logistic regression by Newton's method on standardised features, with a ridge penalty.

    Args:
        features: one row per question.
        right: whether the top entry was right.
        weight: weight of each row.
        penalty: ridge strength per row; small data wants some.

    Returns:
        Weights and bias for unscaled features.
    """
    mean, spread = features.mean(axis=0), features.std(axis=0)
    spread = np.where(spread > 1e-9, spread, 1.0)
    scaled = np.column_stack([(features - mean) / spread, np.ones(len(features))])
    target = right.astype(np.float64)
    rows = np.ones(len(features)) if weight is None else weight
    ridge = np.full(scaled.shape[1], penalty * len(features) / 10)
    ridge[-1] = 1e-6
    theta = np.zeros(scaled.shape[1])
    for _ in range(60):
        chance = 1 / (1 + np.exp(-np.clip(scaled @ theta, -30, 30)))
        gradient = scaled.T @ (rows * (chance - target)) + ridge * theta
        curvature = (scaled * (rows * chance * (1 - chance))[:, None]).T @ scaled + np.diag(ridge)
        step = np.linalg.solve(curvature + 1e-9 * np.eye(len(theta)), gradient)
        theta -= step
        if float(np.abs(step).max()) < 1e-8:
            break
    weights = theta[:-1] / spread
    bias = float(theta[-1] - (weights * mean).sum())
    return tuple(float(w) for w in weights), bias


def calibration_error(probability: Matrix, right: NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error: mean distance of stated probability from observed share, bins of equal count."""
    if not len(probability):
        return 0.0
    order = np.argsort(probability)
    parts = np.array_split(order, min(bins, len(order)))
    return float(
        sum(len(p) * abs(probability[p].mean() - right[p].mean()) for p in parts if len(p)) / len(order)
    )


def answer_threshold(
    probability: Matrix, right: NDArray[np.bool_], answerable: NDArray[np.bool_], wrong: float, false: float
) -> float:
    """Lowest threshold that keeps both shares of wrong answers within bounds.

    Args:
        probability: of the top entry, out of fold.
        right: whether the top entry answers.
        answerable: whether any entry does.
        wrong: largest share of wrong answers among all questions.
        false: largest share of unanswerable questions that get an answer.
    """
    unanswerable = max(1, int((~answerable).sum()))
    best = 1.0
    for threshold in np.unique(np.round(probability, 3))[::-1]:
        given = probability >= threshold
        if (given & ~right).sum() / len(right) > wrong or (given & ~answerable).sum() / unanswerable > false:
            break
        best = float(threshold)
    return round(min(max(best, 0.5), 0.99), 3)


def ask_threshold(
    probability: Matrix, near: NDArray[np.bool_], answer_at: float, useless: float = 0.5
) -> float:
    """Threshold for offering candidates: most helped citizens less the bother of useless offers.

    Args:
        probability: of the top entry.
        near: whether the right entry is among the first three.
        answer_at: the threshold for answering.
        useless: what an offer without the right entry costs, an offer with it being worth 1.
    """
    worth = np.where(near, 1.0, -useless)
    below = probability < answer_at
    best, most = answer_at, 0.0
    for threshold in np.arange(0.02, answer_at, 0.01)[::-1]:
        gain = float(worth[below & (probability >= threshold)].sum())
        if gain > most:
            best, most = float(threshold), gain
    return round(best, 3)


def wilson(successes: int, total: int) -> tuple[float, float]:
    """95 % confidence interval of a share."""
    if total == 0:
        return 0.0, 1.0
    z, share = 1.96, successes / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return max(0.0, middle - half), min(1.0, middle + half)
