"""Says whether two readings of a field agree. Measuring and fitting use the same rule."""

from __future__ import annotations

import re

from bot.understanding.when import Moment

LEAST_SHARE = 0.6
"""Least share (0 to 1) of an address or subject that must be read for it to count as right.

The shorter of expected and read text must be contained in the longer one, and have at least this share of its
characters.
"""
_LEAST_SHARED = 3
"""Fewest characters that two wordings of the same spot share."""
_FORMATS = {"minute": "%Y-%m-%dT%H", "hour": "%Y-%m-%dT%H", "month": "%Y-%m", "year": "%Y"}


def alike(said: str, truth: str, least: float = LEAST_SHARE) -> bool:
    """Whether one of two wordings contains the other and the shorter has at least this share of the characters.

    >>> alike("锦绣花园7号楼", "陈洞路锦绣花园7号楼"), alike("花园", "陈洞路锦绣花园7号楼")
    (True, False)
    """
    return bare_alike(bare(said), bare(truth), least)


def leads(said: str, truth: str) -> bool:
    """Whether two wordings of a place lead to the same spot, or of a subject to the same party, though one says more than the other.

    They share words of at least three characters, which are most of the shorter one: whoever goes there finds it with the story beside.

    >>> leads("振兴南路那个气站", "振兴南路"), leads("菜市西头那家", "淮滨菜市西头"), leads("街上", "曹庵街上"), leads("港口路", "办税大厅")
    (True, True, False, False)
    """
    one, other = sorted((bare(said), bare(truth)), key=len)
    longest = next(
        (
            size
            for size in range(len(one), _LEAST_SHARED - 1, -1)
            if any(one[at : at + size] in other for at in range(len(one) - size + 1))
        ),
        0,
    )
    return longest >= max(_LEAST_SHARED, LEAST_SHARE * len(one))


def bare(words: str) -> str:
    """Words in lower case without blanks and punctuation, as :func:`bare_alike` compares them."""
    return re.sub(r"\W", "", words.lower())


def bare_alike(said: str, truth: str, least: float = LEAST_SHARE) -> bool:
    """:func:`alike` for words that :func:`bare` has been applied to."""
    short, long = sorted((said, truth), key=len)
    return bool(short) and short in long and len(short) >= least * len(long)


def time_key(said: Moment | None) -> str:
    """A time as rows of the held-out sets spell it (2026-11-18T22), or its words when it has no date; "" for none."""
    if said is None:
        return ""
    if said.start is None:
        return said.text
    return said.start.strftime(_FORMATS.get(said.precision, "%Y-%m-%d"))


def same_time(said: str, truth: str) -> bool:
    """Whether two times agree that :func:`time_key` spells.

    Times with a date must be equal. Of times in words one must contain the other.
    """
    if said == truth:
        return bool(said)
    worded = not truth[:4].isdigit() and not said[:4].isdigit()
    return worded and bool(said) and bool(truth) and (said in truth or truth in said)
