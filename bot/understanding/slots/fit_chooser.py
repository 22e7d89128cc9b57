"""Trains the chooser of a kind on described candidates, with torch. The app never runs this."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.understanding.encoding.floats import Floats
from bot.understanding.slots.choosing import logit
from bot.understanding.slots.features import STRETCHES, Described

PROJECTED, INNER, NETWORKS = 8, 32, 2
"""Width of a stretch's state after its projection, of the layer, and number of networks."""
EPOCHS, STEPS, BATCH, RATE = 7, 200, 32, 3e-3
"""Times every story is seen, least number of batches, stories in a batch, highest learning rate (no unit)."""


@dataclass(frozen=True)
class Lesson:
    """The candidates of one story and which of them are right.

    Args:
        found: the candidates.
        means: [candidates, stretches, width].
        right: [candidates], True for what the field may hold.
        weight: how much the story counts.
    """

    found: Described
    means: Floats
    right: NDArray[np.bool_]
    weight: float = 1.0


def train(lessons: Sequence[Lesson], seed: int = 1) -> dict[str, NDArray[np.float16]]:
    """The weights of a chooser. The probability of all right candidates together is made high.

    Args:
        lessons: the stories; those without candidates are not used.
        seed: seed of the weights and of the order.
    """
    lessons = [one for one in lessons if len(one.found.candidates)]
    every = np.concatenate([one.found.features for one in lessons])
    general = np.stack([one.found.general for one in lessons])
    scaled = {
        "mean": every.mean(0),
        "scale": every.std(0) + 0.05,
        "general_mean": general.mean(0),
        "general_scale": general.std(0) + 0.05,
    }
    parts: dict[str, list[NDArray[np.float16]]] = {}
    for number in range(NETWORKS):
        for name, value in _network(lessons, scaled, seed + number).items():
            parts.setdefault(name, []).append(value)
    held = {name: value.astype(np.float16) for name, value in scaled.items()}
    return held | {name: np.stack(values) for name, values in parts.items()}


def _network(
    lessons: Sequence[Lesson], scaled: dict[str, Floats], seed: int
) -> dict[str, NDArray[np.float16]]:
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    chance = random.Random(seed)  # noqa: S311
    nn, drop = torch.nn, torch.nn.functional.dropout
    width, features = lessons[0].means.shape[-1], len(scaled["mean"])
    general = len(scaled["general_mean"])

    def new(*shape: int) -> Any:
        return nn.Parameter(torch.randn(*shape) / shape[-2] ** 0.5)

    held = {
        "project": new(STRETCHES, width, PROJECTED),
        "first": new(features + STRETCHES * PROJECTED, INNER),
        "first_bias": nn.Parameter(torch.zeros(INNER)),
        "out": nn.Parameter(torch.randn(INNER) / INNER**0.5),
        "none": new(general + PROJECTED, INNER // 2),
        "none_bias": nn.Parameter(torch.zeros(INNER // 2)),
        "none_out": nn.Parameter(torch.randn(INNER // 2) / INNER**0.5),
    }
    batches = -(-len(lessons) // BATCH)
    epochs = max(EPOCHS, round(STEPS / batches))
    optimizer = torch.optim.AdamW(held.values(), RATE, weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, RATE, total_steps=epochs * batches, pct_start=0.1
    )
    order = list(range(len(lessons)))

    def padded(rows: Sequence[Any]) -> Any:
        return nn.utils.rnn.pad_sequence(
            [torch.from_numpy(np.asarray(row)) for row in rows], batch_first=True
        )

    for _ in range(epochs):
        chance.shuffle(order)
        for begin in range(0, len(order), BATCH):
            part = [lessons[n] for n in order[begin : begin + BATCH]]
            x = padded([(one.found.features - scaled["mean"]) / scaled["scale"] for one in part])
            means = padded([one.means for one in part])
            right = padded([one.right for one in part])
            there = padded([np.ones(len(one.right), bool) for one in part])
            texts = torch.from_numpy(
                np.stack(
                    [(one.found.general - scaled["general_mean"]) / scaled["general_scale"] for one in part]
                )
            )
            # One mask for the whole batch: drawing one for each candidate takes most of the time.
            masked = held["project"] * drop(torch.ones(STRETCHES, width, 1), 0.4)
            seen = torch.einsum("bcsw,swp->bcsp", means, masked)
            whole = seen[:, 0, -1]
            inner = torch.relu(
                drop(torch.cat([x, seen.flatten(2)], -1), 0.2) @ held["first"] + held["first_bias"]
            )
            scores = drop(inner, 0.3) @ held["out"]
            text = torch.relu(torch.cat([texts, whole], -1) @ held["none"] + held["none_bias"])
            none = drop(text, 0.3) @ held["none_out"]
            scores = torch.cat([scores.masked_fill(~there, -1e9), none[:, None]], 1)
            wanted = torch.cat([right, ~right.any(1, keepdim=True)], 1)
            logs = torch.log_softmax(scores, 1).masked_fill(~wanted, -1e9)
            weights = torch.tensor([one.weight for one in part])
            loss: Any = -(torch.logsumexp(logs, 1) * weights).sum() / weights.sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return {name: value.detach().numpy().astype(np.float16) for name, value in held.items()}


def calibrated(shares: Sequence[float], right: Sequence[bool], steps: int = 50) -> tuple[float, float]:
    """Slope and offset of the line through the logits that makes the probabilities hold (Platt), by Newton's method.

    Args:
        shares: the probabilities of choices for stories not seen.
        right: whether each choice is right.
        steps: number of steps.
    """
    x = np.stack([[logit(share) for share in shares], np.ones(len(shares))], 1)
    y = np.array(right, float)
    line = np.array([1.0, 0.0])
    for _ in range(steps):
        p = 1 / (1 + np.exp(-np.clip(x @ line, -30, 30)))
        # A weak pull towards the line that changes nothing keeps it there when there is little to learn from.
        slope = x.T @ (y - p) - (line - np.array([1.0, 0.0]))
        curve = (x * (p * (1 - p))[:, None]).T @ x + np.eye(2)
        step = np.linalg.solve(curve, slope)
        line = line + step / max(1.0, float(np.abs(step).max()))  # a long step overshoots
    return float(line[0]), float(line[1])


def bar(shares: Sequence[float], wanted: float, least: int = 20) -> float:
    """The least probability such that the mean of all from it on is the wanted share.

    Args:
        shares: calibrated probabilities of choices for stories not seen.
        wanted: share (0 to 1) that must be right.
        least: fewest choices above it.

    Returns:
        1.01 when there is none.
    """
    ranked = sorted(shares, reverse=True)
    sums = np.cumsum(ranked)
    fit = [n for n in range(least, len(ranked) + 1) if sums[n - 1] >= wanted * n]
    return round(ranked[fit[-1] - 1], 4) if fit else 1.01


def bar_of(judged: Sequence[tuple[float, bool]], wanted: float) -> float:
    """The least score such that of all choices from it on the wanted share is right, by a calibration of their own.

    Args:
        judged: score (0 to 1) of choices for stories not seen, and whether each is right.
        wanted: share (0 to 1) that must be right.

    Returns:
        1.01 when there is none.
    """
    if len({right for _, right in judged}) < 2:
        return 0.0 if judged and judged[0][1] else 1.01
    slope, offset = calibrated([score for score, _ in judged], [right for _, right in judged])
    ranked = sorted((score for score, _ in judged), reverse=True)
    own = [1 / (1 + np.exp(-(slope * logit(score) + offset))) for score in ranked]
    least = bar(own, wanted)
    kept = sum(one >= least - 1e-4 for one in own)
    return round(ranked[kept - 1], 4) if kept and least <= 1 else 1.01
