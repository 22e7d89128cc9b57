"""What the encoder tells about the clauses on both sides of a seam."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bot.understanding.encoding.floats import Floats
from bot.understanding.encoding.reading import plain
from bot.understanding.seams.features import Seam
from bot.understanding.slots.signals import tokens
from kb_index.language.pretrained import PretrainedEncoder

VIEWS = 7
"""Stretches of text around a seam: all before it, the three clauses before, the last one; the joining words, the next clause, the
three next ones, all after it."""
BEFORE, NEAR_BEFORE, LAST, JOIN, NEXT, NEAR_NEXT, AFTER = range(VIEWS)
_NEARBY = 3
_LEAST, _CLAUSE, _NEAR = 3, 8, 24
"""Fewest characters of the joining words, of one clause, and of three."""
_LONGEST = 3_000
"""Most characters of a plain text that are encoded."""


def views(text: str, places: Sequence[Seam], encoder: PretrainedEncoder) -> Floats:
    """The mean states of the stretches around the seams of a message, [seams, :data:`VIEWS`, width]."""
    if not places:
        return np.zeros((0, VIEWS, encoder.dimensions), np.float32)
    states = _states(plain(text)[:_LONGEST], encoder)
    sums = np.vstack([np.zeros((1, states.shape[1]), np.float32), states.cumsum(axis=0)])
    last = len(states)
    at = _places(text, [(one.before, one.start, one.told) for one in places])
    starts = [start for _, start, _ in at]

    def mean(begin: int, end: int) -> Floats:
        end = min(max(end, begin + 1), last)
        begin = min(begin, end - 1)
        found: Floats = (sums[end] - sums[begin]) / (end - begin)
        return found

    rows = []
    for place, (before, start, told) in enumerate(at):
        ends = [at[after][0] if after < len(at) else last for after in (place + 1, place + _NEARBY)]
        begins = [starts[place - back] if place >= back else 0 for back in (1, _NEARBY)]
        rows.append(
            [
                mean(0, before),
                mean(max(min(begins[1], before - _NEAR), 0), before),
                mean(max(min(begins[0], before - _CLAUSE), 0), before),
                mean(start, max(told, start + _LEAST)),
                mean(told, max(ends[0], told + _CLAUSE)),
                mean(told, max(ends[1], told + _NEAR)),
                mean(told, last),
            ]
        )
    return np.array(rows, np.float32)


def _places(text: str, cuts: Sequence[tuple[int, int, int]]) -> list[tuple[int, ...]]:
    """Where characters of a message are in its plain text, nearly: the plain text of a stretch may be shorter."""
    flat = sorted({one for cut in cuts for one in cut})
    found, done, length = {}, 0, 0
    for one in flat:
        length += len(plain("x" + text[done:one] + "x")) - 2
        found[one], done = length, one
    return [tuple(found[one] for one in cut) for cut in cuts]


def _states(read: str, encoder: PretrainedEncoder) -> Floats:
    """[characters, width], the state of the token that a character of a plain text belongs to."""
    states = np.zeros((len(read), encoder.dimensions), np.float32)
    for first, last, state in tokens(read, encoder):
        states[first:last] = state
    return states
