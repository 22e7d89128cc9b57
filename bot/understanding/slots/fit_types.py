"""Trains the model of types, with scikit-learn. The app never runs this."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.understanding.encoding.floats import Floats
from bot.understanding.slots.types import TYPES
from tickets.types import TicketType

_RIDGE = 0.01
"""Inverse strength of the ridge penalty on the weights of the types."""


def train(features: Sequence[Floats], wanted: Sequence[TicketType]) -> dict[str, NDArray[np.float16]]:
    """The weights of a model of types.

    Args:
        features: of each message (:func:`bot.understanding.slots.types.features`).
        wanted: its type; every type occurs.
    """
    from sklearn.linear_model import LogisticRegression

    every = np.stack(features)
    mean, scale = every.mean(0), every.std(0) + 0.05
    fitted = LogisticRegression(C=_RIDGE, max_iter=500).fit(
        (every - mean) / scale, [TYPES.index(one) for one in wanted]
    )
    held = {"mean": mean, "scale": scale, "weight": fitted.coef_, "bias": fitted.intercept_}
    return {name: np.asarray(value).astype(np.float16) for name, value in held.items()}


def cases(found: Iterable[tuple[str, bool]]) -> dict[str, float]:
    """How probable it is that the type is right in each case (:func:`types.case`).

    Half a right and half a wrong one are added, so that a case with few messages is not certain.

    Args:
        found: case of each message by a model that has not seen its author, and whether the type is right.
    """
    counts: dict[str, list[int]] = {}
    for name, right in found:
        one = counts.setdefault(name, [0, 0])
        one[0] += right
        one[1] += 1
    return {name: round((right + 0.5) / (all_ + 1), 4) for name, (right, all_) in sorted(counts.items())}
