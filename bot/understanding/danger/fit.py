"""Fits the score by words, the weights of both scores, and the thresholds.

Weights and thresholds are fitted on held-back messages (:func:`parted`) that neither score has seen. Afterwards
the shipped score by words is fitted on all messages; the shipped tail has never seen the held-back ones.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from bot.understanding.danger import clues
from bot.understanding.danger.judgement import Numbers
from bot.understanding.danger.kinds import DANGERS, LABELS, NONE
from bot.understanding.danger.words import BUCKETS, counted, weighed
from bot.understanding.encoding.floats import Floats, softmax
from bot.understanding.encoding.reading import PIECE, plain

EXAMPLES = Path(__file__).with_name("examples")
"""The folder of the labelled messages, one JSON lines file for each author."""
HELD = ("second", "fifth")
"""The groups of which a part is held back for the thresholds."""
ORDINARY = "ordinary"
"""Name of the file of ordinary messages. Nearly all of them are labelled ``none``."""
_RIDGE = 0.02
"""Strength of the penalty on large weights. No unit."""
_CLUE = 0.35
"""Value of a found clue as a feature. The values of all character runs of a text form a vector of length 1."""


class Example(BaseModel):
    """A message and its label."""

    model_config = ConfigDict(extra="forbid")
    text: str
    label: str


@dataclass(frozen=True)
class Group:
    """The messages of one author.

    Args:
        name: name of their file.
        texts, labels: the messages and their labels, in the same order.
    """

    name: str
    texts: list[str]
    labels: list[str]


def groups(folder: Path = EXAMPLES) -> list[Group]:
    """The examples in a folder, one group for each file.

    Raises:
        ValueError: a row has a wrong form or an unknown label.
    """
    found = []
    for file in sorted(folder.glob("*.jsonl")):
        rows = []
        for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
            row = Example.model_validate_json(line)
            if row.label not in LABELS:
                raise ValueError(f"{file}:{number}: unknown label {row.label}")
            rows.append(row)
        found.append(Group(file.stem, [r.text for r in rows], [r.label for r in rows]))
    return found


@dataclass(frozen=True)
class Fitted:
    """The fitted score by words.

    Args:
        rarity: weight of each hash place by rarity; [BUCKETS].
        runs: weights of the hash places; [labels, BUCKETS].
        clues: weights of the clues; [labels, clues].
        bias: bias of each label; [labels].
    """

    rarity: Floats
    runs: Floats
    clues: Floats
    bias: Floats

    def logits(self, texts: Sequence[str]) -> Floats:
        """The scores of texts before the softmax; [texts, labels]."""
        weights = np.concatenate([self.runs, self.clues / _CLUE], axis=1)
        return np.asarray(_matrix(texts, self.rarity) @ weights.T + self.bias, np.float32)

    def save(self, file: Path) -> None:
        """Write the weights; those of the hash places take 8 bits each."""
        scales = np.maximum(np.abs(self.runs).max(axis=1), 1e-8) / 127
        np.savez_compressed(
            file,
            rarity=self.rarity.astype(np.float16),
            runs=np.round(self.runs / scales[:, None]).astype(np.int8),
            scales=scales.astype(np.float32),
            clues=self.clues.astype(np.float32),
            bias=self.bias.astype(np.float32),
        )


def fit_words(texts: Sequence[str], labels: Sequence[str]) -> Fitted:
    """Fit a softmax regression. A label with fewer messages counts more, by the root of the ratio of their numbers."""
    seen = np.zeros(BUCKETS)
    for text in texts:
        seen[counted(plain(text))[0]] += 1
    rarity = (1 + np.log((1 + len(texts)) / (1 + seen))).astype(np.float32)
    features = _matrix(texts, rarity)
    wanted = np.asarray([LABELS.index(label) for label in labels])
    truth = np.eye(len(LABELS))[wanted]
    counts = np.bincount(wanted, minlength=len(LABELS))
    shares = np.sqrt(counts.max() / np.maximum(counts, 1))[wanted]
    shares = shares / shares.mean()
    rows, width = len(texts), features.shape[1]

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights, bias = flat[: -len(LABELS)].reshape(len(LABELS), width), flat[-len(LABELS) :]
        scores = features @ weights.T + bias
        scores -= scores.max(axis=1, keepdims=True)
        expected = np.exp(scores)
        expected /= expected.sum(axis=1, keepdims=True)
        off = (expected - truth) * shares[:, None] / rows
        cost = -float((np.log(expected[np.arange(rows), wanted] + 1e-12) * shares).mean())
        cost += _RIDGE / rows * float((weights * weights).sum()) / 2
        gradient = np.asarray((features.T @ off).T) + _RIDGE / rows * weights
        return cost, np.concatenate([gradient.ravel(), off.sum(axis=0)])

    start = np.zeros(len(LABELS) * width + len(LABELS))
    best = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 150}).x
    weights = best[: -len(LABELS)].reshape(len(LABELS), width).astype(np.float32)
    return Fitted(
        rarity, weights[:, :BUCKETS], weights[:, BUCKETS:] * _CLUE, best[-len(LABELS) :].astype(np.float32)
    )


def _matrix(texts: Sequence[str], rarity: Floats) -> csr_matrix:
    """The features of texts; [texts, BUCKETS + clues]."""
    values: list[float] = []
    columns: list[int] = []
    ends = [0]
    for text in texts:
        read = plain(text)
        buckets, weights = weighed(read, rarity)
        found = np.flatnonzero(clues.seen(read))
        columns += [*buckets, *(BUCKETS + found).tolist()]
        values += [*weights.tolist(), *([_CLUE] * len(found))]
        ends.append(len(columns))
    return csr_matrix((values, columns, ends), shape=(len(texts), BUCKETS + len(clues.names())))


def parted(parts: Sequence[Group]) -> tuple[list[str], list[str], NDArray[np.bool_]]:
    """All messages, and which are held back: 30 % of the groups :data:`HELD`, 15 % of the ordinary ones.

    A message's own hash decides, so that it stays on its side when others are added or removed. The tail must have been
    tuned with this split before thresholds are fitted to it: on messages that it has learned it is surer than on others.

    Returns:
        Texts, labels, and for each message whether it is held back; the same in each call.
    """
    texts = [text for part in parts for text in part.texts]
    labels = [label for part in parts for label in part.labels]
    shares = {**dict.fromkeys(HELD, 0.3), ORDINARY: 0.15}
    away = [_share(text) < shares.get(part.name, 0.0) for part in parts for text in part.texts]
    return texts, labels, np.asarray(away)


def _share(text: str) -> float:
    """A number from 0 to 1 that only the text decides."""
    return crc32(text.encode()) / 2**32


def mixed(
    texts: Sequence[str], labels: Sequence[str], of: NDArray[np.bool_], number: int = 160
) -> tuple[list[str], list[str]]:
    """Ordinary stories with a danger or a trap (a harmless message) in them, for the tail to learn from.

    The story stands before the danger, on both sides of it, or it is a whole piece of a letter
    (:data:`bot.understanding.encoding.reading.PIECE`) of which the danger is one clause anywhere.

    Args:
        texts, labels: the examples.
        of: which examples may be used.
        number: how many stories with a danger are made of each of these three sorts. Stories with a trap are half as
            many in the first two sorts, and as many in the third.

    Returns:
        The stories and their labels.
    """
    chance = random.Random(1)  # noqa: S311
    usable = [(text, label) for text, label, use in zip(texts, labels, of, strict=True) if use]
    stories = [text for text, label in usable if label == NONE and 8 < len(text) < 120]
    short = [(text, label) for text, label in usable if label in DANGERS and len(text) < 60]
    traps = [(text, label) for text, label in usable if label == NONE and 8 < len(text) < 60]
    found = []
    for told, count, whole in ((short, number, number), (traps, number // 2, number)):
        for _ in range(count):
            text, label = chance.choice(told)
            joint = chance.choice(["。", "，", " ", "。另外", "，对了"])
            found.append((chance.choice(stories) + joint + text, label))
        for _ in range(count):
            text, label = chance.choice(told)
            joint = chance.choice(["。", "，", " "])
            found.append((joint.join((chance.choice(stories), text, chance.choice(stories))), label))
        for _ in range(whole):
            text, label = chance.choice(told)
            length = chance.randint(PIECE // 2, PIECE)
            parts: list[str] = []
            while sum(len(part) for part in parts) < length:
                parts.append(chance.choice(stories))
            parts.insert(chance.randint(0, len(parts)), text)
            found.append((chance.choice(["。", "，", " "]).join(parts), label))
    return [text for text, _ in found], [label for _, label in found]


def weights(labels: Sequence[str], words: Floats, tail: Floats | None) -> tuple[float, float]:
    """Fit the weights of both scores.

    Args:
        labels: labels of held-back messages.
        words, tail: their scores, each [messages, labels]; ``tail`` is None without an encoder.

    Returns:
        The weight of the words and of the tail; the latter is 0 without an encoder.
    """
    wanted = np.asarray([LABELS.index(label) for label in labels])

    def loss(worth: NDArray[np.float64]) -> float:
        found = softmax(worth[0] * words + (worth[1] * tail if tail is not None else 0))
        return -float(np.log(found[np.arange(len(wanted)), wanted] + 1e-9).mean())

    worth = minimize(loss, [1.0, 1.0 if tail is not None else 0.0], method="Nelder-Mead").x.tolist()
    return worth[0], worth[1] if tail is not None else 0.0


def write_numbers(file: Path, held: dict[str, Numbers]) -> None:
    """Write the fitted numbers as JSON, rounded to five decimals."""
    rounded = {name: {k: round(v, 5) for k, v in asdict(one).items()} for name, one in held.items()}
    file.write_text(json.dumps(rounded, indent=2) + "\n", "utf-8")
