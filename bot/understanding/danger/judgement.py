"""What the judge of danger makes of a text, and the numbers with which a message is judged by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.understanding.danger.kinds import DANGER_ROWS, DANGERS
from bot.understanding.encoding.floats import Floats


@dataclass(frozen=True)
class Numbers:
    """The fitted numbers. Probabilities are from 0 to 1; weights have no unit.

    Args:
        words, tail: weights of the two scores. Without an encoder ``tail`` is 0.
        clear: lowest probability with which advice about the danger is given at once.
        unclear: lowest probability with which the citizen is asked about danger.
        letter: the same for letters: texts of as many characters as
            :data:`bot.understanding.danger.judging.LETTER` and more.
        even: lowest probability with which the question comes alone. Below it the message is answered too.
        quiet: lowest probability by its words with which the tail reads a clause alone, where the whole text does not
            seem dangerous.
        alone: the same as ``unclear`` for a clause read alone. The clause is from a shorter text, or from a text too
            long for the tail to read all of it.
        beside: lowest probability of a clause of a short message, read alone, with which the citizen is asked beside
            the answer.
        letter_beside: the same for a clause of a letter, by the clause and the whole letter together.
        window: lowest probability, by the whole text and by one window of it together, with which the citizen is asked.
        scope: lowest probability with which the citizen is told another route.
    """

    words: float
    tail: float
    clear: float
    unclear: float
    letter: float
    even: float
    quiet: float
    alone: float
    beside: float
    letter_beside: float
    window: float
    scope: float


@dataclass(frozen=True)
class Part:
    """A part of a text that was judged by itself.

    It is a clause, or a window: a clause with both its neighbours, as who and where often stand in the clause before,
    and what happens in the next.

    Args:
        probability: probability of danger by the part, 0 to 1; that of a window by it and the whole text together.
        kind: the likeliest kind of danger in the part.
        text: the part.
    """

    probability: float
    kind: str
    text: str


@dataclass(frozen=True)
class Judgement:
    """The judgement of a text. ``danger`` and ``scope`` come from the piece of the text in which they are likeliest.

    Args:
        danger: probability that somebody is in danger, 0 to 1, and the likeliest kind of danger.
        scope: probability that the matter has another route, 0 to 1, and the likeliest kind of matter.
        alone: the most alarming clause, read alone; None in a text of one clause.
        window: the most alarming window; None in a text of few clauses, and where nothing alarms.
    """

    danger: tuple[float, str]
    scope: tuple[float, str]
    alone: Part | None = None
    window: Part | None = None


def together(*probabilities: float) -> float:
    """One probability from several that look at the same thing: their odds' geometric mean.

    >>> round(together(0.5, 0.5), 3), round(together(0.1, 0.9), 3), round(together(0.2, 0.99), 3)
    (0.5, 0.5, 0.833)
    """
    kept = np.clip(probabilities, 1e-6, 1 - 1e-6)
    return float(1 / (1 + np.exp(-np.log(kept / (1 - kept)).mean())))


def likeliest(shares: Floats, *, may_jump: bool = True) -> tuple[float, str]:
    """Probability and kind of danger in the most alarming of the texts with these shares, [texts, labels].

    Args:
        may_jump: whether anything in the text fits self-harm; if not, the kind is the likeliest other one.
    """
    alarming = shares[int(shares[:, DANGER_ROWS].sum(axis=1).argmax()), DANGER_ROWS]
    ranked = [DANGERS[int(number)] for number in np.argsort(-alarming)]
    return float(alarming.sum()), ranked[0 if may_jump or ranked[0] != "self_harm" else 1]


def most_alarming(texts: Sequence[str], shares: Floats) -> Part:
    """The most alarming of the texts with these shares, [texts, labels]."""
    probability, kind = likeliest(shares)
    return Part(probability, kind, texts[int(shares[:, DANGER_ROWS].sum(axis=1).argmax())])
