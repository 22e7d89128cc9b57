"""The model that reads what a message says about a ticket: a softmax regression over the encoder's states.

:mod:`bot.understanding.ticket_fit` fits it to written lines (``ticket_talk.jsonl``). The weights lie beside this file.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WEIGHTS = Path(__file__).with_name("ticket_talk.npz")
"""The file with the fitted weights."""

Vector = NDArray[np.float32]
"""An array of single-precision numbers."""


class Said(StrEnum):
    """What a message says about the ticket."""

    FILED = "filed"
    """It asks whether the ticket was filed, or how it stands."""
    CODE = "code"
    """It asks for number or query code."""
    URGE = "urge"
    """It urges the ticket."""
    WAITS = "waits"
    """It says that nobody came, or that whoever came settled nothing."""
    ADD = "add"
    """It adds something to the ticket."""
    CHANGE = "change"
    """It corrects something in the ticket, or wants to."""
    WITHDRAW = "withdraw"
    """It withdraws the ticket."""
    DONE = "done"
    """It says that the matter is settled."""
    PHOTO = "photo"
    """It announces a photo that was forgotten."""
    SAME = "same"
    """It says that what was said belongs to that ticket and is no new matter."""


NONE = "none"
"""Label of messages that say none of these: questions, other matters, other talk."""
LABELS = (*(str(said) for said in Said), NONE)
"""The labels of the written lines, in the order of the weights' columns."""


@dataclass(frozen=True)
class Heard:
    """What was heard.

    Args:
        said: the likeliest of what a message can say about a ticket.
        sure: its probability, 0 to 1.
        about: probability that the message is about a ticket at all, 0 to 1.
    """

    said: Said
    sure: float
    about: float


class TicketReader:
    """The fitted model.

    Args:
        scale: means and spreads that standardise a text's states; [2, states].
        weights: weights of the states; [states, labels].
        bias: bias of each label; [labels].
    """

    def __init__(self, scale: Vector, weights: Vector, bias: Vector) -> None:
        self._scale, self._weights, self._bias = scale, weights, bias

    @property
    def mean(self) -> Vector:
        """Mean of the states it was fitted to; [states]."""
        mean: Vector = self._scale[0]
        return mean

    @classmethod
    def load(cls, file: Path = WEIGHTS) -> TicketReader:
        """Read fitted weights.

        Raises:
            OSError, KeyError, ValueError: when the file is missing or is not such a model.
        """
        with np.load(file) as saved:
            return cls(*(saved[name].astype(np.float32) for name in ("scale", "weights", "bias")))

    def save(self, file: Path = WEIGHTS) -> None:
        """Write the weights in half precision."""
        parts = {"scale": self._scale, "weights": self._weights, "bias": self._bias}
        np.savez_compressed(file, **{name: part.astype(np.float16) for name, part in parts.items()})  # type: ignore[arg-type]

    def hear(self, states: Vector) -> Heard:
        """What a message says.

        Args:
            states: the encoder's states of the message; [states].
        """
        shares = self.shares(states)
        best = max(Said, key=lambda said: shares[said])
        return Heard(best, shares[best], 1 - shares[NONE])

    def shares(self, states: Vector) -> dict[str, float]:
        """The probability of each label, 0 to 1.

        Args:
            states: the encoder's states of the message; [states].
        """
        scores = standard(states, self._scale) @ self._weights + self._bias
        powers = np.exp(scores - scores.max())
        return dict(zip(LABELS, (powers / powers.sum()).tolist(), strict=True))


def standard(states: Vector, scale: Vector) -> Vector:
    """States as the model's features."""
    shown: Vector = (np.asarray(states, np.float32) - scale[0]) / scale[1] * (2 / np.sqrt(scale.shape[1] / 2))
    return shown


@cache
def shipped() -> TicketReader:
    """The shipped model."""
    return TicketReader.load()
