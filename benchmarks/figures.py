"""The value a benchmark gives: figures with their bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured figure, and the bound it should keep (None: only reported)."""

    name: str
    value: float
    unit: str
    bound: float | None = None

    @property
    def kept(self) -> bool:
        """Whether the value is within its bound; true without one."""
        return self.bound is None or self.value <= self.bound


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` (0 to 1) of ``values`` lie; nearest rank.

    >>> percentile([1.0, 2.0, 3.0, 4.0], 0.5)
    2.0
    """
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, round(share * len(ordered)) - 1))]
