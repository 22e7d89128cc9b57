"""One search: candidates from both indexes, fused, turned into probabilities, and a decision."""

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
from kb_index.search.ranking import Candidates, Part, Query, Ranking, order, weigh
from kb_index.search.rerank import Reranker

_CLAUSE = re.compile(r"[，。！？；,.!?;\s]+")
_SHORTEST, _CLAUSES = 4, 40
"""Characters of a clause, and clauses of a question that are looked at."""

Outcome = Literal["answer", "ask_back", "unknown"]

NEAREST = 100
"""Questions taken from the dense index."""

BARE = 3
"""Most words of a question that is a bare term and no sentence."""

POOL = 20
"""Entries taken by each part, and by all together, to be weighed closely."""


@dataclass(frozen=True)
class Hit:
    """An entry found.

    Args:
        entry: the entry.
        probability: calibrated probability that it answers the question.
        lexical: share of the question its best-matching question covers, 0 to 1.
        dense: cosine with its best-matching question.
        variant: that question, normalised.
        fused: the score entries are ordered by.
        whole: share of the question its whole text covers.
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
    """What a search came to.

    Args:
        outcome: give the first hit as the answer, ask back with the hits, or say that nothing is known.
        hits: best first; kept for ``unknown`` too, for editors to look at.
        version: index version that answered, "" when there is none.
    """

    outcome: Outcome
    hits: tuple[Hit, ...]
    version: str = ""


class Searcher:
    """Searches one shelf.

    Args:
        shelf: what is searched.
        pipeline: the text preparation the shelf was built with.
        encoder: the model the shelf was built with.
        calibration: weights and thresholds.
        version: put into results.
        reranker: re-orders the first hits.
        meanings: what the pretrained encoder makes of the shelf's questions; None leaves it out.
        meaning: the encoder that made them; needed with ``meanings``.
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
        """The same searcher under other numbers."""
        other = copy(self)
        other.calibration = calibration
        return other

    def search(
        self, question: str, regions: Sequence[str] = (), on: dt.date | None = None, limit: int = 3
    ) -> SearchResult:
        """Finds the entries that may answer a question.

        Args:
            question: anything a citizen typed; never raises on odd text.
            regions: where the citizen is, all levels (``["安徽", "淮南", "寿县"]``); empty means everywhere.
            on: only entries in force that day; None means any.
            limit: most hits returned.
        """
        ranking = self.rank(question, regions, on)
        if not len(ranking.places):
            return SearchResult("unknown", (), self.version)
        count = min(max(limit, 1), len(ranking.places))
        chances = self.calibration.probability(rows(self.shelf, ranking, count))
        hits = tuple(self._hit(ranking, i, float(chances[i])) for i in range(count))
        # the first by score decides; a runner-up is never shown as surer than it
        hits = tuple(replace(h, probability=min(h.probability, hits[0].probability)) for h in hits)
        return SearchResult(cast(Outcome, self.calibration.outcome(hits[0].probability)), hits, self.version)

    def rank(
        self, question: str, regions: Sequence[str] = (), on: dt.date | None = None, part: Part = "fused"
    ) -> Ranking:
        """Orders entries by the fused score, or by one part of it alone (to measure what fusion is worth)."""
        return self.order(self.candidates(question, regions, on), part)

    def order(self, found: Candidates, part: Part = "fused") -> Ranking:
        """Orders candidates; the re-ranker, where there is one, has a say in the fused order."""
        ranking = order(found, self.calibration, part)
        return (
            ranking
            if self.reranker is None or part != "fused"
            else self.reranker.reorder(ranking, self.shelf)
        )

    def candidates(self, question: str, regions: Sequence[str] = (), on: dt.date | None = None) -> Candidates:
        """The entries that may be meant; none for a question without a single letter or digit."""
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
        """Prepares a question: one spelling, tokens, vector."""
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
    """Places of the highest scores above zero."""
    if len(scores) > count:
        places = np.argpartition(-scores, count)[:count]
    else:
        places = np.arange(len(scores))
    return places[scores[places] > 0].astype(np.int64)
