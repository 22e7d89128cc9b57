"""Judges a message: whether somebody is really in danger now, and whether the matter has another route.

Two scores read each piece of a text: words (:mod:`words`), and the tail (:mod:`bot.understanding.encoding.tail`), which
needs the pretrained encoder. ``wenban danger fit`` fits on labelled messages how much each score counts, and from which probability
danger is clear, or is asked about.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from bot.understanding.danger import clues, death, foreign, injured, readers, sequel, swindle
from bot.understanding.danger.asked import general, is_now, is_over, long_ago, parted
from bot.understanding.danger.beside import live
from bot.understanding.danger.judgement import Judgement, Numbers, Part, likeliest, most_alarming, together
from bot.understanding.danger.kinds import (
    DANGER_ROWS,
    DANGERS,
    LABELS,
    SCOPE_ROWS,
    SCOPES,
)
from bot.understanding.danger.words import Words
from bot.understanding.encoding.floats import Floats, softmax
from bot.understanding.encoding.reading import PIECE, clauses, pieces, plain, stretches
from bot.understanding.encoding.tail import Tail
from bot.understanding.solved import is_settled
from conversations.danger import Danger, Live, advice, swallowed
from conversations.of_ticket import Handling, OfTicket, of_ticket
from kb_index.language.pretrained import SHIPPED

HERE = Path(__file__).parent
"""The folder of the fitted weights and numbers."""
LETTER = 200
"""Fewest characters of a letter. A letter mentions many things, so the citizen is asked about danger less readily."""
SHORT = 60
"""Fewest characters of a text that is no short message. In a shorter one hardly any clause sounds dangerous by chance."""
TAILED = 6
"""Most pieces of a text that the tail reads: both ends, and those that are most alarming by their words."""
_SUSPECTED = 0.5
"""Probability (0 to 1) of a danger that only a rule sees: it is asked about, before anything else is answered."""
ALONE = 3
"""Most clauses of a text that the tail reads alone: those that are most alarming by their words."""
WINDOWS = 2
"""Most clauses that the tail reads once more together with both neighbours, in a text of five clauses and more."""
WINDOWED = 300
"""Fewest characters of a text in which windows don't count: so long a letter always has some alarming window."""
_MAYBE, _SURELY = 0.2, 0.98
"""Probabilities (0 to 1) of another route: of a whole text from which its clauses are looked at, and of a clause alone from
which that clause decides."""
_SOUNDS = 0.25
"""Share of ``quiet`` from which what is told beside a question is judged by itself. It is lower than for a clause, because the
question hides the danger from the score of the whole."""
_ILL = 0.95
"""Probability (0 to 1) from which a short message about somebody's body is clear though no clause alone is (被蛇咬了，腿肿了):
an illness is told by its signs."""
_NO_MORE = re.compile(
    r"(?:他|她|它|他们|人家|对方|楼上|邻居)?(?:已经|现在|也|都|又)?(?:不|没)再?(?:来)?(?:打|骂|闹|砸|吵|追|堵|威胁|漏|冒烟)(?:我|人|了|过){0,3}"
)
"""Words that a danger has ended (撤单，他不打我了)."""
_LASTS = re.compile(r"(?:现在|这会儿?|还|又|仍|一直)[^，,]{0,4}(?:在|有|是|没)")
"""Words that something goes on beside what is wanted of a ticket."""
_FAINT = 0.01
"""Probability of danger in the whole text under which no window is read: none would lift it to the bar."""


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
        self._after = lru_cache(maxsize=256)(sequel.shipped().read)

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
        if general(plain(text)) or is_settled(text):
            return None
        ticket = of_ticket(text)
        if ticket is not None:
            return self._beside_a_ticket(text, ticket)
        found = self._judged_whole(text)
        rest, question = parted(plain(text))
        if not rest or death.of_estate(plain(text), "medical", clear=False):
            return found
        if long_ago(rest):
            # Who asks about a right and tells of the past is in no need of advice, but is not left unheard either.
            found = replace(found, clear=False, beside=True) if found and found.clear else None
        elif (found is None or not found.clear) and not is_over(rest) and self._sounds(rest):
            found = self._beside_a_question(rest, found)
        return None if found is None else replace(found, question=question)

    def _beside_a_ticket(self, text: str, ticket: OfTicket) -> Danger | None:
        """The danger that is told beside the handling of a ticket (催一下，又着火了): only a clear one, and one of this moment.

        What the ticket is about was judged when it was filed. Torn from its sentence, what is told beside may sound like
        danger by chance, so it has to be happening now, or to show in the whole too.
        """
        rest, withdraws = plain(ticket.rest), ticket.handling is Handling.WITHDRAWS
        if not rest:
            return None
        whole = self._judged_whole(text)
        if whole is not None and whole.kind == "self_harm" and (whole.clear or withdraws):
            return whole  # 单子撤了吧，我不麻烦任何人了 is a farewell
        found = self._judged_whole(rest)
        if long_ago(rest) or is_over(rest) or _NO_MORE.fullmatch(rest):
            return None
        shown = whole is not None and whole.clear
        adds = (
            ticket.handling is Handling.ADDS
        )  # What a supplement says is new, and judged like a first message.
        if found is not None and found.clear and (adds or shown or is_now(rest) or found.kind == "self_harm"):
            return found
        # 撤了那个煤气的单子，现在还在漏 names what leaks together with the ticket only.
        return replace(whole, clear=False) if whole is not None and _LASTS.search(rest) else None

    def _sounds(self, rest: str) -> bool:
        """Whether the words beside a question sound faintly of danger; else the tail, which takes longer, reads none of them."""
        alarm = softmax(self.numbers.words * self._words.logits(rest))[DANGER_ROWS].sum()
        return self._tail is None or float(alarm) >= self.numbers.quiet * _SOUNDS

    def _beside_a_question(self, rest: str, found: Danger | None) -> Danger | None:
        """The danger that is told beside a question about a right, which hides it from the score of the whole.

        Who asks about the insurance may tell of the past. So the citizen is asked beside the answer, unless the words are
        of something that is happening now.

        Args:
            rest: what is told beside the question.
            found: the danger that the whole tells of.
        """
        told = self._judged_whole(rest)
        if told is None:
            return found
        if told.clear and (swallowed(rest) or is_now(rest) or injured.hurt(plain(rest))):
            return told
        return found or replace(told, clear=False, beside=True)

    def _judged_whole(self, text: str) -> Danger | None:
        """The danger that a message tells of, judged as one text."""
        found, read = self.judgement(text), plain(text)
        numbers, (probability, kind) = self.numbers, found.danger
        # Words of different clauses can look alarming together (一是油烟熏人，二是站牌倒了), so a danger that no
        # clause alone would raise is only asked about.
        ill = kind == "medical" and probability >= _ILL and len(read) < SHORT
        clear = probability >= numbers.clear and (
            ill or found.alone is None or found.alone.probability >= numbers.unclear
        )
        likely = probability >= numbers.unclear
        sure = readers.surely(read, probability, kind, likely=likely, clear=clear)
        if sure is not None:
            return self._settled(read, Danger(sure, max(probability, _SUSPECTED), clear=True))
        if probability >= (numbers.letter if len(read) >= LETTER else numbers.unclear):
            return self._settled(read, Danger(kind, probability, clear, beside=probability < numbers.even))
        if swallowed(read) and probability >= numbers.unclear / 2:
            return self._settled(read, Danger("medical", probability, clear=True))
        part = self._told_in_part(found, read, clear)
        if part is not None:
            return part
        named = "water" if clues.in_lift(read) else clues.bare(read)
        return None if named is None else Danger(named, _SUSPECTED, clear=False)

    def _told_in_part(self, found: Judgement, read: str, clear: bool) -> Danger | None:
        """The danger that one part of a plain text tells of; None when there is none.

        Much that is said about other things hides an emergency (公积金怎么取？我妈没有呼吸了。社保怎么查？).

        Args:
            found: the judgement of the text, which does not seem dangerous as a whole.
            read: the plain text.
            clear: whether the danger is acted on at once.
        """
        numbers, letter = self.numbers, len(read) >= LETTER
        alone, window = found.alone, found.window
        # A letter's clauses prove less, unless it is so long that the tail can't read all of it.
        read_whole = letter and len(read) <= TAILED * PIECE
        if alone is not None and alone.probability >= numbers.alone and not read_whole:
            return self._settled(read, Danger(alone.kind, alone.probability, clear))
        if alone is not None and self._counts_beside(found.danger[0], alone.probability, len(read)):
            # Said so beside a question (社保怎么查，我妈喝了农药), it is asked about beside the answer.
            return self._settled(read, Danger(alone.kind, alone.probability, clear=False, beside=True))
        if window is None or window.probability < numbers.window:
            return None
        # The rest of a long story tells of the past and of other things, so only the window's words count.
        drunk = swallowed(window.text)
        if clues.harmless(plain(window.text), window.kind) and not drunk:
            return None
        return Danger(window.kind, window.probability, clear=drunk)

    def _counts_beside(self, whole: float, alone: float, length: int) -> bool:
        """Whether the citizen is asked beside the answer about a clause with the probability ``alone``.

        The more clauses a text has, the likelier is one of them to sound like danger. So a clause counts by itself in a
        short message only, and in a letter together with the whole.
        """
        if length >= LETTER:
            return together(whole, alone) >= self.numbers.letter_beside
        return length < SHORT and alone >= self.numbers.beside

    def _settled(self, read: str, seen: Danger) -> Danger | None:
        """A danger that the scores see in a plain text, after the words that decide what scores can't; None: it is none."""
        kind, clear = injured.kind_of(read, clues.kind_of(read, seen.kind)), seen.clear
        if readers.is_harmless(read, kind, clear=clear):
            return None
        # Somebody on a roof who is not said to want to die, nor to sit or stand at its edge, may only work there.
        height = kind == "self_harm" or (kind == "water" and clues.on_roof(read))
        if height and not clues.despair(read) and not advice("self_harm", read).instead_of:
            clear = False
        clear = (clear and not injured.mild(read)) or swallowed(read)
        if not clear and clues.harmless(read, kind):
            return None
        return Danger(kind, seen.probability, clear=clear, beside=seen.beside and not clear)

    def scope(self, text: str) -> str | None:
        """The kind of matter (a name of :data:`SCOPES`) that surely has another route; None when there is none."""
        read = plain(text)
        if swindle.poses(read):
            return None
        probability, name = self.judgement(text).scope
        if _MAYBE <= probability < self.numbers.scope:
            # One clause may surely want the route, and the rest tell of something else (我要举报镇长贪污，另外路灯坏了).
            probability, name = max(self.judgement(part).scope for part in stretches(read))
            probability = probability if probability >= _SURELY else 0.0
        if probability < self.numbers.scope or (name == "privacy" and clues.own_data(read)):
            return None
        if (name == "disclosure" and not clues.asks_disclosure(read)) or (
            name == "litigation" and clues.only_threatens(read)
        ):
            return None
        return name

    def after(self, told: str, text: str) -> Mapping[str, float]:
        """What a message says after an alarm (:mod:`bot.understanding.danger.sequel`); empty without the encoder.

        The last 256 readings are kept: a turn asks for the same one several times.
        """
        return self._after(told, text) if self._tail is not None else {}

    def live(self, text: str) -> Live | None:
        """The matter of the hotline in a message that also speaks of another route; None when there is none."""
        return live(text, lambda part: self.judgement(part).scope[0])

    def _judge(self, text: str) -> Judgement:
        read = plain(text)
        if not read:
            return Judgement((0.0, DANGERS[0]), (0.0, SCOPES[0]))
        parts, split = pieces(read), clauses(read)
        shares = self._shares(parts)
        elsewhere = shares[int(shares[:, SCOPE_ROWS].sum(axis=1).argmax()), SCOPE_ROWS]
        route = float(elsewhere.sum()), SCOPES[int(elsewhere.argmax())]
        danger = likeliest(shares, may_jump=clues.may_jump(read))
        if len(split) == 1:
            return Judgement(danger, route)
        return Judgement(danger, route, *self._in_part(split, danger[0]))

    def _in_part(self, parts: list[str], whole: float) -> tuple[Part, Part | None]:
        """The most alarming clause, and the most alarming window if any is read.

        Args:
            parts: the clauses of a text.
            whole: probability of danger in the whole text.
        """
        words = np.stack([self._words.logits(part) for part in parts])
        alarm = softmax(self.numbers.words * words)[:, DANGER_ROWS].sum(axis=1)
        least = 0.0 if whole >= self.numbers.unclear else self.numbers.quiet
        loud = [int(number) for number in np.argsort(-alarm) if alarm[number] >= least]
        if self._tail is None or not loud:
            return most_alarming(parts, softmax(self.numbers.words * words)), None
        texts = [parts[number] for number in loud[:ALONE]]
        windows: list[str] = []
        if len(parts) > 2 * WINDOWS and sum(map(len, parts)) < WINDOWED and whole >= _FAINT:
            windows = sorted({"".join(parts[max(0, n - 1) : n + 2]) for n in loud[:WINDOWS]})
        own = [words[loud[:ALONE]], *(self._words.logits(window)[None] for window in windows)]
        shares = self._read([*texts, *windows], np.concatenate(own))
        alone = most_alarming(texts, shares[: len(texts)])
        if not windows:
            return alone, None
        found = most_alarming(windows, shares[len(texts) :])
        return alone, replace(found, probability=together(whole, found.probability))

    def _read(self, texts: list[str], words: Floats) -> Floats:
        """The shares of the labels in texts, [texts, labels], by both scores."""
        assert self._tail is not None
        return softmax(self.numbers.words * words + self.numbers.tail * self._tail.several(texts))

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
        return self._read([parts[number] for number in chosen], words[list(chosen)])


@lru_cache(maxsize=1)
def shipped() -> Judge:
    """The shipped judge; one object for the whole process."""
    return Judge()


def judge(text: str) -> Danger | None:
    """The danger that a message tells of, by the shipped judge (:meth:`Judge.judge`)."""
    return shipped().judge(text)
