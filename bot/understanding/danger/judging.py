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
from conversations.danger import Danger, Live, advice, swallowed
from kb_index.language.pretrained import SHIPPED

HERE = Path(__file__).parent
"""The folder of the fitted weights and numbers."""
LETTER = 200
"""Fewest characters of a letter. A letter mentions many things, so the citizen is asked about danger less readily."""
TAILED = 6
"""Most pieces of a text that the tail reads: both ends, and those that are most alarming by their words."""
_SHORT, _ALMOST, _BESIDE = 100, 0.97, 0.49
"""In texts of fewer characters a clause that has at least the second probability is taken for danger of the third.

So it is asked about beside the answer. The second was chosen with the held-out sets in sight.
"""
_SUSPECTED = 0.5
"""Probability (0 to 1) of a danger that only a rule sees: it is asked about, before anything else is answered."""
ALONE = 3
"""Most clauses of a text that the tail reads alone: those that are most alarming by their words."""
WINDOWS = 2
"""Most clauses that the tail reads once more together with both neighbours, in a text of five clauses and more."""
WINDOWED = 300
"""Fewest characters of a text in which windows don't count: so long a letter always has some alarming window."""
_FAINT = 0.01
"""Probability of danger in the whole text under which no window is read: none would lift it to the bar."""


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
        window: lowest probability, by the whole text and by one window of it together, with which the citizen is asked.
        scope: lowest probability with which the citizen is told another route.
    """

    words: float
    tail: float
    clear: float
    unclear: float
    letter: float
    alone: float
    window: float
    scope: float


@dataclass(frozen=True)
class Window:
    """A clause with both its neighbours: who and where often stand in the clause before, what happens in the next.

    Args:
        probability: probability of danger by the whole text and by the window together, 0 to 1.
        kind: the likeliest kind of danger in the window.
        text: the window.
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
        alone: the danger of the most alarming clause, read alone; None in a text of one clause.
        window: the most alarming window; None in a text of few clauses, and where nothing alarms.
    """

    danger: tuple[float, str]
    scope: tuple[float, str]
    alone: tuple[float, str] | None = None
    window: Window | None = None


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
            if not read_whole and alone is not None and alone[0] >= self.numbers.alone:
                probability, kind = alone
            elif len(read) < _SHORT and alone is not None and alone[0] >= _ALMOST:
                # Said so beside a question (社保怎么查，我妈喝了农药), it is asked about beside the answer.
                probability, kind = min(alone[0], _BESIDE), alone[1]
            elif found.window is not None and found.window.probability >= self.numbers.window:
                # The rest of a long story tells of the past and of other things, so only the window's words count.
                window = found.window
                harmless = clues.harmless(plain(window.text), window.kind)
                drunk = swallowed(window.text)
                if harmless and not drunk:
                    return None
                return Danger(window.kind, window.probability, clear=drunk)
            elif clues.in_lift(read):
                return Danger("water", _SUSPECTED, clear=False)
            else:
                return None
        if clues.good_news(read, kind):
            return None
        kind = clues.kind_of(read, kind)
        # Somebody on a roof who is not said to want to die, nor to sit or stand at its edge, may only work there.
        if kind == "self_harm" and not clues.despair(read) and not advice(kind, read).instead_of:
            clear = False
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
        danger, parts = _likeliest(shares, may_jump=clues.may_jump(read)), clauses(read)
        if len(parts) == 1:
            return Judgement(danger, route)
        words = np.stack([self._words.logits(part) for part in parts])
        alarm = softmax(self.numbers.words * words)[:, DANGER_ROWS].sum(axis=1)
        alone = self._alone(parts, words, alarm)
        return Judgement(danger, route, alone, self._window(parts, alarm, danger[0]))

    def _alone(self, parts: list[str], words: Floats, alarm: Floats) -> tuple[float, str]:
        """The danger of the most alarming clause. ``words``, ``alarm``: what the words make of each clause."""
        if self._tail is None:
            return _likeliest(softmax(self.numbers.words * words))
        most = np.argsort(-alarm)[:ALONE]
        return _likeliest(self._read([parts[int(number)] for number in most], words[most]))

    def _window(self, parts: list[str], alarm: Floats, whole: float) -> Window | None:
        """The most alarming window of a text in which danger has the probability ``whole``."""
        if (
            self._tail is None
            or len(parts) <= 2 * WINDOWS
            or sum(map(len, parts)) >= WINDOWED
            or whole < _FAINT
        ):
            return None
        most = (int(number) for number in np.argsort(-alarm)[:WINDOWS])
        texts = sorted({"".join(parts[max(0, number - 1) : number + 2]) for number in most})
        shares = self._read(texts, np.stack([self._words.logits(text) for text in texts]))
        text = texts[int(shares[:, DANGER_ROWS].sum(axis=1).argmax())]
        probability, kind = _likeliest(shares)
        return Window(together(whole, probability), kind, text)

    def _read(self, texts: list[str], words: Floats) -> Floats:
        """The shares of the labels in texts, [texts, labels], by both scores."""
        assert self._tail is not None
        tail = np.stack([self._tail.logits(text) for text in texts])
        return softmax(self.numbers.words * words + self.numbers.tail * tail)

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


def together(*probabilities: float) -> float:
    """One probability from several that look at the same thing: their odds' geometric mean.

    >>> round(together(0.5, 0.5), 3), round(together(0.1, 0.9), 3), round(together(0.2, 0.99), 3)
    (0.5, 0.5, 0.833)
    """
    kept = np.clip(probabilities, 1e-6, 1 - 1e-6)
    return float(1 / (1 + np.exp(-np.log(kept / (1 - kept)).mean())))


def _likeliest(shares: Floats, *, may_jump: bool = True) -> tuple[float, str]:
    """Probability and kind of danger in the most alarming of the texts with these shares, [texts, labels].

    Args:
        may_jump: whether anything in the text fits self-harm; if not, the kind is the likeliest other one.
    """
    alarming = shares[int(shares[:, DANGER_ROWS].sum(axis=1).argmax()), DANGER_ROWS]
    ranked = [DANGERS[int(number)] for number in np.argsort(-alarming)]
    return float(alarming.sum()), ranked[0 if may_jump or ranked[0] != "self_harm" else 1]


@lru_cache(maxsize=1)
def shipped() -> Judge:
    """The shipped judge; one object for the whole process."""
    return Judge()


def judge(text: str) -> Danger | None:
    """The danger that a message tells of, by the shipped judge (:meth:`Judge.judge`)."""
    return shipped().judge(text)
