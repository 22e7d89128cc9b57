"""Fitting: the words' scores, what each score is worth beside the other, and from which probability on what is done.

The numbers are fitted on messages that were held back (:func:`parted`), judged by scores that were fitted on the rest. The
tail that ships has not seen them either; the words' scores that ship are then fitted on everything.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from bot.understanding.danger import clues
from bot.understanding.danger.kinds import DANGER_ROWS, DANGERS, LABELS, NONE, SCOPE_ROWS
from bot.understanding.danger.words import BUCKETS, counted, weighed
from bot.understanding.encoding.floats import Floats, softmax
from bot.understanding.encoding.reading import plain

EXAMPLES = Path(__file__).with_name("examples")
ORDINARY = "ordinary"
"""The file of ordinary messages: nearly all are ``none``; the few that tell of danger are labelled so."""
_RIDGE = 0.02
_CLUE = 0.35
"""How much a clue weighs beside a text's character runs, which have length 1 together."""
FALSE_ALARMS = {"clear": 0.005, "unclear": 0.025}
"""Shares of harmless messages, traps among them, that may be met as danger at once, or raise anything."""
WRONGLY_ELSEWHERE = 0.004
"""Share of messages that belong here and may be told another route."""


class Example(BaseModel):
    """A labelled message."""

    model_config = ConfigDict(extra="forbid")
    text: str
    label: str


@dataclass(frozen=True)
class Group:
    """One hand's messages."""

    name: str
    texts: list[str]
    labels: list[str]


def groups(folder: Path = EXAMPLES) -> list[Group]:
    """The shipped examples, a file a hand.

    Raises:
        ValueError: a row is misshapen or its label unknown; names file and line.
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
    """Words' weights: ``runs`` [labels, BUCKETS], ``clues`` [labels, clues], ``bias`` [labels], ``rarity`` [BUCKETS]."""

    rarity: Floats
    runs: Floats
    clues: Floats
    bias: Floats

    def logits(self, texts: Sequence[str]) -> Floats:
        """[texts, labels]."""
        weights = np.concatenate([self.runs, self.clues / _CLUE], axis=1)
        return np.asarray(_matrix(texts, self.rarity) @ weights.T + self.bias, np.float32)

    def save(self, file: Path) -> None:
        """Write the weights, 8 bits each."""
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
    """A softmax regression; danger and harmless messages count the same together, however many each are."""
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
    """[texts, BUCKETS + clues]."""
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


def parted(parts: Sequence[Group], held: str) -> tuple[list[str], list[str], NDArray[np.bool_]]:
    """All texts and labels, and which are held back, from the tail too: four in ten of one hand's, one in seven ordinary."""
    texts = [text for part in parts for text in part.texts]
    labels = [label for part in parts for label in part.labels]
    chance = random.Random(7)  # noqa: S311
    shares = {held: 0.4, ORDINARY: 0.15}
    away = [part.name in shares and chance.random() < shares[part.name] for part in parts for _ in part.texts]
    return texts, labels, np.asarray(away)


def mixed(
    texts: Sequence[str], labels: Sequence[str], of: NDArray[np.bool_], number: int = 160
) -> tuple[list[str], list[str]]:
    """Danger told at the end of an ordinary story, and ordinary stories with a trap at the end, for the tail to learn.

    Args:
        of: which messages may be used.
        number: of stories that end in danger; half as many end in a trap.
    """
    chance = random.Random(1)  # noqa: S311
    usable = [(text, label) for text, label, use in zip(texts, labels, of, strict=True) if use]
    stories = [text for text, label in usable if label == NONE and 25 < len(text) < 120]
    short = [(text, label) for text, label in usable if label in DANGERS and len(text) < 60]
    traps = [text for text, label in usable if label == NONE and 8 < len(text) < 60]
    found = []
    for _ in range(number):
        text, label = chance.choice(short)
        found.append(
            (chance.choice(stories) + chance.choice(["。", "，", " ", "。另外", "，对了"]) + text, label)
        )
    for _ in range(number // 2):
        found.append((chance.choice(stories) + chance.choice(["。", "，", " "]) + chance.choice(traps), NONE))
    return [text for text, _ in found], [label for _, label in found]


def numbers(labels: Sequence[str], words: Floats, tail: Floats | None) -> dict[str, float]:
    """Weights and thresholds for scores nobody fitted on."""
    wanted = np.asarray([LABELS.index(label) for label in labels])

    def shares(weights: Sequence[float]) -> Floats:
        return softmax(weights[0] * words + (weights[1] * tail if tail is not None else 0))

    def loss(weights: NDArray[np.float64]) -> float:
        found = shares(weights.tolist())
        return -float(np.log(found[np.arange(len(wanted)), wanted] + 1e-9).mean())

    start = [1.0, 1.0 if tail is not None else 0.0]
    worth = minimize(loss, start, method="Nelder-Mead").x.tolist()
    if tail is None:
        worth[1] = 0.0
    found = shares(worth)
    danger, elsewhere = found[:, DANGER_ROWS].sum(axis=1), found[:, SCOPE_ROWS].sum(axis=1)
    harmless, here = wanted == 0, wanted < SCOPE_ROWS.start
    at: dict[Literal["clear", "unclear"] | str, float] = {
        name: float(np.quantile(danger[harmless], 1 - share)) for name, share in FALSE_ALARMS.items()
    }
    scope = max(0.5, float(np.quantile(elsewhere[here], 1 - WRONGLY_ELSEWHERE)))
    return {
        "words": worth[0],
        "tail": worth[1],
        "clear": max(at["clear"], 0.5),
        "unclear": at["unclear"],
        "scope": scope,
    }


def figures(
    labels: Sequence[str], words: Floats, tail: Floats | None, held: dict[str, float]
) -> dict[str, Any]:
    """What thresholds give: recall of danger, false alarms; recall and precision of scope."""
    wanted = np.asarray([LABELS.index(label) for label in labels])
    found = softmax(held["words"] * words + (held["tail"] * tail if tail is not None else 0))
    danger = found[:, DANGER_ROWS].sum(axis=1)
    scope = (found[:, SCOPE_ROWS].sum(axis=1) >= held["scope"]) & (danger < held["unclear"])
    real, harmless, routes = (
        (wanted > 0) & (wanted < SCOPE_ROWS.start),
        wanted == 0,
        wanted >= SCOPE_ROWS.start,
    )
    return {
        "recall": round(float((danger[real] >= held["unclear"]).mean()), 4),
        "clear": round(float((danger[real] >= held["clear"]).mean()), 4),
        "false_alarms": round(float((danger[harmless] >= held["unclear"]).mean()), 4),
        "scope_recall": round(float(scope[routes].mean()), 4),
        "scope_precision": round(float(routes[scope].mean()), 4) if scope.any() else None,
    }


def write_numbers(file: Path, held: dict[str, dict[str, float]]) -> None:
    """Write the fitted numbers as people can read them."""
    rounded = {name: {k: round(v, 5) for k, v in one.items()} for name, one in held.items()}
    file.write_text(json.dumps(rounded, indent=2) + "\n", "utf-8")
