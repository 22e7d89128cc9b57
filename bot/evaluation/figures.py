"""Figures over labels: accuracy, macro-F1, confusions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

EXAMPLES = 5
"""Largest number of texts shown for a confusion."""


def accuracy(expected: Sequence[str], predicted: Sequence[str]) -> float:
    """The share of equal labels, 0 to 1.

    >>> accuracy(["a", "b"], ["a", "a"])
    0.5
    """
    return sum(e == p for e, p in zip(expected, predicted, strict=True)) / len(expected)


def macro_f1(expected: Sequence[str], predicted: Sequence[str]) -> float:
    """The mean F1 over the expected labels, 0 to 1. All labels have the same weight, frequent or rare.

    >>> round(macro_f1(["a", "a", "b"], ["a", "b", "b"]), 3)
    0.667
    """
    pairs = Counter(zip(expected, predicted, strict=True))
    truth, said = Counter(expected), Counter(predicted)
    return sum(2 * pairs[label, label] / (truth[label] + said[label]) for label in truth) / len(truth)


def confusions(
    texts: Sequence[str], expected: Sequence[str], predicted: Sequence[str]
) -> list[dict[str, Any]]:
    """Pairs of confused labels, most frequent first, with examples of their texts."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for text, truth, said in zip(texts, expected, predicted, strict=True):
        if truth != said:
            found[truth, said].append(text)
    ranked = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return [
        {"expected": truth, "predicted": said, "count": len(examples), "examples": examples[:EXAMPLES]}
        for (truth, said), examples in ranked
    ]


def share(count: int, of: int) -> float | None:
    """A share, 0 to 1, with four decimals; None of nothing.

    >>> share(1, 3), share(0, 0)
    (0.3333, None)
    """
    return round(count / of, 4) if of else None


def latency(took_ms: Sequence[float]) -> dict[str, float]:
    """The median (``p50``) and the 95th percentile (``p95``) of durations, in their unit.

    >>> latency([10.0, 20.0, 30.0])
    {'p50': 20.0, 'p95': 29.0}
    """
    return {
        "p50": round(float(np.percentile(took_ms, 50)), 1),
        "p95": round(float(np.percentile(took_ms, 95)), 1),
    }
