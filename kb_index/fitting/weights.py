"""Fits fusion weights: a conditional logit over the candidates of many questions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize

from kb_index.search.calibration import AGAINST, RANK_FEATURES, Calibration
from kb_index.search.numbers import Matrix
from kb_index.search.ranking import Candidates

RIDGE = 3e-2
"""Ridge penalty on the fusion weights, for each question."""


@dataclass(frozen=True)
class Asked:
    """A question for fitting.

    Args:
        found: its candidates.
        right: row of the right entry in them; None: it is not among them.
        weight: how much the question counts.
    """

    found: Candidates
    right: int | None
    weight: float = 1.0


def asked(found: Candidates, place: int | None, weight: float = 1.0) -> Asked:
    """The question with these candidates, answered by the entry at ``place``; None: no entry answers it."""
    here = np.flatnonzero(found.places == place) if place is not None else np.zeros(0)
    return Asked(found, int(here[0]) if here.size else None, weight)


def fuse(
    questions: Sequence[Asked],
    numbers: Calibration,
    free: Collection[str],
    near: Calibration | None = None,
    ridge: float = RIDGE,
) -> Calibration:
    """Fits the fusion weights that make the right entries most probable among the candidates.

    The model is a conditional logit (McFadden 1974): an entry's probability is the softmax of its weighted
    features over the candidates of the question. A feature that speaks for an entry gets no negative weight,
    and one that speaks against it gets no positive weight. So the weights stay plausible for another
    knowledge base.

    Args:
        questions: the questions; those without their right entry among the candidates are left out.
        numbers: the weights to start from.
        free: names of the weights to fit; the others stay unchanged.
        near: weights that the penalty draws towards; None: towards zero.
        ridge: strength of the penalty, for each question.
    """
    used = [(q.found, q.right, q.weight) for q in questions if q.right is not None]
    if not used:
        return numbers
    features = np.concatenate([found.features for found, _, _ in used])
    sizes = np.array([len(found.places) for found, _, _ in used], np.int64)
    begins = np.cumsum(sizes) - sizes
    chosen = begins + np.array([right for _, right, _ in used])
    share = np.array([weight for _, _, weight in used])
    share /= share.sum()
    spread = np.maximum(features.std(axis=0), 1e-9)
    scaled = features / spread
    middle = np.zeros(len(spread)) if near is None else np.array(near.rank) * spread

    def loss(weights: Matrix) -> tuple[float, Matrix]:
        scores = scaled @ weights
        highest = np.maximum.reduceat(scores, begins)
        raised = np.exp(scores - np.repeat(highest, sizes))
        total = np.add.reduceat(raised, begins)
        chances = raised / np.repeat(total / share, sizes)
        off = weights - middle
        missed = -(share * (scores[chosen] - highest - np.log(total))).sum() + ridge * off @ off
        return float(missed), scaled.T @ chances - scaled[chosen].T @ share + 2 * ridge * off

    start = np.array(numbers.rank) * spread
    bounds = [
        (w, w) if name not in free else (None, 0) if name in AGAINST else (0, None)
        for name, w in zip(RANK_FEATURES, start, strict=True)
    ]
    best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    return replace(numbers, rank=tuple(float(w) for w in best.x / spread))
