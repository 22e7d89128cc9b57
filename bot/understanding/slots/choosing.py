"""Chooses among the candidates of a field, and tells how probable it is that the choice is what the field must hold."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.understanding.encoding.floats import Floats, softmax
from bot.understanding.slots.features import Described, agrees

SHORT = 60
"""Most characters of a message that tells hardly more than the matter, so that what the rules read belongs to it."""


@dataclass(frozen=True)
class Calibration:
    """Turns the chooser's probability into one that holds on stories that it has not seen, and says what to do with it.

    Args:
        slope, offset: of a line through the logits.
        store, ask: least calibrated probability of what is stored, and of what is asked about; 1.01: never.
        short: least calibrated probability of what the rules chose, from which it is stored in a short message.
    """

    slope: float = 1.0
    offset: float = 0.0
    store: float = 1.01
    ask: float = 1.01
    short: float = 1.01

    def __call__(self, share: float) -> float:
        """The calibrated probability."""
        return float(1 / (1 + math.exp(-(self.slope * logit(share) + self.offset))))


def logit(share: float) -> float:
    """The logit of a probability, which is kept off 0 and 1."""
    share = min(max(share, 1e-4), 1 - 1e-4)
    return math.log(share / (1 - share))


class Chooser:
    """Chooses among the candidates of one kind; several networks, of which the mean counts.

    Args:
        weights: the fitted weights (:func:`bot.understanding.slots.fit_chooser.train`).
    """

    def __init__(self, weights: Mapping[str, NDArray[np.float16]]) -> None:
        self._held: dict[str, Floats] = {name: one.astype(np.float32) for name, one in weights.items()}

    def shares(self, found: Described, means: Floats) -> Floats:
        """The probability of each candidate; what is missing to 1 is that of none.

        Args:
            found: the described candidates, at least one.
            means: [candidates, stretches, width], from :func:`means`.
        """
        held = self._held
        features = (found.features - held["mean"]) / held["scale"]
        general = (found.general - held["general_mean"]) / held["general_scale"]
        total = np.zeros(len(found.candidates), np.float32)
        networks = len(held["out"])
        for n in range(networks):
            seen = np.einsum("csw,swp->csp", means, held["project"][n]).reshape(len(means), -1)
            x = np.maximum(np.concatenate([features, seen], 1) @ held["first"][n] + held["first_bias"][n], 0)
            text = np.concatenate([general, means[0, -1] @ held["project"][n][-1]])
            none = np.maximum(text @ held["none"][n] + held["none_bias"][n], 0) @ held["none_out"][n]
            scores = np.concatenate([x @ held["out"][n], none[None]])
            total += softmax(scores)[:-1] / networks
        return total


def summed(states: Floats) -> Floats:
    """Sums of the states of all characters before each, [characters + 1, width], from which :func:`means` are quick."""
    return np.concatenate([np.zeros((1, states.shape[1]), np.float32), np.cumsum(states, 0)])


def means(sums: Floats, stretches: NDArray[np.int64]) -> Floats:
    """The mean states of stretches, [candidates, stretches, width]; zeros for an empty one.

    Args:
        sums: [characters + 1, width], from :func:`summed`.
        stretches: [candidates, stretches, 2], first character and the one after the last.
    """
    lengths = np.maximum(stretches[..., 1] - stretches[..., 0], 1)[..., None]
    found: Floats = (sums[stretches[..., 1]] - sums[stretches[..., 0]]) / lengths
    return found.astype(np.float32)


def together(kind: str, found: Described, shares: Floats) -> Floats:
    """For each candidate the probability of it and of those that agree with it.

    Candidates that agree (锦绣花园, 锦绣花园7号楼) share one probability, so that they do not take it from each other.

    Args:
        kind: the kind of the candidates.
        found: the candidates, at least one.
        shares: the probability of each.
    """
    sums: Floats = _agreeing(kind, found.keys) @ shares
    return np.minimum(sums, np.float32(1))


def best(found: Floats, shares: Floats) -> int:
    """The number of the candidate to choose: of those that agree the most probable one."""
    return max(range(len(shares)), key=lambda n: (round(float(found[n]), 3), float(shares[n])))


def of_rules(found: Described) -> int | None:
    """The number of the candidate that the rules chose; None when it is not among the candidates."""
    return next((n for n, one in enumerate(found.candidates) if one.chosen), None)


def _agreeing(kind: str, keys: Sequence[str]) -> Floats:
    same = np.eye(len(keys), dtype=np.float32)
    for n, one in enumerate(keys):
        for m in range(n):
            same[n, m] = same[m, n] = agrees(kind, one, keys[m])
    return same
