"""Fits a probability and its thresholds to labelled results, and measures how reliable they are."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from kb_index.search.numbers import Matrix


def fit_logistic(
    features: Matrix, right: NDArray[np.bool_], weight: Matrix | None = None, penalty: float = 0.05
) -> tuple[tuple[float, ...], float]:
    """Logistic regression by Newton's method on standardised features, with a ridge penalty.

    Args:
        features: one row per question.
        right: whether the top entry was right; [questions].
        weight: weight of each row; None: all equal.
        penalty: ridge strength for each row; small data sets need some.

    Returns:
        Weights and bias for features that are not standardised.
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
    """Expected calibration error, 0 to 1, over bins of equal count.

    It is the mean distance between the stated probability and the observed share of right answers.
    """
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
    """The lowest answer threshold (0 to 1) that keeps both shares of wrong answers within their bounds.

    Args:
        probability: out-of-fold probability of the top entry; [questions].
        right: whether the top entry answers the question; [questions].
        answerable: whether any entry answers it; [questions].
        wrong: largest share of wrong answers among all questions, 0 to 1.
        false: largest share of unanswerable questions that get an answer, 0 to 1.
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
    """The threshold (0 to 1) for offering candidates with the most useful offers minus costs of useless ones.

    Args:
        probability: probability of the top entry; [questions].
        near: whether the right entry is among the first three; [questions].
        answer_at: the threshold for answering.
        useless: cost of an offer without the right entry; an offer with it is worth 1. It is small, because "I don't know" names the
            nearest entries, too.
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
    """The 95 % confidence interval (Wilson) of a share: (low, high), 0 to 1."""
    if total == 0:
        return 0.0, 1.0
    z, share = 1.96, successes / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return max(0.0, middle - half), min(1.0, middle + half)
