"""What is measured of a follow-up question and each sentence of an entry."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

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
COUNT = 36 + 2 * len(points.NAMES)
"""Number of features."""
_TOLD_UNDER = {
    "收费标准": "amount",
    "办理时限": "span",
    "办理材料": "papers",
    "办理地点": "place",
    "办理流程": "online",
    "办理条件": "may",
}
"""Heading of a section → the point that its sentences tell."""


@dataclass(frozen=True)
class Read:
    """What is read of a question and an entry's sentences.

    Args:
        question: the follow-up question.
        title: the entry's title.
        said: the entry's sentences.
        headings: the heading of the section that each stands in; "" for the answer.
        asked: states of the question, of the title, of the title together with the question, and of the words with which
            the entry was asked for together with the question, [4, 2 × dimensions].
        told: states of the sentences, [sentences, 2 × dimensions].
        headed: states of the headings, [sentences, 2 × dimensions].
    """

    question: str
    title: str
    said: Sequence[str]
    headings: Sequence[str]
    asked: Vectors
    told: Vectors
    headed: Vectors


def features(read: Read) -> NDArray[np.float64]:
    """The features of a question with each sentence, [sentences, :data:`COUNT`]."""
    own = _of_sentences(read.question, read.title, read.said, read.asked, read.told)
    return np.hstack([own, _of_context(read)])


def _of_context(read: Read) -> NDArray[np.float64]:
    """How near each sentence is to the question behind the words of before, and what its heading says of it."""
    half = read.asked.shape[-1] // 2
    whole = _unit(read.told[:, :half]) @ _unit(read.asked[3:4, :half])[0]
    middle = _unit(read.told[:, half:]) @ _unit(read.asked[3:4, half:])[0]
    under = np.array([bool(one) for one in read.headings])
    wanted = dict(zip(points.NAMES, points.asked(read.question), strict=True))
    fits = np.array([bool(one) and wanted.get(_TOLD_UNDER.get(one, ""), False) for one in read.headings])
    named = (_unit(read.headed[:, :half]) @ _unit(read.asked[0:1, :half])[0]) * under
    columns = [whole, middle, whole - whole.mean(), middle - middle.mean(), whole == whole.max()]
    columns += [fits, under, under & ~fits & any(wanted.values()), named]
    return np.column_stack([np.asarray(one, np.float64) for one in columns])


def _of_sentences(
    question: str, title: str, said: Sequence[str], asked: Vectors, told: Vectors
) -> NDArray[np.float64]:
    """The features of the words, and how near each sentence is to question and title."""
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
    return np.array(rows, np.float64).reshape(len(said), -1)


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
