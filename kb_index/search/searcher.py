"""A search: candidates from both indexes, their fused order, their probabilities, and the outcome."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from kb_index.entries.entry import Entry
from kb_index.index.lexical import Asked
from kb_index.index.meanings import Meaning, Meanings
from kb_index.index.shelf import Shelf
from kb_index.index.vocabulary import PAIR, is_word
from kb_index.language.aspects import aspect_bits
from kb_index.language.encoder import Encoder
from kb_index.language.places import elsewhere
from kb_index.language.spelling import Spelling
from kb_index.language.text import TextPipeline, query_text
from kb_index.search.calibration import Calibration
from kb_index.search.evidence import rows
from kb_index.search.numbers import Matrix
from kb_index.search.ranking import Candidates, Part, Query, Ranking, order, weigh
from kb_index.search.rerank import Reranker
from kb_index.search.telling import belonging, joined
from kb_index.search.unsaid import unsaid

_CLAUSE = re.compile(r"[，。！？；,.!?;\s]+")
_SHORTEST, _CLAUSES = 4, 40
"""Fewest characters of a clause; largest number of clauses of a question that are used."""

Outcome = Literal["answer", "ask_back", "unknown"]
"""What follows from a search; see :class:`SearchResult`."""

NEAREST = 100
"""Number of nearest questions taken from the dense index."""

DOUBTED = 0.7
"""Factor on the probability of an entry that says nothing of what is asked (:func:`kb_index.search.unsaid.unsaid`).

So it is asked about and never given. Of the 1,400 short labelled questions with a right entry seven are doubted, of 191
that would get a wrong one or have no answer, near misses written for this among them, 23.
"""

LOOKED_AT = 3
"""Number of first entries that are put in the order of the judge of what an entry tells, which is fitted to as many."""

BARE = 3
"""Largest number of words of a bare term; longer questions count as sentences."""

POOL = 20
"""Number of entries taken from each part, and from all parts together, for all features to be computed."""


@dataclass(frozen=True)
class Hit:
    """A found entry.

    Args:
        entry: the entry.
        probability: calibrated probability that the entry answers the question, 0 to 1.
        lexical: share of the question that its best-matching question covers, 0 to 1.
        dense: cosine of its best-matching question.
        variant: its best-matching question, normalised.
        fused: fused score, which orders the entries.
        whole: share of the question that its whole text covers, 0 to 1.
    """

    entry: Entry
    probability: float
    lexical: float
    dense: float
    variant: str
    fused: float = 0.0
    whole: float = 0.0


@dataclass(frozen=True)
class SearchResult:
    """The result of a search.

    Args:
        outcome: ``answer``: the first hit is the answer; ``ask_back``: offer the hits; ``unknown``: no
            answer.
        hits: found entries, best first; also kept for ``unknown``, for editors to see.
        version: the searched index version; "" when there is none.
    """

    outcome: Outcome
    hits: tuple[Hit, ...]
    version: str = ""


class Searcher:
    """Searches one shelf.

    Args:
        shelf: the shelf to search.
        pipeline: the text preparation the shelf was built with.
        encoder: the model the shelf was built with.
        calibration: weights and thresholds.
        version: name of the version, copied into results.
        reranker: re-orders the first hits; None: no re-ordering.
        meanings: the pretrained encoder's vectors of the shelf's questions; None: not used.
        meaning: the encoder that made ``meanings``; needed with them.
    """

    def __init__(
        self,
        shelf: Shelf,
        pipeline: TextPipeline,
        encoder: Encoder,
        calibration: Calibration,
        version: str = "",
        reranker: Reranker | None = None,
        meanings: Meanings | None = None,
        meaning: Meaning | None = None,
    ) -> None:
        self.shelf = shelf
        self.pipeline = pipeline
        self.encoder = encoder
        self.calibration = calibration
        self.version = version
        self.reranker = reranker
        self.meanings = meanings
        self.meaning = meaning
        self.telling = belonging(calibration, meaning)
        known = shelf.vocabulary
        held = shelf.whole.held
        curated = pipeline.curated
        terms = {
            token: int(held[number])
            for number, token in enumerate(known.tokens)
            if held[number] and is_word(token) and (len(token) > 2 or token in curated)
        }
        self._spelling = Spelling(terms, lambda pair: PAIR + pair in known, pipeline.words_of)

    def with_calibration(self, calibration: Calibration) -> Searcher:
        """The same searcher with another calibration."""
        other = copy(self)
        other.calibration = calibration
        other.telling = belonging(calibration, self.meaning)
        return other

    def search(
        self, question: str, regions: Sequence[str] = (), on: dt.date | None = None, limit: int = 3
    ) -> SearchResult:
        """Finds the entries that may answer a question.

        Args:
            question: the citizen's words; any text is accepted.
            regions: names of the citizen's regions, all levels (``["安徽", "淮南", "寿县"]``); empty: all regions.
            on: only entries that hold on this day; None: any day.
            limit: largest number of hits.
        """
        ranking = self.rank(question, regions, on)
        if not len(ranking.places):
            return SearchResult("unknown", (), self.version)
        count = min(max(limit, 1), len(ranking.places))
        chances = self.chances(ranking, min(max(count, LOOKED_AT), len(ranking.places)))
        order = self._likeliest(ranking, chances)[:count]
        hits = tuple(self._hit(ranking, i, float(chances[i])) for i in order)
        if hits and unsaid(question, hits[0].entry):
            hits = (replace(hits[0], probability=round(hits[0].probability * DOUBTED, 4)), *hits[1:])
        # the first entry decides the outcome; no later entry is shown with a higher probability
        hits = tuple(replace(h, probability=min(h.probability, hits[0].probability)) for h in hits)
        return SearchResult(cast(Outcome, self.calibration.outcome(hits[0].probability)), hits, self.version)

    def _likeliest(self, ranking: Ranking, chances: Matrix) -> list[int]:
        """The ranks of the found entries, the likeliest of the first :data:`LOOKED_AT` first.

        Likeness orders them, but what :attr:`telling` says of each counts more. A bare term keeps its order: there the exact word counts.
        """
        ranks = list(range(len(chances)))
        if self.telling is None or ranking.query.bare:
            return ranks
        looked = sorted(ranks[:LOOKED_AT], key=lambda i: -chances[i])
        return looked + ranks[LOOKED_AT:]

    def chances(self, ranking: Ranking, count: int) -> Matrix:
        """The probability (0 to 1) that each of the first ``count`` entries answers; [count].

        With the numbers and the encoder that the shipped :mod:`kb_index.search.telling` was fitted with it judges, else the
        probability model alone.
        """
        features = rows(self.shelf, ranking, count)
        read = None if self.telling is None else self.read(ranking, features)
        if self.telling is None or read is None:
            return self.calibration.probability(features)
        return self.telling.probability(read)

    def read(self, ranking: Ranking, features: Matrix) -> NDArray[np.float32] | None:
        """What :mod:`kb_index.search.telling` reads of the first entries; None when the question or the shelf has no vectors.

        Args:
            ranking: the found entries.
            features: the features of the first ones, [entries, features].
        """
        meaning = ranking.query.meaning
        if self.meanings is None or meaning is None:
            return None
        return joined(features, meaning, *self.meanings.pairs(meaning, ranking.places[: len(features)]))

    def rank(
        self, question: str, regions: Sequence[str] = (), on: dt.date | None = None, part: Part = "fused"
    ) -> Ranking:
        """Orders entries by the fused score, or by one part of it alone (to measure what fusion gains)."""
        return self.order(self.candidates(question, regions, on), part)

    def order(self, found: Candidates, part: Part = "fused") -> Ranking:
        """Orders candidates; the re-ranker, if set, changes the fused order."""
        ranking = order(found, self.calibration, part)
        return (
            ranking
            if self.reranker is None or part != "fused"
            else self.reranker.reorder(ranking, self.shelf)
        )

    def candidates(self, question: str, regions: Sequence[str] = (), on: dt.date | None = None) -> Candidates:
        """The candidate entries; none for a question without any letter or digit."""
        shelf = self.shelf
        query = self.query(question, regions)
        whole = shelf.whole.scores(query.asked)
        allowed = shelf.allowed(regions, on)
        allowed_questions = None
        if allowed is not None:
            allowed_questions = allowed[shelf.owners]
            whole = np.where(allowed, whole, 0)
        near = shelf.vectors.nearest(query.vector, NEAREST, allowed_questions)
        cosine = shelf.vectors.at(near) @ query.vector
        dense = np.zeros(len(shelf.store), np.float32)
        np.maximum.at(dense, shelf.owners[near], cosine)
        parts = [whole, dense, dense + whole]
        meant = None
        if self.meanings is not None and query.meaning is not None:
            meant = self.meanings.best(query.meaning)
            parts.append(meant if allowed is None else np.where(allowed, meant, 0))
        pool = np.unique(np.concatenate([_top(s, POOL) for s in parts]))
        if self.meanings is None or query.meaning is None or meant is None:
            nothing = np.zeros(len(pool), np.float32)
            return weigh(shelf, query, pool, whole, nothing, nothing)
        return weigh(shelf, query, pool, whole, meant[pool], self.meanings.centre(query.meaning, pool))

    def query(self, question: str, regions: Sequence[str] = ()) -> Query:
        """Prepares a question: normalised text, tokens, vectors."""
        text = self.pipeline.normalise(query_text(question))
        corrected = self._spelling.correct(text)
        if corrected != text:  # a corrected term may have a synonym
            text = self.pipeline.normalise(corrected)
        tokens = set(self.pipeline.search_tokens(text))
        asked = Asked.of(tokens, self.shelf.vocabulary)
        words = [token for token in tokens if is_word(token)]
        unknown = sum(word not in self.shelf.vocabulary for word in words)
        vector = (
            self.encoder.encode([text], query=True)[0]
            if tokens
            else np.zeros(self.encoder.dimensions, np.float32)
        )
        home = frozenset({*regions, *self.shelf.regions})
        bare = len(words) <= BARE and not asked.unknown
        clauses = [part for part in _CLAUSE.split(text) if len(part) >= _SHORTEST][:_CLAUSES]
        vectors = (
            self.encoder.encode(clauses, query=True)
            if clauses
            else np.zeros((0, self.encoder.dimensions), np.float32)
        )
        meaning = self.meaning.of(question) if tokens and self.meanings and self.meaning else None
        return Query(
            text, asked, unknown, vector, vectors, meaning, aspect_bits(text), elsewhere(text, home), bare
        )

    def _hit(self, ranking: Ranking, i: int, probability: float) -> Hit:
        return Hit(
            entry=self.shelf.store.at(int(ranking.places[i])),
            probability=round(probability, 4),
            lexical=round(float(ranking.lexical[i]), 4),
            dense=round(float(ranking.dense[i]), 4),
            variant=self.shelf.questions[int(ranking.questions[i])].decode(),
            fused=round(float(ranking.fused[i]), 4),
            whole=round(float(ranking.whole[i]), 4),
        )


def _top(scores: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Places of the ``count`` highest scores above zero."""
    if len(scores) > count:
        places = np.argpartition(-scores, count)[:count]
    else:
        places = np.arange(len(scores))
    return places[scores[places] > 0].astype(np.int64)
