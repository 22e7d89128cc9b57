"""A sequence tagger: finds the words of place, time and subject in a message, each with a probability.

It reads the states of the encoder's lower layers, which a message passes once for all judges, and the rules' readings.
Two layers over windows of five characters score the labels; the best sequence of labels gives the spans.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.understanding.encoding.floats import Floats, softmax
from bot.understanding.slots.signals import Signals

KINDS = ("place", "time", "subject", "name")
"""What is found. The speaker's own name is found so that it is no subject."""
LABELS = ("O", *(f"{part}-{kind}" for kind in KINDS for part in "BI"))
"""The labels of characters: outside, the first one of a span, one inside it."""
WINDOW = 5
"""Width of the windows, in characters."""

_BEGINS = list(range(1, len(LABELS), 2))
_OUTSIDE = 0


@dataclass(frozen=True)
class Span:
    """Words of a message.

    Args:
        kind: one of :data:`KINDS`.
        start, end: first character, and the one after the last.
        sure: probability (0 to 1) that the words are of this kind and whole: that of the least sure character.
    """

    kind: str
    start: int
    end: int
    sure: float


class Tagger:
    """Tags messages.

    Args:
        weights: the fitted weights (:func:`bot.understanding.slots.fit.train`).
    """

    def __init__(self, weights: Mapping[str, NDArray[np.float16]]) -> None:
        self._held: dict[str, Floats] = {name: one.astype(np.float32) for name, one in weights.items()}

    def shares(self, seen: Signals) -> Floats:
        """The probability of each label, [characters, labels]."""
        held = self._held
        x = np.concatenate(
            [
                seen.states @ held["narrow.weight"].T + held["narrow.bias"],
                held["characters.weight"][seen.characters],
                seen.marks,
            ],
            axis=1,
        )
        for layer in ("first", "second"):
            x = np.maximum(_windows(x) @ held[f"{layer}.weight"].T + held[f"{layer}.bias"], 0)
        return softmax(x @ held["out.weight"].T + held["out.bias"])


def loaded(file: Path) -> Tagger:
    """The tagger with the weights of a file.

    Raises:
        OSError, KeyError: the file or an array in it is missing.
    """
    with np.load(file) as held:
        return Tagger(dict(held))


def spans(shares: Floats) -> list[Span]:
    """The spans of the most probable sequence of labels in which each inner character follows one of its kind.

    Args:
        shares: [characters, labels], probabilities.
    """
    labels = _best(np.log(shares + 1e-9))
    found: list[Span] = []
    at = 0
    while at < len(labels):
        first = labels[at]
        if first not in _BEGINS:
            at += 1
            continue
        end = at + 1
        while end < len(labels) and labels[end] == first + 1:
            end += 1
        inner = shares[at:end, first] + shares[at:end, first + 1]
        edge = 1 - shares[end, first + 1] if end < len(labels) else 1.0
        sure = min(float(inner.min()), float(shares[at, first]), float(edge))
        found.append(Span(KINDS[(first - 1) // 2], at, end, sure))
        at = end
    return found


def _best(logs: Floats) -> list[int]:
    """Viterbi with the one constraint that an inner label follows the first or the inner label of its kind."""
    rows = logs.tolist()
    kinds = range(len(KINDS))
    outside, begin, inner = rows[0][_OUTSIDE], [rows[0][1 + 2 * k] for k in kinds], [-math.inf for _ in kinds]
    back: list[list[int]] = []
    for row in rows[1:]:
        come, score = _OUTSIDE, outside
        from_begin = []
        for k in kinds:
            went = 1 + 2 * k if begin[k] >= inner[k] else 2 + 2 * k
            higher = begin[k] if begin[k] >= inner[k] else inner[k]
            from_begin.append((went, higher))
            if higher > score:
                come, score = went, higher
        back.append([come, *(went for went, _ in from_begin)])
        outside = score + row[_OUTSIDE]
        begin = [score + row[1 + 2 * k] for k in kinds]
        inner = [higher + row[2 + 2 * k] for k, (_, higher) in enumerate(from_begin)]
    last = [outside]
    for k in kinds:
        last += [begin[k], inner[k]]
    labels = [max(range(len(last)), key=last.__getitem__)]
    for row in reversed(back):
        here = labels[-1]
        labels.append(row[0] if here % 2 or here == _OUTSIDE else row[here // 2])
    return labels[::-1]


def _windows(x: Floats) -> Floats:
    """[characters, width] → [characters, WINDOW · width]: each character with its neighbours."""
    reach = WINDOW // 2
    padded = np.pad(x, ((reach, reach), (0, 0)))
    return np.concatenate([padded[at : at + len(x)] for at in range(WINDOW)], axis=1)
