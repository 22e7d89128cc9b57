"""Converts scores to the probability that an entry answers the question, and the probability to an outcome.

The probability is a logistic model over about thirty features. ``wenban kb evaluate --fit``
(:mod:`kb_index.measure.fitting`) fits it to labelled questions, some of them unanswerable. All shipped
numbers are measured. The strict defaults below only make a knowledge base searchable before the first fit.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from kb_index.search import numbers
from kb_index.search.numbers import Matrix

SHIPPED = Path(__file__).with_suffix(".json")
"""Numbers fitted to questions labelled with the shipped entries."""

SAFE = Path(__file__).with_name("safe.json")
"""Numbers for any other base: fitted to bases of several shapes (:mod:`benchmarks.fusion`)."""

Source = Literal["labelled", "variants", "safe"]
"""What numbers were fitted to; :mod:`kb_index.fitting.adapt` chooses."""

TERM = "term"
"""Name of the feature whose weight is fitted on bare terms; all others are fitted on questions."""

RANK_FEATURES = (
    "lexical",  # share of the question that the entry's best question covers
    "dense",  # cosine with the entry's nearest question
    "whole",  # share of the question that the entry's whole text covers
    "centre",  # cosine with the mean of the entry's question vectors
    "words",  # share of the question's words that occur anywhere in the entry
    "title",  # share of the question that occurs in the entry's title
    "answer",  # share of the question that occurs in the entry's text other than its questions
    "aspect",  # share of the question's aspects (amount, time, place …) that the entry's questions lack
    "amount",  # 1 when the question asks for an amount and the entry's questions do not
    "meaning",  # cosine with the entry's nearest question, by the pretrained encoder
    "meaning_centre",  # cosine with the mean of its question vectors, by the pretrained encoder
    TERM,  # 1 when the question is a bare term that occurs literally in the entry
)
"""Features that decide the order of the entries."""

AGAINST = frozenset({"aspect", "amount"})
"""Rank features that speak against an entry; all others speak for it."""

FEATURES = (
    *RANK_FEATURES,
    "fused",  # fused score, which orders the entries
    "margin",  # fused score minus that of the best other entry
    "lexical_margin",
    "dense_margin",
    "whole_margin",
    "meaning_margin",
    "meaning_centre_margin",
    "lexical_agrees",  # 1 when no other entry has a higher value of that feature
    "dense_agrees",
    "whole_agrees",
    "centre_agrees",
    "words_agrees",
    "meaning_agrees",
    "clauses",  # share of the question's clauses whose nearest entry this is
    "clause_best",  # highest cosine of the entry with one of the question's clauses
    "clause_mean",  # mean cosine over the question's clauses
    "clause_margin",  # highest cosine minus that of the best other entry
    "clause_last",  # cosine with the last clause, which in a story is mostly the question
    "belief",  # softmax share of the fused score among the candidates
    "known",  # share of the question whose tokens occur in the knowledge base
    "length",  # log of the question's length in tokens
    "elsewhere",  # 1 when the question names a province or city outside the home regions
)
"""Features of the probability that the first entry answers the question."""

_NAMED = {"rank": RANK_FEATURES, "weights": FEATURES}


@dataclass(frozen=True)
class Calibration:
    """Fusion weights, the logistic model and the two thresholds.

    Args:
        rank: fusion weights, one for each name in :data:`RANK_FEATURES`; the fused score is the weighted sum.
        weights: logistic weights, one for each name in :data:`FEATURES`.
        bias: logistic bias.
        answer_at: from this probability on (0 to 1) the top entry is given as the answer.
        ask_at: from this probability on (0 to 1) up to three candidates are offered.
        model: fingerprint of the dense model these numbers were fitted with.
        report: the figures measured at fitting, for people to read.
        entries: ids of the entries that the labelled questions were asked of; empty: no labelled questions.
        source: what the numbers were fitted to.
    """

    rank: tuple[float, ...] = (2.0, 8.0, 4.0, 8.0, 8.0, 8.0, 3.0, -1.0, -2.0, 0.0, 0.0, 2.0)
    weights: tuple[float, ...] = (
        (0.0,) * len(RANK_FEATURES) + (0.4, 0.5) + (0.0,) * (len(FEATURES) - len(RANK_FEATURES) - 2)
    )
    bias: float = -9.0
    answer_at: float = 0.8
    ask_at: float = 0.25
    model: str = ""
    report: dict[str, Any] | None = None
    entries: tuple[str, ...] = ()
    source: Source = "labelled"

    def probability(self, features: Matrix) -> Matrix:
        """The probability (0 to 1) for each row of features."""
        return numbers.logistic(features, self.weights, self.bias)

    def outcome(self, probability: float) -> str:
        """The outcome for the top entry's probability: ``answer``, ``ask_back`` or ``unknown``."""
        if probability >= self.answer_at:
            return "answer"
        return "ask_back" if probability >= self.ask_at else "unknown"

    @property
    def stamp(self) -> str:
        """12 hexadecimal digits that change when probabilities do; what is fitted to those is then outdated."""
        material = json.dumps([self.rank, self.weights, self.bias, self.model])
        return hashlib.sha256(material.encode()).hexdigest()[:12]

    def save(self, path: Path) -> None:
        """Writes the numbers as JSON, atomically."""
        numbers.save(path, asdict(self), _NAMED)

    @classmethod
    def load(cls, path: Path) -> Calibration:
        """Reads a file written by :meth:`save`; a missing file gives the strict defaults.

        Raises:
            ConfigurationError: when the file is damaged or was written by another program version.
        """
        found = numbers.load(path, _NAMED, "wenban kb evaluate --fit") or {}
        return cls(**{**found, "entries": tuple(found.get("entries", ()))})
