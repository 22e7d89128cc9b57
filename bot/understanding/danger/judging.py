"""Judges a message: whether somebody is really in danger now, and whether the matter has another route.

Two scores read each piece of a text: words (:mod:`words`), and the tail (:mod:`bot.understanding.encoding.tail`), which
needs the pretrained encoder. ``wenban danger fit`` fits on labelled messages how much each score counts, and from which probability
danger is clear, or is asked about.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from bot.understanding.danger import clues, foreign
from bot.understanding.danger.beside import live
from bot.understanding.danger.kinds import (
    DANGER_ROWS,
    DANGERS,
    LABELS,
    SCOPE_ROWS,
    SCOPES,
)
from bot.understanding.danger.words import Words
from bot.understanding.encoding.floats import Floats, softmax
from bot.understanding.encoding.reading import PIECE, clauses, pieces, plain
from bot.understanding.encoding.tail import Tail
from conversations.danger import Danger, Live, swallowed
from kb_index.language.pretrained import SHIPPED

HERE = Path(__file__).parent
"""The folder of the fitted weights and numbers."""
LETTER = 200
"""Fewest characters of a letter. A letter mentions many things, so the citizen is asked about danger less readily."""
TAILED = 6
"""Most pieces of a text that the tail reads: both ends, and those that are most alarming by their words."""
ALONE = 3
"""Most clauses of a text that the tail reads alone: those that are most alarming by their words."""


@dataclass(frozen=True)
class Numbers:
    """The fitted numbers. Probabilities are from 0 to 1; weights have no unit.

    Args:
        words, tail: weights of the two scores. Without an encoder ``tail`` is 0.
        clear: lowest probability with which advice about the danger is given at once.
        unclear: lowest probability with which the citizen is asked about danger.
        letter: the same for letters: texts of :data:`LETTER` characters and more.
        alone: the same for a clause read alone. The clause is from a shorter text, or from a text too long for the
            tail to read all of it.
        scope: lowest probability with which the citizen is told another route.
    """

    words: float
    tail: float
    clear: float
    unclear: float
    letter: float
    alone: float
    scope: float


@dataclass(frozen=True)
class Judgement:
    """The judgement of a text. ``danger`` and ``scope`` come from the piece of the text in which they are likeliest.

    Args:
        danger: probability that somebody is in danger, 0 to 1, and the likeliest kind of danger.
        scope: probability that the matter has another route, 0 to 1, and the likeliest kind of matter.
        alone: the danger of the most alarming clause, read alone; None in a text of one clause.
    """

    danger: tuple[float, str]
    scope: tuple[float, str]
    alone: tuple[float, str] | None = None


class Judge:
    """Judges messages; safe to use from several threads.

    Args:
        folder: contains the fitted weights and numbers.
        encoder: folder of the pretrained encoder. Words judge alone when it is None or contains no encoder.

    Raises:
        OSError, ValueError: the weights are missing, or do not fit the code.
    """

    def __init__(self, folder: Path = HERE, encoder: Path | None = SHIPPED) -> None:
        self._words = Words(folder / "words.npz")
        tail = folder / "tail.npz"
        there = encoder is not None and (encoder / "model.safetensors").is_file() and tail.is_file()
        self._tail = Tail(tail, encoder) if there and encoder is not None else None
        if self._tail is not None:
            if self._tail.labels != LABELS:
                raise ValueError(f"{tail} tells other labels apart")
            # For products this small a second thread only waits, and takes a core from other conversations.
            threadpool_limits(1, "blas")
        held = json.loads((folder / "numbers.json").read_text("utf-8"))
        self.numbers = Numbers(**held["with_tail" if self._tail else "words_alone"])
        self._judged = lru_cache(maxsize=256)(self._judge)

    @property
    def with_tail(self) -> bool:
        """Whether the tail judges too."""
        return self._tail is not None

    def judgement(self, text: str) -> Judgement:
        """The judgement of a text. The last 256 judgements are kept."""
        return self._judged(text)

    def judge(self, text: str) -> Danger | None:
        """The danger that a message tells of; None when there is none.

        >>> Judge(encoder=None).judge("我家着火了，快来").kind
        'fire'
        """
        abroad = foreign.danger(plain(text))
        if abroad is not None:
            return abroad
        found = self.judgement(text)
        (probability, kind), alone = found.danger, found.alone
        read = plain(text)
        letter = len(read) >= LETTER
        # Words of different clauses can look alarming together (一是油烟熏人，二是站牌倒了), so a danger that no
        # clause alone would raise is only asked about.
        clear = probability >= self.numbers.clear and (alone is None or alone[0] >= self.numbers.unclear)
        if probability < (self.numbers.letter if letter else self.numbers.unclear):
            # Much that is said about other things hides an emergency (公积金怎么取？我妈没有呼吸了。社保怎么查？).
            # A letter's clauses prove less, unless it is so long that the tail can't read all of it.
            read_whole = letter and len(read) <= TAILED * PIECE
            if read_whole or alone is None or alone[0] < self.numbers.alone:
                return None
            probability, kind = alone
        if clues.good_news(read, kind):
            return None
        clear = clear or swallowed(read)
        if not clear and clues.harmless(read, kind):
            return None
        return Danger(kind, probability, clear=clear)

    def scope(self, text: str) -> str | None:
        """The kind of matter (a name of :data:`SCOPES`) that surely has another route; None when there is none."""
        probability, name = self.judgement(text).scope
        if probability < self.numbers.scope or (name == "privacy" and clues.own_data(plain(text))):
            return None
        return name

    def live(self, text: str) -> Live | None:
        """The matter of the hotline in a message that also speaks of another route; None when there is none."""
        return live(text, lambda part: self.judgement(part).scope[0])

    def _judge(self, text: str) -> Judgement:
        read = plain(text)
        if not read:
            return Judgement((0.0, DANGERS[0]), (0.0, SCOPES[0]))
        parts = pieces(read)
        shares = self._shares(parts)
        elsewhere = shares[int(shares[:, SCOPE_ROWS].sum(axis=1).argmax()), SCOPE_ROWS]
        route = float(elsewhere.sum()), SCOPES[int(elsewhere.argmax())]
        return Judgement(_likeliest(shares), route, self._alone(clauses(read)))

    def _alone(self, parts: list[str]) -> tuple[float, str] | None:
        """The danger of the most alarming clause; None when there is only one."""
        if len(parts) == 1:
            return None
        words = self.numbers.words * np.stack([self._words.logits(part) for part in parts])
        shares = softmax(words)
        if self._tail is not None:
            most = np.argsort(-shares[:, DANGER_ROWS].sum(axis=1))[:ALONE]
            tail = np.stack([self._tail.logits(parts[int(number)]) for number in most])
            shares = softmax(words[most] + self.numbers.tail * tail)
        return _likeliest(shares)

    def _shares(self, parts: list[str]) -> Floats:
        """The shares of the labels, [pieces, labels]. Of a long text only the pieces that the tail read."""
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


def _likeliest(shares: Floats) -> tuple[float, str]:
    """Probability and kind of danger in the most alarming of the texts with these shares, [texts, labels]."""
    alarming = shares[int(shares[:, DANGER_ROWS].sum(axis=1).argmax()), DANGER_ROWS]
    return float(alarming.sum()), DANGERS[int(alarming.argmax())]


@lru_cache(maxsize=1)
def shipped() -> Judge:
    """The shipped judge; one object for the whole process."""
    return Judge()


def judge(text: str) -> Danger | None:
    """The danger that a message tells of, by the shipped judge (:meth:`Judge.judge`)."""
    return shipped().judge(text)
