"""Computes the features of the probability model for the found entries."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from kb_index.index.shelf import Shelf
from kb_index.search.calibration import FEATURES, RANK_FEATURES
from kb_index.search.numbers import Matrix
from kb_index.search.ranking import Ranking

_MARGINS = tuple(
    RANK_FEATURES.index(name) for name in ("lexical", "dense", "whole", "meaning", "meaning_centre")
)
_AGREEING = tuple(
    RANK_FEATURES.index(name) for name in ("lexical", "dense", "whole", "centre", "words", "meaning")
)


def rows(shelf: Shelf, ranking: Ranking, count: int) -> Matrix:
    """The features (:data:`kb_index.search.calibration.FEATURES`) of the first entries; [count, features].

    Args:
        shelf: the searched shelf.
        ranking: the found entries, best first.
        count: number of entries; at most the length of the ranking.
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
                for scores in (ranking.fused, *ranking.features[:, _MARGINS].T)
            ),
            *(float(scores[i] >= scores.max()) for scores in ranking.features[:, _AGREEING].T),
            *_clauses(ranking.clauses, i),
            belief[i],
            known,
            length,
            float(query.elsewhere),
        ]
        for i in range(count)
    ]
    return np.array(found, np.float64).reshape(count, len(FEATURES))


def _clauses(cosine: Matrix, i: int) -> tuple[float, ...]:
    """The clause features of the entry at rank ``i``, in their order; zeros without clauses."""
    if not cosine.shape[1]:
        return (0.0,) * 5
    own = cosine[i]
    first = float((own >= cosine.max(axis=0)).mean())
    margin = float(own.max()) - _best_other(cosine.max(axis=1), i)
    return first, float(own.max()), float(own.mean()), margin, float(own[-1])


def _best_other(scores: NDArray[np.float64], i: int) -> float:
    """The highest score of the other entries; 0 when there is no other entry."""
    if len(scores) < 2:
        return 0.0
    return float(max(scores[:i].max(initial=-math.inf), scores[i + 1 :].max(initial=-math.inf)))
