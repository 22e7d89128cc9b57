"""Describes candidates by numbers: who read them, where they stand, what is told around them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np

from bot.understanding.encoding.floats import Floats
from bot.understanding.object_named import is_generic
from bot.understanding.passing import is_passing
from bot.understanding.place import bare_address, is_vague
from bot.understanding.slots.agreement import bare, bare_alike, same_time, time_key
from bot.understanding.slots.candidates import WORDED, Candidate
from bot.understanding.slots.naming import districts, towns
from bot.understanding.slots.tagging import LABELS
from bot.understanding.subject import subjects
from bot.understanding.when import Moment, moment
from core.city import City
from core.phone import canonical

STRETCHES = 5
"""Number of stretches of text whose mean states describe a candidate: itself, what is before and behind it, its
sentence, and the whole message."""
_BESIDE = 16
"""Characters before and behind a candidate that describe it."""
_SENTENCE = re.compile(r"[^。！？!?；;\n]+")
_CLAUSE = re.compile(r"[^，,。！？!?；;\n]+")

_AROUND = tuple(
    re.compile(pattern)
    for pattern in (
        r"合同|协议|签[了的]|买的|购买|交房|入住|办的?卡|办了|结婚|出生|退休|成立|毕业|贷款",
        r"找[了过到]|反映|投诉|打[了过]|报[了过]?警|12345|12315|热线|信访|上访|电话|回复|答复|举报|讲过|说过|问[了过]|跑了",
        r"[我俺咱]们?家?(?:是|住|在|叫)|家住|老家|户口",
        r"联系|回电|电话|方便|打给",
        r"规定|通知|文件|通告|公告|法|条例|判决|裁决",
        r"坏|漏|堵|断|停|臭|吵|烂|塌|脏|乱|黑|不亮|不通|不修|不管|没人|没得|积水|冒",
        r"欠|拖|扣|骗|骂|打人|收费|多收|乱收|不给|不退|不还|不让|强制|威胁|假|过期|超标|占",
        r"希望|建议|要求|请|麻烦|能不能|恳请|诉求|求",
        r"让我|叫我|推给|归.{0,4}管|他们说|讲是|说是|物业说|社区说",
        r"投诉|举报|反映|表扬|感谢|告",
        r"[我俺咱]的?(?:电话|手机|号|联系)|联系(?:我|俺|人|电话|方式)|本人|打给?[我俺]|找[我俺]",
        r"(?:他|她|对方|老板|经理|店长|会计|负责人|客服|热线|值班|司机|房东|教练|中介|姓.)[^，,]{0,6}(?:电话|手机|号|联系)",
        r"打不通|没人接|不接|关机|空号|占线|挂|骗|催|拉黑|别打|不要打",
    )
)
"""What may be told in the clause of a candidate."""
_BEFORE = re.compile(
    r"(?P<at>[在搁到于住从])$|(?P<quote>[“「『\"'])$|(?P<label>[:：])$|(?P<by>[被让叫把跟和与找向给])$|(?P<that>[这那该])个?家?$"
)
_BEHIND = re.compile(
    r"^(?:(?P<of>的)|(?P<road>[大东西南北中]?[路街巷])|(?P<role>说|讲|不|把|又|就|天天|一直|从)|(?P<end>[，,。！!？?；;\n]|$)|(?P<quote>[”」』\"'])|(?P<place>[门对旁边上里后前东西南北]))"
)
_SPAN_WORDS = re.compile(r"到现在|至今|以来|开始|起$|从|自|每|天天|一直|夜里|晚上|经常")
_PRECISIONS = ("vague", "year", "month", "week", "day", "part", "hour", "minute")


@dataclass(frozen=True)
class Context:
    """What is needed to understand the words of a candidate.

    Args:
        now: the moment of the message.
        city: the city whose districts and towns are known.
    """

    now: datetime
    city: City


@dataclass(frozen=True)
class Described:
    """The candidates of one kind in a message.

    Args:
        candidates: the candidates.
        features: [candidates, features].
        general: features of the message, for the decision that no candidate is right.
        stretches: [candidates, :data:`STRETCHES`, 2], first character and the one after the last.
        keys: the value of each candidate in the form that :func:`agrees` compares.
    """

    candidates: Sequence[Candidate]
    features: Floats
    general: Floats
    stretches: np.ndarray[tuple[int, int, int], np.dtype[np.int64]]
    keys: Sequence[str]


def key_of(kind: str, words: str, context: Context) -> str:
    """The value of words in the form that :func:`agrees` compares; "" when they are no value."""
    if kind == "time":
        return time_key(_moment(words, context.now))
    if kind == "phone":
        return canonical(words) or ""
    if kind in ("district", "town"):
        return (districts if kind == "district" else towns)(context.city).get(words, "")
    if kind == "place":
        return "" if words in districts(context.city) else bare(bare_address(words, context.city))
    return bare(words)


def agrees(kind: str, key: str, truth: str) -> bool:
    """Whether two values agree, both in the form of :func:`key_of`."""
    if kind == "time":
        return same_time(key, truth)
    return key == truth if kind not in WORDED else bare_alike(key, truth)


def described(
    kind: str, read: str, found: Sequence[Candidate], shares: Floats, context: Context
) -> Described:
    """Describe the candidates of one kind.

    Args:
        kind: one of :data:`candidates.CHOSEN`.
        read: the plain text.
        found: the candidates; those that are no value (a town alone) are left out.
        shares: [characters, labels], the tagger's probabilities.
        context: what is needed to understand their words.
    """
    keys = [key_of(kind, read[one.start : one.end], context) for one in found]
    kept = [(one, key) for one, key in zip(found, keys, strict=True) if key]
    found, keys = [one for one, _ in kept], [key for _, key in kept]
    # A district or town is part of a place, and a phone number stands beside a name.
    of = {"district": "place", "town": "place", "phone": "name"}.get(kind, kind)
    first = LABELS.index(f"B-{of}")
    mine = shares[:, first] + shares[:, first + 1]
    others = 1 - shares[:, 0] - mine
    sums = np.concatenate([[0.0], np.cumsum(mine)]), np.concatenate([[0.0], np.cumsum(others)])
    sentences = [(m.start(), m.end()) for m in _SENTENCE.finditer(read)] or [(0, len(read))]
    clauses = [(m.start(), m.end(), m.group()) for m in _CLAUSE.finditer(read)] or [(0, len(read), read)]
    around = _around(tuple(words for *_, words in clauses))
    means = [(sums[0][c.end] - sums[0][c.start]) / (c.end - c.start) for c in found]
    best = max(means, default=0.0)
    rows, stretches = [], []
    tops = [one for one in found if one.tagged or one.chosen]
    for number, (one, key, mean) in enumerate(zip(found, keys, means, strict=True)):
        words = read[one.start : one.end]
        clause = _at([start for start, *_ in clauses], one.start)
        sentence = _at([start for start, _ in sentences], one.start)
        row = [
            one.chosen,
            one.ruled,
            one.tagged,
            mean,
            mean - best,
            float(mine[one.start : one.end].min()),
            float(shares[one.start, first]),
            float(1 - shares[one.end, first + 1]) if one.end < len(read) else 1.0,
            float(mine[one.start - 1]) if one.start else 0.0,
            (sums[1][one.end] - sums[1][one.start]) / len(words),
            _overlap(one, [c for c in tops if c.tagged]),
            _overlap(one, [c for c in tops if c.chosen]),
            min(len(words), 30) / 10,
            one.start / max(len(read), 1),
            np.log1p(one.start) / 6,
            number / max(len(found), 1),
            number == 0,
            sentence == 0,
            sentence == len(sentences) - 1,
            min(read.count(words), 4) / 4,
            any(c.isdigit() for c in words),
            *around[clause],
            *(around[clause + 1] if clause + 1 < len(around) else [False] * len(around[0])),
            *_groups(_BEFORE, read[max(one.start - 4, 0) : one.start]),
            *_groups(_BEHIND, read[one.end : one.end + 3]),
            *_of_kind(kind, words, key, context),
        ]
        rows.append([float(value) for value in row])
        stretches.append(
            [
                (one.start, one.end),
                (max(one.start - _BESIDE, 0), one.start),
                (one.end, min(one.end + _BESIDE, len(read))),
                sentences[sentence],
                (0, len(read)),
            ]
        )
    general = [
        np.log1p(len(read)) / 6,
        len(found) / 5,
        best,
        float(mine.max()) if len(mine) else 0.0,
        min(float(mine.sum()), 40) / 10,
        any(one.chosen for one in found),
        any(one.tagged for one in found),
        any(one.tagged and one.ruled for one in found),
    ]
    return Described(
        found,
        np.array(rows, np.float32),
        np.array(general, np.float32),
        np.array(stretches, np.int64).reshape(len(found), STRETCHES, 2),
        keys,
    )


@lru_cache(maxsize=8)
def _around(clauses: tuple[str, ...]) -> list[list[bool]]:
    """What each clause of a message tells; kept, because each kind of candidates asks for it."""
    return [
        [*(pattern.search(words) is not None for pattern in _AROUND), is_passing(words)] for words in clauses
    ]


def _of_kind(kind: str, words: str, key: str, context: Context) -> list[float]:
    if kind == "time":
        when = _moment(words, context.now)
        late = when is not None and when.start is not None and when.start > context.now + timedelta(days=1)
        ago = (context.now - when.start).days if when is not None and when.start is not None else -1
        return [
            *((when is not None and when.precision == one) for one in _PRECISIONS),
            _SPAN_WORDS.search(words) is not None,
            late,
            np.log1p(max(ago, 0)) / 6,
            when is not None and when.text == words,
        ]
    if kind == "place":
        return [
            is_vague(words),
            len(key) / 10,
            len(key) < len(bare(words)),
            re.search(r"[路街巷]", words) is not None,
            re.search(r"小区|[家花]园|苑|村|庄|郢|城", words) is not None,
            re.search(r"号楼|[栋幢]|单元|\d号", words) is not None,
            re.search(r"门口?$|对面$|旁边?$|[边头]$|附近$|口$", words) is not None,
            words[0] in "我俺咱",
        ]
    if kind == "phone":
        return [key[0] == "0", len(key) < 11]
    if kind in ("district", "town"):
        full = words == key
        return [
            full,
            len(words) / 4,
            re.search(r"[区县镇乡]$|街道$", words) is not None,
            words in context.city.towns,
        ]
    named = subjects(words)
    return [
        is_generic(words),
        bool(named) and named[-1] == words,
        bool(named),
        re.search(r"[局所队府委办处]$|社区$|大厅$|窗口$", words) is not None,
        re.search(r"公司|物业|店|厂|超市|院|学校|园|行|部|站|馆|中心$", words) is not None,
        re.search(r"楼[上下]|邻居|隔壁|对门|老板|师傅|司机|老师|医生|的$|人$", words) is not None,
        re.search(r"[a-z0-9]{5}", words) is not None,
        words[0] in "我俺咱你",
    ]


def _moment(words: str, now: datetime) -> Moment | None:
    return moment(words, now) or Moment(words, None, "vague")


def _at(starts: Sequence[int], place: int) -> int:
    """The number of the stretch that a character lies in, or of the last one before it."""
    return max(bisect_right(starts, place) - 1, 0)


def _overlap(one: Candidate, others: Sequence[Candidate]) -> float:
    """The greatest share that a candidate has in common with one of some others."""
    shares = [
        max(min(one.end, c.end) - max(one.start, c.start), 0)
        / (max(one.end, c.end) - min(one.start, c.start))
        for c in others
    ]
    return max(shares, default=0.0)


def _groups(pattern: re.Pattern[str], text: str) -> list[bool]:
    found = pattern.search(text)
    return [found is not None and found[name] is not None for name in pattern.groupindex]
