"""One search: candidates from both indexes, fused, turned into probabilities, and a decision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from kb_index.calibrate import Calibration
from kb_index.dense import Encoder
from kb_index.entries import Entry
from kb_index.evidence import Evidence
from kb_index.places import elsewhere
from kb_index.ranking import Candidates, Part, Query, Ranking, order
from kb_index.rerank import Reranker
from kb_index.shelf import Shelf
from kb_index.text import TextPipeline, query_text

Outcome = Literal["answer", "ask_back", "unknown"]

CANDIDATES = 200
"""Questions taken from each index before fusion."""


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
    """

    def __init__(
        self,
        shelf: Shelf,
        pipeline: TextPipeline,
        encoder: Encoder,
        calibration: Calibration,
        version: str = "",
        reranker: Reranker | None = None,
    ) -> None:
        self.shelf = shelf
        self.pipeline = pipeline
        self.encoder = encoder
        self.calibration = calibration
        self.version = version
        self.reranker = reranker
        self.evidence = Evidence(shelf, pipeline)

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
        chances = self.calibration.probability(self.evidence.rows(ranking, count))
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
        """The nearest questions by each part; empty for a question without a single letter or digit."""
        text = self.pipeline.normalise(query_text(question))
        tokens = self.pipeline.tokens(text)
        shelf = self.shelf
        if not tokens or not len(shelf.store):
            none, empty = np.zeros(0, np.int64), np.zeros(0)
            return Candidates(none, none, empty, empty, empty, Query(text, tokens, empty.astype(np.float32)))
        lexical, whole = shelf.asked.scores(tokens), shelf.whole.scores(tokens)
        allowed = shelf.allowed(regions, on)
        allowed_questions = None
        if allowed is not None:
            allowed_questions = allowed[shelf.owners]
            lexical, whole = np.where(allowed_questions, lexical, 0), np.where(allowed, whole, 0)
        vector = self.encoder.encode([text], query=True)[0]
        home = frozenset({*regions, *shelf.regions})
        query = Query(text, tokens, vector, elsewhere(text, home))
        found = np.unique(
            np.concatenate(
                [
                    _top(lexical, CANDIDATES),
                    shelf.vectors.nearest(vector, CANDIDATES, allowed_questions),
                    shelf.starts[_top(whole, 50)],  # an entry that matches as a whole comes in by its title
                ]
            )
        )
        entries = shelf.owners[found]
        return Candidates(
            questions=found,
            entries=entries,
            lexical=lexical[found].astype(np.float64),
            dense=shelf.vectors.similarity(vector, found).astype(np.float64),
            whole=whole[entries].astype(np.float64),
            query=query,
        )

    def _hit(self, ranking: Ranking, i: int, probability: float) -> Hit:
        return Hit(
            entry=self.shelf.store.at(int(ranking.places[i])),
            probability=round(probability, 4),
            lexical=round(float(ranking.lexical[i]), 4),
            dense=round(float(ranking.dense[i]), 4),
            variant=self.shelf.questions[int(ranking.questions[i])],
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
