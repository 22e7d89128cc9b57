"""Fits the network that judges whether an entry tells what is asked (:mod:`kb_index.search.telling`), with torch.

Plain questions are what citizens ask. Details are harder: of each five two are told by the found entry's text and three are near
misses. They teach the network the difference; probabilities and thresholds are fitted to plain questions alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb_index.fitting.probability import fit_logistic
from kb_index.search.calibration import FEATURES
from kb_index.search.numbers import Matrix
from kb_index.search.telling import Floats, Telling

UNITS = 64
"""Number of hidden units."""
READ = 3
"""Number of first entries of each question that the network is fitted to."""
_NETWORKS = 3
"""Number of networks whose mean is used."""
_EPOCHS, _BATCH, _RATE, _DROPPED, _DECAY = 6, 256, 2e-3, 0.5, 1e-2
_VECTORS = 0.3
"""Size of the vectors' columns beside that of the features, which say more."""
_LATER = 0.5
"""Weight of an entry that is not the first of its question."""


@dataclass(frozen=True)
class Told:
    """A question's first entries.

    Args:
        read: what the network reads of them, [entries, columns].
        right: whether each answers the question.
        weight: how much the question counts.
        plain: whether it is a plain question.
    """

    read: Floats
    right: Sequence[bool]
    weight: float
    plain: bool


def fit(
    questions: Sequence[Told], fold: NDArray[np.int64], made_with: str
) -> tuple[Telling, Matrix, NDArray[np.bool_]]:
    """Fits the network on all questions; and on all folds but one, to tell how sure it is of what it has not seen.

    Args:
        questions: the questions, plain ones and details.
        fold: the fold of each question.
        made_with: the numbers and the encoder it belongs to.

    Returns:
        The network; for each question the probability of its likeliest entry, by a network that has not seen its fold; and
        whether that entry is right. (The search puts the likeliest of the first entries first.)
    """
    scores, first = np.zeros(len(questions)), np.zeros(len(questions), np.int64)
    for one in np.unique(fold):
        trained = _train([q for q, at in zip(questions, fold, strict=True) if at != one], made_with)
        for place in np.flatnonzero(fold == one).tolist():
            found = trained.scores(questions[place].read)
            first[place] = found.argmax()
            scores[place] = found[first[place]]
    plain = np.array([q.plain for q in questions])
    right = np.array([q.right[at] for q, at in zip(questions, first.tolist(), strict=True)])
    weight = np.array([q.weight for q in questions])
    slopes, constant = fit_logistic(scores[plain, None], right[plain], weight[plain], penalty=0.001)
    scale = np.array([slopes[0], constant], np.float32)
    whole = replace(_train(questions, made_with), scale=scale)
    odds = np.clip(scale[0] * scores + scale[1], -30, 30)
    return whole, 1 / (1 + np.exp(-odds)), right


def _train(questions: Sequence[Told], made_with: str) -> Telling:
    """The mean of some networks that begin at random, as one network: alone each is less even."""
    ways = [_one(questions, made_with, seed) for seed in range(_NETWORKS)]
    return replace(
        ways[0],
        hidden=np.concatenate([one.hidden for one in ways], axis=1),
        hidden_bias=np.concatenate([one.hidden_bias for one in ways]),
        out=np.concatenate([one.out / np.float32(_NETWORKS) for one in ways]),
        straight=np.mean([one.straight for one in ways], axis=0),
        constant=np.mean([one.constant for one in ways], axis=0),
    )


def _one(questions: Sequence[Told], made_with: str, seed: int) -> Telling:
    import torch as _torch

    torch: Any = _torch  # its stubs leave much untyped
    read = np.concatenate([q.read for q in questions])
    right = np.concatenate([np.array(q.right, np.float32) for q in questions])
    weight = np.concatenate(
        [q.weight * np.array([1, *[_LATER] * (len(q.right) - 1)], np.float32) for q in questions]
    ).astype(np.float32)
    middle, spread = read.mean(axis=0), read.std(axis=0) + 1e-6
    spread[len(FEATURES) :] /= _VECTORS
    torch.manual_seed(seed)
    order = torch.Generator().manual_seed(seed)
    straight = torch.nn.Linear(len(FEATURES), 1)
    hidden, out = torch.nn.Linear(read.shape[1], UNITS), torch.nn.Linear(UNITS, 1, bias=False)
    torch.nn.init.zeros_(out.weight)
    drop = torch.nn.Dropout(_DROPPED)
    optimiser = torch.optim.AdamW(
        [
            {"params": [*hidden.parameters(), *out.parameters()], "weight_decay": _DECAY},
            {"params": straight.parameters(), "weight_decay": _DECAY / 10},
        ],
        lr=_RATE,
    )
    x = torch.from_numpy((read - middle) / spread)
    wanted, counts = torch.from_numpy(right), torch.from_numpy(weight)
    for _ in range(_EPOCHS):
        for part in torch.randperm(len(x), generator=order).split(_BATCH):
            raised = torch.relu(hidden(drop(x[part])))
            odds = (out(drop(raised)) + straight(x[part][:, : len(FEATURES)]))[:, 0]
            lost = torch.nn.functional.binary_cross_entropy_with_logits(odds, wanted[part], reduction="none")
            optimiser.zero_grad()
            (lost * counts[part]).mean().backward()
            optimiser.step()
    return Telling(
        middle,
        spread,
        hidden.weight.detach().numpy().T.copy(),
        hidden.bias.detach().numpy(),
        out.weight.detach().numpy()[0],
        straight.weight.detach().numpy()[0],
        straight.bias.detach().numpy(),
        np.array([1, 0], np.float32),
        made_with,
    )
