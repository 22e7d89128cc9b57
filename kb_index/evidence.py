"""What speaks for and against an entry being the answer: the feature rows of the probability model."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kb_index.aspects import AMOUNT, aspects
from kb_index.ranking import Ranking
from kb_index.shelf import Shelf, entry_text
from kb_index.text import TextPipeline

SHARPNESS = 15.0
"""Turns fused scores into shares of belief among the first ten entries."""


@dataclass(frozen=True)
class _Known:
    """What an entry's text holds, prepared for comparison."""

    words: frozenset[str]
    tokens: frozenset[str]
    asked: frozenset[str]  # aspects its questions ask about


class Evidence:
    """Makes feature rows (:data:`kb_index.calibrate.FEATURES`) for the first entries of a ranking.

    Args:
        shelf: the entries.
        pipeline: the shelf's text preparation.
    """

    def __init__(self, shelf: Shelf, pipeline: TextPipeline) -> None:
        self._shelf = shelf
        self._pipeline = pipeline
        self._known = lru_cache(maxsize=512)(self._prepare)

    def rows(self, ranking: Ranking, count: int) -> NDArray[np.float64]:
        """Feature rows of the first ``count`` entries, in the order of the ranking."""
        shelf, query = self._shelf, ranking.query
        words = frozenset(self._pipeline.words_of(query.text))
        tokens = frozenset(query.tokens)
        asked = aspects(query.text)
        known = shelf.asked.known_share(query.tokens)
        belief = (
            np.exp((ranking.fused - ranking.fused[0]) * SHARPNESS) if ranking.fused.size else ranking.fused
        )
        belief = belief / max(float(belief[:10].sum()), 1e-9)
        rows = []
        for i in range(count):
            place = int(ranking.places[i])
            entry = self._known(place)
            variant = frozenset(self._pipeline.tokens(shelf.questions[int(ranking.questions[i])]))
            rows.append(
                [
                    ranking.fused[i],
                    ranking.fused[i] - _best_other(ranking.fused, i),
                    ranking.lexical[i],
                    ranking.lexical[i] - _best_other(ranking.lexical, i),
                    ranking.dense[i],
                    ranking.dense[i] - _best_other(ranking.dense, i),
                    ranking.whole[i],
                    ranking.whole[i] - _best_other(ranking.whole, i),
                    self._share(variant, tokens),
                    known,
                    math.log(1 + len(query.tokens)),
                    self._share(words, entry.words),
                    self._share(tokens, entry.tokens),
                    self._centre(place, query.vector),
                    belief[i],
                    len(asked - entry.asked) / len(asked) if asked else 0.0,
                    float(AMOUNT in asked and AMOUNT not in entry.asked),
                    float(query.elsewhere),
                ]
            )
        return np.array(rows, np.float64)

    def _share(self, tokens: frozenset[str], held: frozenset[str]) -> float:
        """Share of the tokens' weight that lies in ``held``."""
        idf = self._shelf.whole.idf
        whole = sum(idf(t) for t in tokens)
        return sum(idf(t) for t in tokens & held) / whole if whole else 0.0

    def _centre(self, place: int, vector: NDArray[np.float32]) -> float:
        """Cosine with the middle of the entry's questions."""
        start = int(self._shelf.starts[place])
        stop = (
            int(self._shelf.starts[place + 1])
            if place + 1 < len(self._shelf.starts)
            else self._shelf.vectors.size
        )
        middle = self._shelf.vectors.rows(start, stop).mean(axis=0)
        length = float(np.linalg.norm(middle))
        return float(middle @ vector) / length if length else 0.0

    def _prepare(self, place: int) -> _Known:
        entry = self._shelf.store.at(place)
        text = self._pipeline.normalise(entry_text(entry))
        return _Known(
            frozenset(self._pipeline.words_of(text)),
            frozenset(self._pipeline.tokens(text)),
            aspects(self._pipeline.normalise(" ".join(entry.questions))),
        )


def _best_other(scores: NDArray[np.float64], i: int) -> float:
    """The highest score of another entry; 0 when there is none."""
    if len(scores) < 2:
        return 0.0
    return float(max(scores[:i].max(initial=-math.inf), scores[i + 1 :].max(initial=-math.inf)))
