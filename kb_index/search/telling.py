"""Judges whether an entry tells what a question asks, by the vectors of both and the features of the search.

Likeness finds the entry of a question's subject. It does not show whether the entry tells the point that is asked:
产假有多少天 is as near to 男的陪产假给几天 as to the questions that it answers. A small network reads the question's vector and
its products with those of the entry's wordings, beside all features of the probability model. ``wenban kb evaluate --fit``
fits it (:mod:`kb_index.fitting.telling`) to labelled questions and to ``details.jsonl`` of the knowledge folder: for every entry
questions for details that its text tells, and near misses that it does not tell.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb_index.index.meanings import Meaning, Vectors
from kb_index.search.calibration import Calibration
from kb_index.search.numbers import Matrix

SHIPPED = Path(__file__).with_suffix(".npz")
"""The network fitted to the shipped knowledge base."""

Floats = NDArray[np.float32]
"""An array of single-precision numbers."""


def joined(features: Matrix, question: Vectors, near: Vectors, centre: Vectors) -> Floats:
    """What the network reads of one question and some entries; [entries, features + 3 × dimensions].

    Args:
        features: rows of :func:`kb_index.search.evidence.rows`, [entries, features].
        question: the question's unit vector by the pretrained encoder, [dimensions].
        near: that of each entry's nearest wording, [entries, dimensions].
        centre: the middle of each entry's wordings, [entries, dimensions].
    """
    own = np.broadcast_to(question, near.shape)
    return np.concatenate([features, question * near, question * centre, own], axis=1).astype(np.float32)


@dataclass(frozen=True)
class Telling:
    """The fitted network: a hidden layer of rectified sums beside a linear part.

    Args:
        middle, spread: standardise what is read; [columns].
        hidden, hidden_bias: the hidden layer; [columns, units], [units].
        out: weights of the hidden units; [units].
        straight, constant: the linear part, weights of the search's features and a constant; [features], [1].
        scale: slope and constant that make the score log-odds; [2].
        made_with: :attr:`kb_index.search.calibration.Calibration.stamp` of the numbers it was fitted with, and the
            fingerprint of the encoder, parted by a space.
    """

    middle: Floats
    spread: Floats
    hidden: Floats
    hidden_bias: Floats
    out: Floats
    straight: Floats
    constant: Floats
    scale: Floats
    made_with: str

    def scores(self, read: Floats) -> Floats:
        """The scores before :attr:`scale`; [entries].

        Args:
            read: what :func:`joined` gives.
        """
        x = (read - self.middle) / self.spread
        raised = np.maximum(x @ self.hidden + self.hidden_bias, 0)
        scores = raised @ self.out + x[:, : len(self.straight)] @ self.straight + self.constant
        return np.asarray(scores, np.float32)

    def probability(self, read: Floats) -> Matrix:
        """The probability (0 to 1) that each entry answers; [entries]."""
        odds = self.scale[0] * self.scores(read).astype(np.float64) + self.scale[1]
        found: Matrix = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
        return found

    def save(self, unseen: Mapping[int, float], file: Path = SHIPPED) -> None:
        """Writes the network in half precision, and what :func:`unseen` reads."""
        held = {field.name: getattr(self, field.name) for field in fields(self)}
        held |= {name: held[name].astype(np.float16) for name in ("hidden", "out")}
        keys = np.array(list(unseen), np.uint64)
        np.savez_compressed(file, **held, keys=keys, unseen=np.array(list(unseen.values()), np.float16))


@cache
def shipped(file: Path = SHIPPED) -> Telling | None:
    """The shipped network; None when there is none."""
    if not file.is_file():
        return None
    with np.load(file) as held:
        arrays = {field.name: held[field.name] for field in fields(Telling) if field.name != "made_with"}
        return Telling(
            **{name: value.astype(np.float32) for name, value in arrays.items()},
            made_with=str(held["made_with"]),
        )


def made_with(calibration: Calibration, meaning: Meaning) -> str:
    """The name of the numbers and the encoder that a network belongs to."""
    return f"{calibration.stamp} {meaning.fingerprint}"


def belonging(calibration: Calibration, meaning: Meaning | None) -> Telling | None:
    """The shipped network when it belongs to these numbers and this encoder; else None."""
    found = shipped() if meaning is not None else None
    if found is None or meaning is None or found.made_with != made_with(calibration, meaning):
        return None
    return found


def key(question: str) -> int:
    """The name of a question in :func:`unseen`: 8 bytes of its SHA-256."""
    return int.from_bytes(hashlib.sha256(question.encode()).digest()[:8], "little")


def unseen(file: Path = SHIPPED) -> dict[int, float]:
    """For each question that the network was fitted to, the probability by a network that had not seen it.

    What is fitted to probabilities (``wenban train-decision``) needs these: on what it has seen, a network is too sure.
    """
    with np.load(file) as held:
        return dict(zip(held["keys"].tolist(), held["unseen"].astype(float).tolist(), strict=True))
