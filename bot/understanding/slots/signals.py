"""What the tagger sees of each character of a message: the encoder's state, the character, and the rules' readings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.understanding.encoding.floats import Floats
from bot.understanding.encoding.reading import pieces
from kb_index.language.pretrained import PretrainedEncoder

CHARACTERS = 2_048
"""Number of places for characters; a character's place is its number modulo this."""
MARKS = 8
"""Number of marks a character has: two for its place in its token, six for the rules' readings (:class:`Readings`)."""


@dataclass(frozen=True)
class Readings:
    """What the rules read from a message: the chosen place, time and subject, and all of them.

    Args:
        place, time, subject: the chosen wordings; "" when there is none.
        places, times, subjects: all wordings.
        district, town, phone, kind: district, town, phone number and type, spelled as tickets store them.
    """

    place: str = ""
    time: str = ""
    subject: str = ""
    places: Sequence[str] = ()
    times: Sequence[str] = ()
    subjects: Sequence[str] = ()
    district: str = ""
    town: str = ""
    phone: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Signals:
    """The characters of a text as the tagger sees them.

    Args:
        states: [characters, width], the state of the token that a character belongs to.
        characters: [characters], places from 0 to :data:`CHARACTERS` - 1.
        marks: [characters, :data:`MARKS`], 0 or 1.
    """

    states: Floats
    characters: NDArray[np.int64]
    marks: Floats


def signals(read: str, said: Readings, encoder: PretrainedEncoder) -> Signals:
    """The signals of a message.

    Args:
        read: the plain text (:func:`reading.plain`), as the judge of dangers reads it, whose states are shared.
        said: what the rules read.
        encoder: the pretrained encoder.
    """
    states = np.zeros((len(read), encoder.dimensions), np.float32)
    marks = np.zeros((len(read), MARKS), np.float32)
    for first, last, state in tokens(read, encoder):
        states[first:last] = state
        marks[first, 0] = marks[last - 1, 1] = 1
    groups: tuple[Iterable[str], ...] = (
        (said.place,),
        (said.time,),
        (said.subject,),
        said.places,
        said.times,
        said.subjects,
    )
    for channel, words in enumerate(groups, 2):
        for word in words:
            _mark(read, word, marks[:, channel])
    return Signals(states, np.array([ord(c) % CHARACTERS for c in read], np.int64), marks)


def tokens(read: str, encoder: PretrainedEncoder) -> Iterator[tuple[int, int, Floats]]:
    """The tokens of a plain text: the first character, the one after the last, and the state of each.

    A piece of a long text repeats the end of the one before it; the later reading of these characters comes later.
    """
    start = 0
    for piece in pieces(read):
        begin = start if start == 0 else read.find(piece, max(start - 61, 0))
        for (first, last), state in zip(encoder.offsets(piece), encoder.tokens(piece), strict=True):
            if first < last:
                yield begin + first, begin + last, state
        start = begin + len(piece)


def _mark(read: str, word: str, channel: Floats) -> None:
    word = word.lower()
    at = read.find(word) if word else -1
    if at >= 0:
        channel[at : at + len(word)] = 1


def spelled(said: str, words: str) -> str:
    """Words of a plain text as the message spells them (KTV), and unchanged where it breaks them over lines.

    >>> spelled("楼下KTV很吵", "楼下ktv")
    '楼下KTV'
    """
    at = said.lower().find(words)
    return said[at : at + len(words)] if at >= 0 else words
