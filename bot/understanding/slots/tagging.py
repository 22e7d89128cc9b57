"""A sequence tagger: finds the words of place, time and subject in a message, each with a probability.

It reads the states of the encoder's lower layers, which a message passes once for all judges, and the rules' readings.
Layers over windows that widen from layer to layer, and one look over the whole message, score the labels; the best
sequence of labels gives the spans.
"""

from __future__ import annotations

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
"""Number of characters in a window."""
STEPS = (1, 2, 6)
"""Distance of a window's characters in each layer; together they reach 18 characters to each side."""
LOOKS = 4
"""Number of looks over the whole message: weighted means of its characters, which every character sees."""

_OUTSIDE = 0


@dataclass(frozen=True)
class Span:
    """Words of a message.

    Args:
        kind: one of :data:`KINDS`.
        start, end: first character, and the one after the last.
    """

    kind: str
    start: int
    end: int


class Tagger:
    """Tags messages.

    Args:
        weights: the fitted weights (:func:`bot.understanding.slots.fit_tagger.train`).
    """

    def __init__(self, weights: Mapping[str, NDArray[np.float16]]) -> None:
        self._held: dict[str, Floats] = {
            name: np.ascontiguousarray(one.astype(np.float32)) for name, one in weights.items()
        }

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
        x = np.maximum(_windows(x, STEPS[0]) @ held["layers.0.weight"].T + held["layers.0.bias"], 0)
        for number, step in enumerate(STEPS[1:], 1):
            x = x + np.maximum(
                _windows(x, step) @ held[f"layers.{number}.weight"].T + held[f"layers.{number}.bias"], 0
            )
        weights = softmax((x @ held["look.weight"].T + held["look.bias"]).T)
        whole = (weights @ x).reshape(-1) @ held["whole.weight"].T + held["whole.bias"]
        x = x + np.maximum(x @ held["mix.weight"].T + whole, 0)
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
        if first == _OUTSIDE or first % 2 == 0:
            at += 1
            continue
        end = at + 1
        while end < len(labels) and labels[end] == first + 1:
            end += 1
        found.append(Span(KINDS[(first - 1) // 2], at, end))
        at = end
    return found


_BLOCKED = np.array(
    [
        [
            -np.inf if to != _OUTSIDE and to % 2 == 0 and come not in (to, to - 1) else 0.0
            for come in range(len(LABELS))
        ]
        for to in range(len(LABELS))
    ],
    np.float32,
)
"""[to, from]: what makes an inner label follow only the first or the inner label of its kind."""


def _best(logs: Floats) -> list[int]:
    """Viterbi over the stretches of a text in which another label than outside is at all probable."""
    if not len(logs):
        return []
    labels = [_OUTSIDE] * len(logs)
    near = logs[:, _OUTSIDE] < _CERTAIN
    edges = np.flatnonzero(np.diff(np.concatenate([[False], near, [False]]).astype(np.int8)))
    for start, end in edges.reshape(-1, 2).tolist():
        labels[start:end] = _stretch(logs[start:end])
    return labels


_CERTAIN = float(np.log(0.98))
"""Log probability from which a character is outside without doubt."""


def _stretch(logs: Floats) -> list[int]:
    score = logs[0] + _BLOCKED[:, _OUTSIDE]
    back = []
    for row in logs[1:]:
        come = score + _BLOCKED
        best = come.argmax(axis=1)
        back.append(best)
        score = come[range(len(best)), best] + row
    labels = [int(score.argmax())]
    for best in reversed(back):
        labels.append(int(best[labels[-1]]))
    return labels[::-1]


def _windows(x: Floats, step: int) -> Floats:
    """[characters, width] → [characters, WINDOW · width]: each character with others at multiples of ``step``."""
    reach = WINDOW // 2 * step
    padded = np.pad(x, ((reach, reach), (0, 0)))
    return np.concatenate([padded[at : at + len(x)] for at in range(0, WINDOW * step, step)], axis=1)
