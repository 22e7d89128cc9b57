"""Who is in danger, now and really; and which matters belong to another route: one learned judgement of a message.

Two scores look at every piece of a text: words (:mod:`words`), always there, and the tail (:mod:`tail`), which stands
on the pretrained encoder and is there when the encoder is. What each is worth beside the other, and from which
probability on danger is called clear or asked about, was fitted on labelled messages (``wenban danger fit``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from bot.understanding.danger import clues
from bot.understanding.danger.kinds import (
    DANGER_ROWS,
    DANGERS,
    LABELS,
    SCOPE_ROWS,
    SCOPES,
)
from bot.understanding.danger.words import Words
from bot.understanding.encoding.bert import ENCODER
from bot.understanding.encoding.floats import Floats, softmax
from bot.understanding.encoding.reading import pieces, plain
from bot.understanding.encoding.tail import Tail
from conversations.danger import Danger, swallowed

HERE = Path(__file__).parent
TAILED = 6
"""Pieces of a very long text the tail reads: both ends, and those the words find most alarming."""


@dataclass(frozen=True)
class Numbers:
    """What was fitted for one set of scores.

    Args:
        words, tail: the weight of each score's logits; ``tail`` is 0 where there is none.
        clear, unclear: from which probability on danger is met at once, or asked about.
        scope: from which probability on a matter is told its other route.
    """

    words: float
    tail: float
    clear: float
    unclear: float
    scope: float


@dataclass(frozen=True)
class Judgement:
    """Shares of each label in the piece of a text where danger was likeliest, and of scope where that was.

    Args:
        danger: probability that somebody is in danger; the likeliest kind.
        scope: probability that the matter belongs to another route; the likeliest.
    """

    danger: tuple[float, str]
    scope: tuple[float, str]


class Judge:
    """Judges messages.

    Args:
        folder: the fitted weights.
        encoder: folder of the pretrained encoder; None, or one that is not there, and words judge alone.
    """

    def __init__(self, folder: Path = HERE, encoder: Path | None = ENCODER) -> None:
        self._words = Words(folder / "words.npz")
        tail = folder / "tail.npz"
        there = encoder is not None and (encoder / "model.safetensors").is_file() and tail.is_file()
        self._tail = Tail(tail, encoder) if there and encoder is not None else None
        if self._tail is not None:
            if self._tail.labels != LABELS:
                raise ValueError(f"{tail} tells other labels apart")
            # A second thread for products this small only spins, and takes the core from other conversations.
            threadpool_limits(1, "blas")
        held = json.loads((folder / "numbers.json").read_text("utf-8"))
        self.numbers = Numbers(**held["with_tail" if self._tail else "words_alone"])
        self._judged = lru_cache(maxsize=256)(self._judge)

    @property
    def with_tail(self) -> bool:
        """Whether the tail judges too."""
        return self._tail is not None

    def judgement(self, text: str) -> Judgement:
        """What was found in a text; the same text again costs nothing."""
        return self._judged(text)

    def judge(self, text: str) -> Danger | None:
        """The danger a message tells of: clear, or to be asked about; None when there is none.

        >>> Judge().judge("我家着火了，快来").kind   # doctest: +SKIP
        'fire'
        """
        probability, kind = self.judgement(text).danger
        if probability < self.numbers.unclear:
            return None
        read = plain(text)
        if clues.good_news(read, kind):
            return None
        clear = probability >= self.numbers.clear or swallowed(read)
        if not clear and clues.harmless(read, kind):
            return None
        return Danger(kind, probability, clear=clear)

    def scope(self, text: str) -> str | None:
        """The other route a matter belongs to (a name of :data:`SCOPES`), when it surely does."""
        probability, name = self.judgement(text).scope
        if probability < self.numbers.scope or (name == "privacy" and clues.own_data(plain(text))):
            return None
        return name

    def _judge(self, text: str) -> Judgement:
        parts = pieces(plain(text))
        if not parts[0]:
            return Judgement((0.0, DANGERS[0]), (0.0, SCOPES[0]))
        shares = self._shares(parts)
        alarming = shares[int(shares[:, DANGER_ROWS].sum(axis=1).argmax()), DANGER_ROWS]
        elsewhere = shares[int(shares[:, SCOPE_ROWS].sum(axis=1).argmax()), SCOPE_ROWS]
        return Judgement(
            (float(alarming.sum()), DANGERS[int(alarming.argmax())]),
            (float(elsewhere.sum()), SCOPES[int(elsewhere.argmax())]),
        )

    def _shares(self, parts: list[str]) -> Floats:
        """[pieces, labels]."""
        words = np.stack([self._words.logits(part) for part in parts])
        if self._tail is None:
            return softmax(self.numbers.words * words)
        chosen = range(len(parts))
        if len(parts) > TAILED:
            alarm = softmax(words)[:, DANGER_ROWS].sum(axis=1)
            ends = {0, 1, len(parts) - 2, len(parts) - 1}
            middle = [int(n) for n in np.argsort(-alarm) if int(n) not in ends]
            chosen = sorted(ends | set(middle[: TAILED - len(ends)]))  # type: ignore[assignment]
        tail = np.stack([self._tail.logits(parts[number]) for number in chosen])
        return softmax(self.numbers.words * words[list(chosen)] + self.numbers.tail * tail)


@lru_cache(maxsize=1)
def shipped() -> Judge:
    """The judge as it ships, loaded once."""
    return Judge()


def judge(text: str) -> Danger | None:
    """The danger a message tells of, by the shipped judge; see :meth:`Judge.judge`."""
    return shipped().judge(text)
