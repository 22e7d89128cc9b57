"""Collects the words of a message that a field may hold: what the rules read, and what the tagger marked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bot.understanding.encoding.floats import Floats
from bot.understanding.slots.naming import districts, mentions, towns
from bot.understanding.slots.signals import Readings
from bot.understanding.slots.tagging import KINDS, LABELS, Span, spans
from bot.understanding.slots.whole import cut, whole
from core.city import City
from core.phone import find

WORDED = KINDS[:3]
"""The kinds that rules and tagger read: place, time, subject."""
CHOSEN = (*WORDED, "district", "town", "phone")
"""All kinds for which there are candidates."""
EDGES = '的了,，。、:：;；!！?？ “”"《》()（）'
"""What is cut from both ends of a candidate."""
_HINTS = (0.5, 0.3, 0.15, 0.06)
"""Least probabilities of a kind in neighbouring words that are a candidate, too."""
_LONGEST = 60
"""Longest candidate, in characters."""
_LEAST = 2


@dataclass(frozen=True)
class Candidate:
    """Words of a message that may be a field's value.

    Args:
        start, end: first character in the plain text, and the one after the last.
        chosen: whether the rules chose them.
        ruled: whether they are among all that the rules read.
        tagged: whether the tagger's best labels mark them.
    """

    start: int
    end: int
    chosen: bool = False
    ruled: bool = False
    tagged: bool = False


def candidates(read: str, said: Readings, shares: Floats, city: City) -> dict[str, list[Candidate]]:
    """The candidates of each kind of :data:`CHOSEN`, in the order of the text.

    Args:
        read: the plain text that the tagger read.
        said: what the rules read.
        shares: [characters, labels], the tagger's probabilities.
        city: the city whose districts and towns are known.
    """
    tagged = spans(shares) if len(shares) else []
    found = {kind: _worded(kind, read, said, tagged, shares, city) for kind in WORDED}
    for kind, names, chosen in (
        ("district", districts(city), said.district),
        ("town", towns(city), said.town),
    ):
        found[kind] = [
            Candidate(start, end, names[read[start:end]] == chosen) for start, end in mentions(read, names)
        ]
    found["phone"] = [
        Candidate(one.start, one.end, one.number == said.phone)
        for one in find(read)
        if not one.service and one.number not in city.hotline_numbers
    ]
    return found


def _worded(
    kind: str, read: str, said: Readings, tagged: Sequence[Span], shares: Floats, city: City
) -> list[Candidate]:
    chosen = {"place": said.place, "time": said.time, "subject": said.subject}[kind]
    ruled = {"place": said.places, "time": said.times, "subject": said.subjects}[kind]
    first = next(_where(read, chosen), None)
    rules = {one for words in ruled for one in _where(read, words)} | ({first} if first else set())
    marks = {_trimmed(read, *whole(read, one.start, one.end)) for one in tagged if one.kind == kind}
    # Where the rules' words and the tagger's overlap, the truth may be what they cover together.
    joint = {(min(a[0], b[0]), max(a[1], b[1])) for a in rules for b in marks if a[0] < b[1] and b[0] < a[1]}
    every = rules | marks | joint | set(_hinted(read, shares, kind))
    if kind == "place":
        every |= {part for one in every for part in _parts(read, *one, city)}
    if kind in _ALSO:
        every |= {
            _trimmed(read, *found.span(n))
            for found in _ALSO[kind].finditer(read)
            for n in range(len(found.groups()) + 1)
            if found[n]
        }
    return [
        Candidate(start, end, (start, end) == first, (start, end) in rules, (start, end) in marks)
        for start, end in sorted(every)
        if _LEAST <= end - start <= _LONGEST
    ]


_N = "[0-9一二两三四五六七八九十半几好多数]"
_ALSO = {
    "time": re.compile(
        rf"{_N}{{1,8}}个?(?:多|半)?(?:天|日|周|星期|礼拜|月|年)(?:零{_N}{{1,8}}个?(?:天|月))?(?:多|半)?|"
        r"(?:每|天天|逢集|逢年过节|隔三差五|三天两头|白天黑夜|一天到晚|经常|最近|周末|(?:早|晚)上|夜里|半夜|早晨|晚黑|中午|下午|上午)"
        r"[^，,。；;！!？?]{0,8}?(?:[点时](?:半|多|钟)*)?"
    ),
    "subject": re.compile(
        r"[“「『\"]([^”」』\"]{2,12})[”」』\"][\u4e00-\u9fff]{0,4}|"
        r"(?:公交车?)?\d{1,3}路(?:公交车?|车)?|[\u4e00-\u9fff]{2,5}(?:置业|传媒|劳务|科技|电子|快递|驾校|健身|装饰|教育|电梯|热力|燃气|市政|建设|建工|农业|车行|"
        r"药房|百货|汽修|摄影|培训|保安|物流|影城|数码|家政|国旅|残联|管理处|管理所|卫生所|水利站|中队|村里|服务中心|卫生站)"
    ),
}
"""Further words that may be a time or a subject; too many of them are wrong for a rule."""
_CUT = re.compile(r"[，,。；;：:]|的|那[家个口条一边]|这[家个口条]|(?<!^)从|往|有[一个家]?|里头?|处于")
"""Where a candidate for a place may end before its end."""


def _parts(read: str, start: int, end: int, city: City) -> Iterator[tuple[int, int]]:
    """What is left of a place without the name of district or town before it, and without what follows it."""
    for first, last in mentions(read[max(start - _BESIDE, 0) : end], districts(city)):
        first, last = first + max(start - _BESIDE, 0), last + max(start - _BESIDE, 0)
        if first <= start < last < end:
            start = last
    start, end = _trimmed(read, start, end)
    yield start, end
    for mark in _CUT.finditer(read, start + 1, end):
        yield _trimmed(read, start, mark.start())
        if mark.group() in "，,。；;：:的":
            yield _trimmed(read, mark.end(), end)


_BESIDE = 8
"""Longest name of a town, in characters."""


def _where(read: str, words: str) -> Iterator[tuple[int, int]]:
    """Where words of the rules stand in the plain text; the first two places."""
    bare = words.lower().strip(EDGES)
    at = -1
    for _ in range(2):
        at = read.find(bare, at + 1) if bare else -1
        if at < 0:
            return
        yield at, at + len(bare)


def _hinted(read: str, shares: Floats, kind: str) -> Iterator[tuple[int, int]]:
    """Neighbouring words in which the kind is at all probable."""
    first = LABELS.index(f"B-{kind}")
    sums = np.concatenate([[0.0], np.cumsum(shares[:, first] + shares[:, first + 1])])
    words = list(cut(read))
    means = [(sums[end] - sums[start]) / (end - start) for start, end in words]
    for least in _HINTS:
        begin = -1
        for number, mean in enumerate([*means, 0.0]):
            if mean >= least and begin < 0:
                begin = number
            elif mean < least and begin >= 0:
                yield _trimmed(read, words[begin][0], words[number - 1][1])
                begin = -1


def _trimmed(read: str, start: int, end: int) -> tuple[int, int]:
    while start < end and read[start] in EDGES:
        start += 1
    while start < end and read[end - 1] in EDGES:
        end -= 1
    return start, end
