"""Fits the reader of talk about a ticket (``wenban train-decision``).

One hand wrote its lines (``ticket_talk.jsonl``). Short examples of the decision (:mod:`bot.understanding.fitting`) are
added as messages that say nothing about a ticket.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.understanding.fitting import examples
from bot.understanding.ticket_reader import LABELS, NONE, TicketReader, standard

LINES = Path(__file__).with_name("ticket_talk.jsonl")
"""The written lines."""
_RIDGE = 3.0
"""Inverse strength of the ridge penalty on weights."""
_SHORT = 40
"""Most characters of an example that is added."""
_OTHERS = 0.3
"""Weight of an added example, compared with a written line."""

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts → the encoder's states, [texts, 2 × dimensions]."""


def lines(file: Path = LINES) -> list[tuple[str, str]]:
    """The written lines: text and label."""
    found = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    return [(str(one["text"]), str(one["says"])) for one in found]


def fit(encode: Encode) -> TicketReader:
    """Fit the reader to all lines."""
    from sklearn.linear_model import LogisticRegression

    own = lines()
    others = [row.text for row in examples() if len(row.text) <= _SHORT]
    states = encode([text for text, _ in own] + others)
    labels = np.array([LABELS.index(says) for _, says in own] + [LABELS.index(NONE)] * len(others))
    scale = np.stack([states.mean(axis=0), states.std(axis=0) + 1e-6])
    weights = np.array([1.0] * len(own) + [_OTHERS] * len(others))
    fitted = LogisticRegression(C=_RIDGE, max_iter=500).fit(standard(states, scale), labels, weights)
    return TicketReader(scale, fitted.coef_.T.astype(np.float32), fitted.intercept_.astype(np.float32))
