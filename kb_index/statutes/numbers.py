"""Decides whether an article of law is shown beside "I don't know", by a fitted probability and threshold."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kb_index.search import numbers
from kb_index.search.numbers import Matrix

SHIPPED = Path(__file__).with_suffix(".json")
"""File of the shipped numbers."""

FEATURES = (
    "fused",  # fused score of the first article
    "lexical",  # share of the question that the first article covers
    "dense",  # cosine of the first article with the question
    "margin",  # fused score of the first article minus that of the second
    "lead",  # fused score of the first article minus that of the sixth
    "same_document",  # share of the first five articles that belong to the first article's document
    "known",  # share of the question whose tokens occur anywhere in the statutes
    "length",  # log of the question's length in tokens
    "words",  # share of the question's words that occur in the first article
)
"""Features of the probability that an article is about the question."""

_NAMED = {"weights": FEATURES}


@dataclass(frozen=True)
class StatuteNumbers:
    """The logistic model and the threshold, fitted by ``wenban kb laws fit``.

    Args:
        weights: logistic weights, one for each name in :data:`FEATURES`.
        bias: logistic bias.
        show_at: articles are shown from this probability on (0 to 1); the default shows none.
        model: fingerprint of the dense model these numbers were fitted with.
        report: the figures measured at fitting, for people to read.
    """

    weights: tuple[float, ...] = (0.0,) * len(FEATURES)
    bias: float = 0.0
    show_at: float = 1.0
    model: str = ""
    report: dict[str, Any] | None = None

    def probability(self, features: Matrix) -> Matrix:
        """The probability (0 to 1) for each row of features."""
        return numbers.logistic(features, self.weights, self.bias)

    def save(self, path: Path) -> None:
        """Writes the numbers as JSON, atomically."""
        numbers.save(path, asdict(self), _NAMED)

    @classmethod
    def load(cls, path: Path) -> StatuteNumbers:
        """Reads a file written by :meth:`save`. When it is missing, the result shows no articles.

        Raises:
            ConfigurationError: when the file is damaged or was written by another program version.
        """
        return cls(**(numbers.load(path, _NAMED, "wenban kb laws fit") or {}))
