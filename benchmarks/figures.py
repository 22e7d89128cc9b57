"""What a benchmark returns: figures with their bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured figure.

    Args:
        name: what was measured.
        value: the measured value.
        unit: its unit, empty for a count.
        bound: the largest value allowed, in the same unit; None: the figure is only reported.
    """

    name: str
    value: float
    unit: str
    bound: float | None = None

    @property
    def kept(self) -> bool:
        """Whether the value is within its bound; always true when there is no bound."""
        return self.bound is None or self.value <= self.bound


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` (0 to 1) of ``values`` do not exceed, by the nearest-rank method.

    >>> percentile([1.0, 2.0, 3.0, 4.0], 0.5)
    2.0
    """
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, round(share * len(ordered)) - 1))]
