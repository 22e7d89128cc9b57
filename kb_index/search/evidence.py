"""What speaks for and against an entry being the answer: the feature rows of the probability model."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from kb_index.index.shelf import Shelf
from kb_index.search.calibrate import FEATURES
from kb_index.search.numbers import Matrix
from kb_index.search.ranking import Ranking


def rows(shelf: Shelf, ranking: Ranking, count: int) -> Matrix:
    """Feature rows (:data:`kb_index.search.calibrate.FEATURES`) of the first ``count`` entries of a ranking.

    Args:
        shelf: what was searched.
        ranking: its outcome, best first.
        count: at most the length of the ranking.
    """
    query = ranking.query
    belief = np.exp(ranking.fused - ranking.fused[:1].max(initial=0.0))
    belief /= max(float(belief.sum()), 1e-9)
    known = shelf.whole.known_share(query.asked)
    length = math.log(1 + len(query.asked.ids) + query.asked.unknown)
    found = [
        [
            *ranking.features[i],
            ranking.fused[i],
            *(
                scores[i] - _best_other(scores, i)
                for scores in (ranking.fused, ranking.lexical, ranking.dense, ranking.whole)
            ),
            belief[i],
            known,
            length,
            float(query.elsewhere),
        ]
        for i in range(count)
    ]
    return np.array(found, np.float64).reshape(count, len(FEATURES))


def _best_other(scores: NDArray[np.float64], i: int) -> float:
    """The highest score of another entry; 0 when there is none."""
    if len(scores) < 2:
        return 0.0
    return float(max(scores[:i].max(initial=-math.inf), scores[i + 1 :].max(initial=-math.inf)))
