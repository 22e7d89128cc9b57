"""Widens spans that end within a word: of “KTV” nobody means “KT”, and of “健身房” nobody means “健身”."""

from __future__ import annotations

import re
from collections.abc import Iterator

import rjieba

_RUN = re.compile(r"[A-Za-z]+[0-9]*|(?<![0-9])[0-9]+[A-Za-z]+")
_REACH = 8
"""Characters beside an edge that are cut into words; no word of the segmenter's that matters is longer."""
_LEAST = 3
"""Fewest characters of a Chinese word. Where two characters belong together, the segmenter errs too often (路上, 车把)."""


def whole(read: str, start: int, end: int) -> tuple[int, int]:
    """A span with the rest of the words that its edges lie in.

    Args:
        read: the text.
        start, end: the first character of the span, and the one after the last.

    >>> whole("楼后面的ktv低音炮", 4, 6), whole("健身房关门跑路了", 0, 2), whole("龙湖路上有坑", 0, 3)
    ((4, 7), (0, 3), (0, 3))
    """
    for run in _RUN.finditer(read, max(start - _REACH, 0), end + _REACH):
        if run.start() < start < run.end():
            start = run.start()
        if run.start() < end < run.end():
            end = run.end()
    at = max(start - _REACH, 0)
    for word in rjieba.cut(read[at : end + _REACH], False):
        if at >= end:
            break
        after = at + len(word)
        if start <= at < end < after and len(word) >= _LEAST:
            end = after
        at = after
    return start, end


def cuts_word(read: str, start: int, end: int) -> bool:
    """Whether a span ends within a word.

    >>> cuts_word("地下车库的灯全坏了", 0, 3), cuts_word("地下车库的灯全坏了", 0, 4)
    (True, False)
    """
    at = start
    for word in rjieba.cut(read[start : end + _REACH], False):
        if at >= end:
            break
        at += len(word)
    return at > end


def begins_word(read: str, start: int) -> bool:
    """Whether a place in a text is where a word begins: 年大学 of 老年大学, 道电厂 of 街道电厂 are nobody.

    >>> begins_word("龙湖路老年大学门口", 4), begins_word("龙湖路老年大学门口", 3), begins_word("平圩镇大河电厂", 3)
    (False, True, True)
    """
    at = max(start - _REACH, 0)
    for word in rjieba.cut(read[at : start + _REACH], False):
        if at < start < at + len(word):
            return (
                len(word) < _LEAST and word != "街道"
            )  # of two characters the segmenter errs too often (镇大河)
        at += len(word)
    return True


def cut(read: str) -> Iterator[tuple[int, int]]:
    """The words of a text: the first character of each, and the one after the last."""
    at = 0
    for word in rjieba.cut(read, False):
        yield at, at + len(word)
        at += len(word)
