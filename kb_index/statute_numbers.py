"""When an article of law may be shown beside "I don't know": a probability and a threshold, both measured."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import ConfigurationError

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

    def probability(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probability for each row of features."""
        found: NDArray[np.float64] = 1 / (
            1 + np.exp(-np.clip(features @ np.array(self.weights) + self.bias, -30, 30))
        )
        return found

    def save(self, path: Path) -> None:
        """Writes it as JSON, atomically."""
        data = {**asdict(self), "weights": dict(zip(FEATURES, self.weights, strict=True))}
        temporary = path.with_name(path.name + ".tmp")
        temporary.write_text(json.dumps(data, ensure_ascii=False, indent=2) + "\n", "utf-8")
        temporary.replace(path)

    @classmethod
    def load(cls, path: Path) -> StatuteNumbers:
        """Reads a file written by :meth:`save`; a missing one gives numbers that show nothing.

        Raises:
            ConfigurationError: when the file is damaged or of another version.
        """
        if not path.is_file():
            return cls()
        try:
            data = json.loads(path.read_text("utf-8"))
            data["weights"] = tuple(float(data["weights"][name]) for name in FEATURES)
            return cls(**data)
        except (ValueError, KeyError, TypeError) as error:
            raise ConfigurationError(
                f"{path} does not hold numbers of this version ({error}); run `wenban kb laws fit`.",
                code="laws_numbers",
            ) from error
