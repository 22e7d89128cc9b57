"""The candidate entries of a question, their features, and their order by weighted features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kb_index.index.lexical import Asked, Floats
from kb_index.index.ragged import Places, Ragged
from kb_index.index.shelf import Shelf
from kb_index.language.aspects import AMOUNT_BIT
from kb_index.language.encoder import Vectors
from kb_index.search.calibration import RANK_FEATURES, TERM, Calibration
from kb_index.search.numbers import Matrix

Part = Literal["fused", "lexical", "dense"]
"""The score that orders entries: the weighted sum of all features, words alone, or vectors alone."""

_LEXICAL, _DENSE, _WHOLE = (RANK_FEATURES.index(name) for name in ("lexical", "dense", "whole"))


@dataclass(frozen=True)
class Query:
    """A question prepared for search.

    Args:
        text: the normalised question with corrected spelling.
        asked: the tokens of the question.
        unknown_words: number of its words that do not occur in the knowledge base.
        vector: vector of the question by the static model; [dimensions].
        clauses: vectors of its clauses, [clauses, dimensions].
        meaning: vector of the question by the pretrained encoder; None if the shelf has no such vectors.
        aspects: its aspects, as bits.
        elsewhere: whether it names a province or city outside the home regions.
        bare: whether it is a bare term: at most a few words, all known to the knowledge base.
    """

    text: str
    asked: Asked
    unknown_words: int
    vector: Vectors
    clauses: Vectors
    meaning: Vectors | None = None
    aspects: int = 0
    elsewhere: bool = False
    bare: bool = False


@dataclass(frozen=True)
class Candidates:
    """The candidate entries of a question, before weights are applied.

    Args:
        places: places of the entries; [entries].
        questions: for each entry, the place of its question nearest to the citizen's; [entries].
        features: features of each entry, columns as :data:`kb_index.search.calibration.RANK_FEATURES`.
        clauses: cosine of each entry's nearest question with each clause, [entries, clauses].
        query: the prepared question.
    """

    places: Places
    questions: Places
    features: Matrix
    clauses: Matrix
    query: Query


@dataclass(frozen=True)
class Ranking:
    """Entries, best first, with their scores.

    Args:
        places, questions, features, clauses, query: as in :class:`Candidates`.
        fused: the score that orders the entries; [entries].
    """

    places: Places
    questions: Places
    features: Matrix
    clauses: Matrix
    fused: NDArray[np.float64]
    query: Query

    @property
    def lexical(self) -> NDArray[np.float64]:
        """For each entry, the share of the question that its best question covers, 0 to 1."""
        return self.features[:, _LEXICAL]

    @property
    def dense(self) -> NDArray[np.float64]:
        """For each entry, the cosine of its nearest question."""
        return self.features[:, _DENSE]

    @property
    def whole(self) -> NDArray[np.float64]:
        """For each entry, the share of the question that its whole text covers, 0 to 1."""
        return self.features[:, _WHOLE]


def order(found: Candidates, weights: Calibration, part: Part = "fused") -> Ranking:
    """Orders candidates by weighted features, best first; equal scores by place.

    Args:
        found: the candidates.
        weights: contains the fusion weights.
        part: ``fused``, or a single part, to measure what fusion gains.
    """
    if part == "lexical":
        score = found.features[:, _WHOLE] + 1e-3 * found.features[:, _LEXICAL]
    elif part == "dense":
        score = found.features[:, _DENSE]
    else:
        score = found.features @ np.array(weights.rank)
    best = np.lexsort((found.places, -score))
    return Ranking(
        found.places[best],
        found.questions[best],
        found.features[best],
        found.clauses[best],
        score[best],
        found.query,
    )


def weigh(
    shelf: Shelf, query: Query, places: Places, whole: Floats, near: Floats, centre: Floats
) -> Candidates:
    """Computes the features of some entries.

    Args:
        shelf: contains the entries.
        query: the prepared question.
        places: places of the entries.
        whole: for each entry of the shelf, the share of the question that its whole text covers.
        near: for each of ``places``, the cosine of its nearest question, by the pretrained encoder.
        centre: for each of ``places``, the cosine of the mean of its question vectors, by the same encoder.
    """
    if not len(places):
        return Candidates(
            places, places, np.zeros((0, len(RANK_FEATURES))), np.zeros((0, len(query.clauses))), query
        )
    questions, begins = shelf.questions_of(places)
    vectors = shelf.vectors.at(questions)
    cosine = vectors @ query.vector
    size = len(shelf.vocabulary)
    asked = shelf.question_tokens.take(questions)
    counts = _counts(asked, query, size)
    covered = shelf.whole.coverage(query.asked, counts, asked.lengths / shelf.question_length)
    nearest = _best(cosine + covered, begins)
    middle = np.add.reduceat(vectors, begins, axis=0)
    middle /= np.maximum(np.linalg.norm(middle, axis=1, keepdims=True), 1e-9)
    first, own = counts[begins] > 0, np.add.reduceat(counts, begins, axis=0) > 0
    rest = _counts(shelf.rest_tokens.take(places), query, size) > 0
    idf = shelf.whole.idf[query.asked.ids]
    spoken = np.where(shelf.words[query.asked.ids], idf, 0)
    weight = max(shelf.whole.weight(query.asked), 1e-9)
    words = max(float(spoken.sum()) + query.unknown_words * shelf.whole.unknown, 1e-9)
    aspects = shelf.aspects[places]
    missing = np.bitwise_count(query.aspects & ~aspects) / max(query.aspects.bit_count(), 1)
    columns = {
        "lexical": np.maximum.reduceat(covered, begins),
        "dense": np.maximum.reduceat(cosine, begins),
        "whole": whole[places],
        "centre": middle @ query.vector,
        "words": (own | rest) @ spoken / words,
        "title": first @ idf / weight,
        "answer": rest @ idf / weight,
        "aspect": missing,
        "amount": (query.aspects & ~aspects & AMOUNT_BIT) > 0,
        "meaning": near,
        "meaning_centre": centre,
        TERM: (own | rest).all(axis=1) & query.bare,
    }
    features = np.column_stack([columns[name] for name in RANK_FEATURES]).astype(np.float64)
    clauses = np.maximum.reduceat(vectors @ query.clauses.T, begins, axis=0).astype(np.float64)
    return Candidates(places, questions[nearest], features, clauses, query)


def _counts(rows: Ragged, query: Query, tokens: int) -> NDArray[np.int64]:
    """For each row, how often it contains each token of the question; [rows, tokens]."""
    ids = query.asked.ids
    place = np.full(tokens, -1, np.int32)
    place[ids] = np.arange(len(ids))
    found = place[rows.flat]
    hit = found >= 0
    cells = rows.owners()[hit] * len(ids) + found[hit]
    return np.bincount(cells, minlength=len(rows) * len(ids)).reshape(len(rows), len(ids))


def _best(scores: Floats, begins: Places) -> Places:
    """The place of the highest score in each group; ``begins`` holds the start of each group."""
    ends = np.append(begins[1:], len(scores))
    return np.array([a + int(scores[a:b].argmax()) for a, b in zip(begins, ends, strict=True)], np.int64)
