"""Reads 诉求类型 from the words that name or suggest a type and from the encoder's states, with a probability."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from bot.understanding.encoding.floats import Floats, softmax
from bot.understanding.kind import named_type, signs, suggest_type
from tickets.types import TicketType

TYPES = tuple(TicketType)
"""The types in the order of the model's outputs."""


class TypeModel:
    """Tells the type of a message.

    Args:
        weights: the fitted weights (:func:`bot.understanding.slots.fit_types.train`).
    """

    def __init__(self, weights: Mapping[str, NDArray[np.float16]]) -> None:
        self._held: dict[str, Floats] = {name: one.astype(np.float32) for name, one in weights.items()}

    def shares(self, features: Floats) -> Floats:
        """The probability of each of :data:`TYPES`."""
        held = self._held
        scaled = (features - held["mean"]) / held["scale"]
        return softmax((scaled @ held["weight"].T + held["bias"]).astype(np.float32))


def features(text: str, states: Floats) -> Floats:
    """What the model sees of a message.

    Args:
        text: the message.
        states: [characters, width], as the tagger sees them.
    """
    named, suggested = named_type(text), suggest_type(text)
    words = [
        *signs(text),
        *(named is one for one in TYPES),
        *(suggested is not None and suggested.type is one for one in TYPES),
        text.rstrip()[-1:] in ("？", "?"),
        text.count("？") + text.count("?"),
        np.log1p(len(text)),
    ]
    return np.concatenate([np.array(words, np.float32), states.mean(0, dtype=np.float32)])


def group(name: str) -> str:
    """The group of a case in which types are about equally sure: ``named``, or the case itself.

    >>> group("praise/named"), group("consult/read")
    ('named', 'consult/read')
    """
    return "named" if name.endswith("/named") else name


def case(shares: Floats, text: str) -> str:
    """What tells how sure the most probable type is: its code, and whether the message names it (``praise/named``)."""
    best = TYPES[int(shares.argmax())]
    return f"{best}/{'named' if named_type(text) is best else 'read'}"
