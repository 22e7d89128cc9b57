"""When an article of law may be shown beside "I don't know": a probability and a threshold, both measured."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kb_index.search import numbers
from kb_index.search.numbers import Matrix

SHIPPED = Path(__file__).with_suffix(".json")

FEATURES = (
    "fused",  # fused score of the first article
    "lexical",  # share of the question it covers
    "dense",  # cosine with the question
    "margin",  # fused score less that of the second article
    "lead",  # fused score less that of the sixth
    "same_document",  # share of the first five articles that belong to its document
    "known",  # share of the question the statutes know at all
    "length",  # log of the question's length in tokens
    "words",  # share of the question's words that stand in the article
)

_NAMED = {"weights": FEATURES}


@dataclass(frozen=True)
class StatuteNumbers:
    """The logistic model and the threshold, fitted by ``wenban kb laws fit``.

    Args:
        weights: logistic weights, one per name in :data:`FEATURES`.
        bias: logistic bias.
        show_at: probability from which articles are shown; the default shows none.
        model: fingerprint of the dense model these numbers were fitted with.
        report: what was measured at fitting, for people to read.
    """

    weights: tuple[float, ...] = (0.0,) * len(FEATURES)
    bias: float = 0.0
    show_at: float = 1.0
    model: str = ""
    report: dict[str, Any] | None = None

    def probability(self, features: Matrix) -> Matrix:
        """Probability for each row of features."""
        return numbers.logistic(features, self.weights, self.bias)

    def save(self, path: Path) -> None:
        """Writes it as JSON, atomically."""
        numbers.save(path, asdict(self), _NAMED)

    @classmethod
    def load(cls, path: Path) -> StatuteNumbers:
        """Reads a file written by :meth:`save`; a missing one gives numbers that show nothing.

        Raises:
            ConfigurationError: when the file is damaged or of another version.
        """
        return cls(**(numbers.load(path, _NAMED, "wenban kb laws fit") or {}))
