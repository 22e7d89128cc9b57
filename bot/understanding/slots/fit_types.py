"""Trains the model of types, with scikit-learn. The app never runs this."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.understanding.encoding.floats import Floats
from bot.understanding.slots.fit_chooser import bar_of
from bot.understanding.slots.types import TYPES, group
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


def bars(found: Iterable[tuple[str, float, bool]], wanted: float) -> dict[str, float]:
    """The least probability of each group of cases from which on the type is right in the wanted share.

    A message names its type the same way whichever type it is, so all named ones are one group: of each alone there are too few.

    Args:
        found: case (:func:`types.case`) and probability of the type of each message, by a model that has not seen its author,
            and whether the type is right.
        wanted: share (0 to 1) that must be right.

    Returns:
        group (:func:`types.group`) → probability; 1.01 where the type is never sure.
    """
    groups: dict[str, list[tuple[float, bool]]] = {}
    for name, share, right in found:
        groups.setdefault(group(name), []).append((share, right))
    return {name: bar_of(some, wanted) for name, some in sorted(groups.items())}
