"""From scores to a probability that an entry answers the question, and from that to what is done.

A logistic model over some thirty features, fitted by ``wenban kb evaluate --fit`` (:mod:`kb_index.measure.fitting`) on
labelled questions, among them ones that nothing answers. Numbers come from measurement, never from feeling; the defaults below
only keep a base searchable before the first fit and are strict.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kb_index.search import numbers
from kb_index.search.numbers import Matrix

SHIPPED = Path(__file__).with_suffix(".json")

TERM = "term"
"""The one feature whose weight is fitted on bare terms, all others on questions."""

RANK_FEATURES = (
    "lexical",  # share of the question its best question covers
    "dense",  # cosine with its nearest question
    "whole",  # share of the question its whole text covers
    "centre",  # cosine with the middle of its questions
    "words",  # share of the question's words that stand anywhere in the entry
    "title",  # share of the question that stands in its title
    "answer",  # share of the question that stands outside its questions
    "aspect",  # share of what is asked (amount, time, place …) that its questions do not ask
    "amount",  # 1 when an amount is asked and its questions do not ask one
    "meaning",  # cosine with its nearest question, by the pretrained encoder
    "meaning_centre",  # cosine with the middle of its questions, by the pretrained encoder
    TERM,  # 1 when a bare term is asked and stands in it as it was typed
)
"""What an entry's place in the order rests on."""

AGAINST = frozenset({"aspect", "amount"})
"""Those that speak against an entry; all others speak for it."""

FEATURES = (
    *RANK_FEATURES,
    "fused",  # the score entries are ordered by
    "margin",  # less that of the best other entry
    "lexical_margin",
    "dense_margin",
    "whole_margin",
    "meaning_margin",
    "meaning_centre_margin",
    "lexical_agrees",  # 1 when no other entry has more of it
    "dense_agrees",
    "whole_agrees",
    "centre_agrees",
    "words_agrees",
    "meaning_agrees",
    "clauses",  # share of the question's clauses that lie nearest to it
    "clause_best",  # highest cosine with one of its clauses
    "clause_mean",  # mean cosine over its clauses
    "clause_margin",  # the highest less that of the best other entry
    "clause_last",  # cosine with the last clause, where a story's question mostly stands
    "belief",  # its share of belief among the entries looked at
    "known",  # share of the question that the base knows at all
    "length",  # log of the question's length in tokens
    "elsewhere",  # 1 when the question names a province or city that is not at home
)
"""What the probability rests on that the first entry answers."""

_NAMED = {"rank": RANK_FEATURES, "weights": FEATURES}


@dataclass(frozen=True)
class Calibration:
    """Fusion weights, the logistic model and the two thresholds.

    Args:
        rank: fusion weights, one per name in :data:`RANK_FEATURES`; the fused score is the weighted sum.
        weights: logistic weights, one per name in :data:`FEATURES`.
        bias: logistic bias.
        answer_at: probability from which the top entry is given as the answer.
        ask_at: probability from which up to three candidates are offered.
        model: fingerprint of the dense model these numbers were fitted with.
        report: what was measured at fitting, for people to read.
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

    def probability(self, features: Matrix) -> Matrix:
        """Probability for each row of features."""
        return numbers.logistic(features, self.weights, self.bias)

    def outcome(self, probability: float) -> str:
        """``answer``, ``ask_back`` or ``unknown`` for the top entry's probability."""
        if probability >= self.answer_at:
            return "answer"
        return "ask_back" if probability >= self.ask_at else "unknown"

    def save(self, path: Path) -> None:
        """Writes it as JSON, atomically."""
        numbers.save(path, asdict(self), _NAMED)

    @classmethod
    def load(cls, path: Path) -> Calibration:
        """Reads a file written by :meth:`save`; a missing one gives the strict defaults.

        Raises:
            ConfigurationError: when the file is damaged or of another version.
        """
        return cls(**(numbers.load(path, _NAMED, "wenban kb evaluate --fit") or {}))
