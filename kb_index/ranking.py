"""Candidates with the scores of each part, and the order that weights give them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kb_index.calibrate import Calibration
from kb_index.dense import Vectors

Part = Literal["fused", "lexical", "dense"]


@dataclass(frozen=True)
class Query:
    """A question, prepared: normalised text, tokens, vector, and whether it names another part of the country."""

    text: str
    tokens: list[str]
    vector: Vectors
    elsewhere: bool = False


@dataclass(frozen=True)
class Candidates:
    """Questions that may be meant, with the scores of each part; weights are not applied yet."""

    questions: NDArray[np.int64]
    entries: NDArray[np.int64]
    lexical: NDArray[np.float64]
    dense: NDArray[np.float64]
    whole: NDArray[np.float64]
    query: Query


@dataclass(frozen=True)
class Ranking:
    """Scored entries, best first: what hits and features are made of."""

    places: NDArray[np.int64]
    fused: NDArray[np.float64]
    lexical: NDArray[np.float64]
    dense: NDArray[np.float64]
    whole: NDArray[np.float64]
    questions: NDArray[np.int64]
    query: Query


def order(found: Candidates, weights: Calibration, part: Part = "fused") -> Ranking:
    """Applies the weights: each entry with its best question, best entry first; ties by place."""
    if part == "lexical":
        score = found.whole + 1e-3 * found.lexical
    elif part == "dense":
        score = found.dense
    else:
        score = weights.lexical * found.lexical + weights.dense * found.dense + weights.whole * found.whole
    ranked = np.lexsort((found.questions, -score))
    _, first = np.unique(found.entries[ranked], return_index=True)
    best = ranked[np.sort(first)]
    return Ranking(
        places=found.entries[best],
        fused=score[best],
        lexical=found.lexical[best],
        dense=found.dense[best],
        whole=found.whole[best],
        questions=found.questions[best],
        query=found.query,
    )
