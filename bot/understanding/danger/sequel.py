"""Reads what a citizen says after an alarm: that it is over, that help is there, that it is worse, what to do now.

A softmax regression over the encoder's states of the message and of the words that raised the alarm: 我没事 means something
else when the mother is still inside. ``wenban danger fit`` fits it to ``sequels/``, one file for each author.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from conversations.sequels import DONE_WITH, ENDS, GOES_ON, from_shares
from kb_index.index.meanings import shipped_meaning
from kb_index.language.text import simplified

WEIGHTS = Path(__file__).with_name("sequel.npz")
"""The file with the fitted weights."""
EXAMPLES = Path(__file__).with_name("sequels")
"""The folder of the labelled messages: ``told`` (the alarm), ``text`` (what is said next), ``label``."""
LABELS = (
    *(
        "over",
        "partly",
        "arrived",
        "past",
        "gone",
        "called",
        "blocked",
        "joke",
        "worse",
        "detail",
        "what_now",
    ),
    *("question", "matter", "human", "chat"),
)
"""What is said (``sequels/README.md`` says when), in the order of the weights' columns."""
_TOLD, _SAID = 100, 60
"""Most characters of the alarm, from its end, and of the message that are read."""
_TOLD_SHARE = 0.5
"""Weight of the alarm's states beside the message's. No unit; by leaving each author out."""
_RIDGE = 3.0
"""Inverse strength of the ridge penalty on weights."""

Vector = NDArray[np.float32]
"""An array of single-precision numbers."""
Encode = Callable[[Sequence[str]], Vector]
"""Texts → the encoder's states, [texts, 2 × dimensions]."""


class Sequel:
    """The fitted reader.

    Args:
        scale: means and spreads of the states of message and alarm; [2, states].
        weights: weights of the states; [states, labels].
        bias: bias of each label; [labels].
    """

    def __init__(self, scale: Vector, weights: Vector, bias: Vector) -> None:
        self._scale, self._weights, self._bias = scale, weights, bias

    @classmethod
    def load(cls, file: Path = WEIGHTS) -> Sequel:
        """Read fitted weights.

        Raises:
            OSError, KeyError, ValueError: when the file is missing or is no such reader.
        """
        with np.load(file) as saved:
            return cls(*(saved[name].astype(np.float32) for name in ("scale", "weights", "bias")))

    def save(self, file: Path = WEIGHTS) -> None:
        """Write the weights in half precision."""
        parts = {"scale": self._scale, "weights": self._weights, "bias": self._bias}
        np.savez_compressed(file, **{name: part.astype(np.float16) for name, part in parts.items()})  # type: ignore[arg-type]

    def read(self, told: str, text: str, encode: Encode | None = None) -> Mapping[str, float]:
        """The probability of each of :data:`LABELS`.

        It takes some ten milliseconds for a text that is read for the first time, so call it in a thread.

        Args:
            told: the words that raised the alarm.
            text: what is said next.
            encode: the encoder; None: the shipped one.
        """
        scores = _standard(_states([told], [text], encode), self._scale)[0] @ self._weights + self._bias
        powers = np.exp(scores - scores.max())
        return dict(zip(LABELS, map(float, powers / powers.sum()), strict=True))


@cache
def shipped() -> Sequel:
    """The shipped reader."""
    return Sequel.load()


def examples(folder: Path = EXAMPLES) -> list[tuple[str, str, str, str]]:
    """The labelled messages: author, alarm, message, label."""
    found = []
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            row = json.loads(line)
            found.append((file.stem, str(row["told"]), str(row["text"]), str(row["label"])))
    return found


def fit(rows: Sequence[tuple[str, str, str, str]], encode: Encode | None = None) -> Sequel:
    """Fit a reader to labelled messages (:func:`examples`)."""
    from sklearn.linear_model import LogisticRegression

    states = _states([told for _, told, _, _ in rows], [text for _, _, text, _ in rows], encode)
    scale = np.stack([states.mean(axis=0), states.std(axis=0) + 1e-6])
    wanted = np.array([LABELS.index(label) for *_, label in rows])
    fitted = LogisticRegression(C=_RIDGE, max_iter=500).fit(_standard(states, scale), wanted)
    return Sequel(scale, fitted.coef_.T.astype(np.float32), fitted.intercept_.astype(np.float32))


def figures(reader: Sequel, rows: Sequence[tuple[str, str, str, str]]) -> dict[str, float]:
    """How well a reader reads labelled messages: the share that is read right, and what the conversation makes of it.

    Returns:
        ``right`` (0 to 1), ``ended`` (share of the messages that end an alarm that do so), ``ended_wrongly`` (share of the
        messages that end an alarm and must not), ``about`` and ``about_wrongly`` alike for messages about the danger.
    """
    read = [reader.read(told, text) for _, told, text, _ in rows]
    heard = [from_shares(shares) for shares in read]
    right = [max(shares, key=shares.__getitem__) == row[3] for shares, row in zip(read, rows, strict=True)]
    found = {"right": float(np.mean(right))}
    for name, kinds, labels in (
        ("ended", DONE_WITH, ENDS),
        ("about", ("called", "blocked", "eased", "about"), GOES_ON),
    ):
        said = np.array([one is not None and one.value in kinds for one in heard])
        wanted = np.array([label in labels for *_, label in rows])
        found[name] = float(said[wanted].mean())
        found[f"{name}_wrongly"] = float((said & ~wanted).sum() / max(said.sum(), 1))
    return {key: round(value, 3) for key, value in found.items()}


def _states(told: Sequence[str], texts: Sequence[str], encode: Encode | None) -> Vector:
    encode = encode or shipped_meaning().states
    alarms = encode([simplified(one).strip()[-_TOLD:] for one in told])
    return np.concatenate([encode([simplified(one).strip()[:_SAID] for one in texts]), alarms], axis=1)


def _standard(states: Vector, scale: Vector) -> Vector:
    half = states.shape[1] // 2
    share = np.concatenate([np.ones(half), np.full(states.shape[1] - half, _TOLD_SHARE)])
    found: Vector = ((states - scale[0]) / scale[1] * share * 2 / np.sqrt(half / 2)).astype(np.float32)
    return found
