"""What is measured of a follow-up question and each sentence of an entry."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.understanding.within import points
from core.text import plain

Vectors = NDArray[np.float32]
"""One or more of the encoder's states; the last axis has twice the encoder's dimensions."""

_ANYWHERE = frozenset(
    "的了吗呢么不是要能会可以我你他她它那这个啊呀吧有没啥什怎咋多少几行还都就得去办人在给上到和也一"
)
"""Characters that say nothing about a question's subject."""
COUNT = 27 + 2 * len(points.NAMES)
"""Number of features."""


def features(
    question: str, title: str, said: Sequence[str], asked: Vectors, told: Vectors
) -> NDArray[np.float64]:
    """The features of a question with each sentence, [sentences, :data:`COUNT`].

    Args:
        question: the follow-up question.
        title: the entry's title.
        said: the entry's sentences.
        asked: states of the question, of the title, and of the title together with the question, [3, 2 × dimensions].
        told: states of the sentences, [sentences, 2 × dimensions].
    """
    alone, together, alike = _cosines(asked, told)
    places = [alone[0], alone[1], together[0], together[1]]
    around = [each - each.mean() for each in places]
    nearest = [int(each.argmax()) for each in (places[0], places[2], places[3])]
    wanted, number = points.asked(question), points.wants_number(question)
    words = [char for char in plain(question) if char not in _ANYWHERE]
    pairs = _pairs(plain(question))
    others = [char for char in words if char not in title]
    held = Counter(char for one in said for char in set(one))
    rows = []
    for place, one in enumerate(said):
        tells, numbered = points.told(one), points.has_number(one)
        met = [want and tell for want, tell in zip(wanted, tells, strict=True)]
        missed = [want and not tell for want, tell in zip(wanted, tells, strict=True)]
        rare = sum((char in one) * math.log((len(said) + 1) / (held[char] + 0.5)) for char in words)
        rows.append(
            [
                *(each[place] for each in places),
                alike,
                *(each[place] for each in around),
                *(place == near for near in nearest),
                _share(words, one),
                rare / max(len(words), 1),
                sum(pair in one for pair in pairs) / max(len(pairs), 1),
                _share(others, one),
                len(others) / max(len(words), 1),
                sum(met),
                sum(missed),
                sum(met) / max(sum(wanted), 1),
                not any(wanted),
                number and not numbered,
                number and numbered,
                place == 0,
                math.log(max(len(one), 1)),
                math.log(max(len(question), 1)),
                not words,
                *met,
                *missed,
            ]
        )
    return np.array(rows, np.float64).reshape(len(said), COUNT)


def _cosines(asked: Vectors, told: Vectors) -> tuple[tuple[Vectors, Vectors], tuple[Vectors, Vectors], float]:
    """Cosines of each sentence with the question, and with title and question, by both halves of the states.

    The last is the cosine of question and title.
    """
    half = asked.shape[-1] // 2
    (whole, middle), (told_whole, told_middle) = (
        (_unit(rows[:, :half]), _unit(rows[:, half:])) for rows in (asked, told)
    )
    alone = told_whole @ whole[0], told_middle @ middle[0]
    together = told_whole @ whole[2], told_middle @ middle[2]
    return alone, together, float(whole[0] @ whole[1])


def _unit(rows: Vectors) -> Vectors:
    found: Vectors = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return found


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}


def _share(chars: Sequence[str], one: str) -> float:
    return sum(char in one for char in chars) / max(len(chars), 1)
