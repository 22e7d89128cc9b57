"""Fits the reader of talk about a ticket (``wenban train-decision``).

Its lines were written by hand: ``ticket_talk.jsonl`` holds lines that need no ticket to be understood, ``after_filing.jsonl``
what citizens say right after a ticket of theirs, whose lines that need it (:data:`MORE`) are left out here. Short examples of
the decision (:mod:`bot.understanding.fitting`) are added as messages that say nothing about a ticket.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.understanding.fitting import examples
from bot.understanding.ticket_reader import LABELS, NONE, TicketReader, standard

LINES = Path(__file__).with_name("ticket_talk.jsonl")
"""The written lines."""
AFTER_FILING = Path(__file__).with_name("after_filing.jsonl")
"""Tickets, each with lines that are said right after it was filed."""
MORE = "more"
"""Label of a line that tells more of the ticket's matter, and would tell a matter of its own without the ticket."""
_OTHER = frozenset({"matter", "ask", "talk"})
"""Labels of lines that are not about the ticket: another matter, a question, other talk."""
_RIDGE = 3.0
"""Inverse strength of the ridge penalty on weights."""
_SHORT = 40
"""Most characters of an example that is added."""
_OTHERS = 0.3
"""Weight of an added example, compared with a written line."""

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts → the encoder's states, [texts, 2 × dimensions]."""


@dataclass(frozen=True)
class After:
    """A line that is said right after a ticket was filed.

    Args:
        ticket: field → value of the ticket.
        text: the line.
        says: what it says: one of the reader's labels, :data:`MORE`, or ``matter``, ``ask`` or ``talk``.
    """

    ticket: Mapping[str, str]
    text: str
    says: str

    @property
    def other(self) -> bool:
        """Whether it is not about the ticket."""
        return self.says in _OTHER


def after_filing() -> list[After]:
    """The written lines that are said right after a ticket was filed."""
    tickets: dict[str, dict[str, str]] = {}
    found = []
    for line in AFTER_FILING.read_text("utf-8").splitlines():
        one = json.loads(line)
        name = one.pop("ticket")
        if "says" in one:
            found.append(After(tickets[name], one["text"], one["says"]))
        else:
            tickets[name] = one
    return found


def lines() -> list[tuple[str, str]]:
    """The written lines that need no ticket to be understood: text and label."""
    found = [json.loads(line) for line in LINES.read_text("utf-8").splitlines()]
    return [(str(one["text"]), str(one["says"])) for one in found] + labelled(after_filing())


def labelled(said: Sequence[After]) -> list[tuple[str, str]]:
    """Lines as the reader takes them: text and label, without those that need the ticket."""
    return [(one.text, NONE if one.other else one.says) for one in said if one.says != MORE]


def fit(encode: Encode, without: Sequence[After] = ()) -> TicketReader:
    """Fit the reader to all lines.

    Args:
        encode: gives the states of texts.
        without: lines that are left out, so that what the reader says of them can be learned from.
    """
    from sklearn.linear_model import LogisticRegression

    left_out = {one.text for one in without}
    own = [line for line in lines() if line[0] not in left_out]
    others = [row.text for row in examples() if len(row.text) <= _SHORT]
    states = encode([text for text, _ in own] + others)
    labels = np.array([LABELS.index(says) for _, says in own] + [LABELS.index(NONE)] * len(others))
    scale = np.stack([states.mean(axis=0), states.std(axis=0) + 1e-6])
    weights = np.array([1.0] * len(own) + [_OTHERS] * len(others))
    fitted = LogisticRegression(C=_RIDGE, max_iter=500).fit(standard(states, scale), labels, weights)
    return TicketReader(scale, fitted.coef_.T.astype(np.float32), fitted.intercept_.astype(np.float32))
