"""Chooses between what the rules and what the tagger read, and tells how sure the choice is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.understanding.encoding.floats import Floats
from bot.understanding.slots.signals import Readings
from bot.understanding.slots.tagging import KINDS, LABELS, Span, spans
from bot.understanding.slots.whole import whole

Source = Literal["both", "tagger", "rules"]
"""Who read the words: both the same, the tagger alone, or the rules alone."""


@dataclass(frozen=True)
class Choice:
    """The words chosen for a slot.

    Args:
        words: the words of the message; "" when nothing was read.
        source: who read them.
        score: how probable the tagger finds them, 0 to 1; not yet compared with the thresholds.
    """

    words: str = ""
    source: Source = "rules"
    score: float = 0.0


@dataclass(frozen=True)
class Bars:
    """Thresholds of the score, 0 to 1 (1.01: never), from which words of a source are stored, and asked about."""

    store: float
    ask: float


SHORT = 60
"""Most characters of a message that tells hardly more than the matter, so that what the rules read belongs to it."""
LIKELY = 0.6
"""Least probability of the tagger's words with which they are preferred to the rules' in a short message."""
_EDGES = '的了,，。、:：;；!！?？ “”"《》'
"""What is cut from both ends of a span."""
Thresholds = Mapping[str, Bars]
"""The thresholds by ``kind/source``."""


def choices(read: str, said: Readings, shares: Floats) -> dict[str, Choice]:
    """The words chosen for ``place``, ``time`` and ``subject``."""
    found = spans(shares)
    rules: Mapping[str, str] = {"place": said.place, "time": said.time, "subject": said.subject}
    return {kind: choose(kind, read, words, found, shares) for kind, words in rules.items()}


def choose(kind: str, read: str, said: str, found: Sequence[Span], shares: Floats) -> Choice:
    """The words of one kind in a message.

    Args:
        kind: one of :data:`tagging.KINDS`.
        read: the plain text that the tagger read.
        said: what the rules read; "" for nothing.
        found: the tagger's spans.
        shares: [characters, labels], the tagger's probabilities.
    """
    own = [_whole(read, span) for span in found if span.kind == kind]
    bare = said.lower()
    for span in own:
        words = read[span.start : span.end]
        if bare and (bare in words or words in bare):
            # The rules know where words end in a short message, and where a place or time does in any; whom a long
            # message is about, the tagger tells from the rest.
            ends = len(read) <= SHORT or (kind != "subject" and words in bare)
            words = said if ends else words.strip(_EDGES)
            return Choice(words, "both", max(span.sure, support(kind, read, bare, shares)))
    best = max(own, key=lambda span: span.sure, default=None)
    alone = support(kind, read, bare, shares) if bare else 0.0
    if said and len(read) <= SHORT and (best is None or best.sure < LIKELY):
        return Choice(said, "rules", alone if bare in read else 1.0)
    if best is not None and best.sure >= alone:
        return Choice(read[best.start : best.end].strip(_EDGES), "tagger", best.sure)
    return Choice(said, "rules", alone) if said else Choice()


def _whole(read: str, span: Span) -> Span:
    start, end = whole(read, span.start, span.end)
    return replace(span, start=start, end=end)


def support(kind: str, read: str, words: str, shares: Floats) -> float:
    """The mean probability (0 to 1) of a kind over the characters of some words; 0 when they are not in the text."""
    at = read.find(words)
    if at < 0 or not words:
        return 0.0
    first = LABELS.index(f"B-{kind}")
    return float(shares[at : at + len(words), first : first + 2].sum(axis=1).mean())


def fitted(
    judged: Sequence[tuple[str, Choice, bool]], wanted: float, asked: float, least: int = 8
) -> dict[str, Bars]:
    """The lowest thresholds above which enough choices are right.

    Args:
        judged: kind, choice and whether it is right, of stories that the tagger has not seen.
        wanted: share (0 to 1) that must be right of what is stored.
        asked: the same of what is asked about.
        least: fewest choices above a threshold.
    """
    bars = {}
    for kind in KINDS[:3]:
        for source in ("both", "tagger", "rules"):
            ranked = sorted(
                (
                    (choice.score, right)
                    for of, choice, right in judged
                    if of == kind and choice.source == source and choice.words
                ),
                reverse=True,
            )
            bars[f"{kind}/{source}"] = Bars(_bar(ranked, wanted, least), _bar(ranked, asked, least))
    return bars


def _bar(ranked: Sequence[tuple[float, bool]], wanted: float, least: int) -> float:
    bar, right = 1.01, 0
    for number, (score, good) in enumerate(ranked, 1):
        right += good
        if number >= least and right >= wanted * number:
            bar = score
    return round(bar, 4)
