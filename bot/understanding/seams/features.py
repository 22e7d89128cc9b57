"""What tells whether a message goes over to another matter at a place between two clauses."""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from bot.understanding.category import shipped
from bot.understanding.encoding.floats import Floats
from tickets import catalog

LONGEST = 400
"""Most characters of a message that are looked at for seams."""
_BREAK = re.compile(
    r"[，,。；;！!？?\n]+\s*|(?<=[\u4e00-\u9fffA-Za-z0-9])[ \t]+(?=[\u4e00-\u9fff])|(?<=[^\W\d])(?=[①②③④⑤])"
)
_CUE = re.compile(
    r"(?P<item>[1-9１-９一二三四][、.．)）：:]\s*|[①②③④⑤]\s*)?"
    r"(?P<cue>(?:(?P<nth>第[一二三四](?:件|个|点|条|桩|样)?(?:事情?儿?|问题)?(?:呢)?(?:是|就是)?|[一二三]是|[一二三]来|其[一二三次]|再一?[个件条]|"
    r"另(?:外)?一?[个件条](?:事情?儿?|问题)?(?:呢)?(?:是|就是)?|首先|先是|再者|再说一?[件个](?:事情?)?|一个(?:是|就是))|"
    r"(?P<joins>对了|另外|还有(?:就是|呢)?|此外|再就是|再有(?:就是)?|同时|顺便|顺带|最后|然后(?:呢)?|除此之外|与此同时|并且|而且|再)"
    r")[，,、：:\s]*)*"
    r"(?P<says>(?:我|俺)?(?:们)?(?:还|再|也|顺便|另外|就)*(?:想|要|得)?(?:反映|反应|投诉|举报|说|提|讲)(?:一?下|一?[件个]事情?|一?个问题)?[，,：:]?(?:就是|是)?)?"
)
"""Words and marks with which a further part may begin."""
_ANNOUNCED = re.compile(
    r"[两俩二三仨23](?:个|件|桩|样)?(?:别的|不同的)?(?:事|问题)|都(?:给我)?(?:要)?(?:管|记|登记)"
)
_TIES = re.compile(
    r"^(?:他|她|它|这|那|该|对方|老板|人家|结果|所以|因为|由于|导致|造成|使得?|害得?|弄得|搞得|但|可是|可|却|不过|后来|于是|到现在|至今|现在|目前|已经|一直|"
    r"打(?:了)?(?:电话|12345)|找|问|去|跟|希望|请|要求|麻烦|尽快|恳请|强烈|我(?:打|找|去|问|要求|希望|怀疑|觉得)|俺(?:找|去|问)|给|说|让|叫|又|才|就|甚至|连|反而|如果|要是|万一|虽然|"
    r"谢谢|此致|我叫|我姓|电话|地址|联系|根本|完全|太|真|我们?(?:要求|希望|怀疑)|不知道|难道|凭什么|为什么|有没有|能不能|是不是|也不|都|还不|还要|还得)"
)
"""How a clause begins that goes on about what was said before it."""
_PERSONAL = re.compile(r"他|她|它|这家|那家|该|对方|老板|上面|此")
_WRONG = re.compile(
    r"没人(?:管|修|理|清|来|收|扫|拉|接|换|问|负责|处理|打扫|疏通)|不管|不理|坏|投诉|举报|反映|太|扰民|欠|拖|骗|乱|漏|堵|占|停[水电气]|不[给让亮通退修热开交买办发走准]|"
    r"没[有了装]?|臭|脏|吵|噪|塌|裂|断|歪|倒|烂|差|黑|偷|无证|假|过期|涨|冒|死"
)
_DATED = re.compile(r"(?:19|20)\d\d|\d{1,2}[月日号]|[今去前昨]天|[今去前]年|第[一二三]次|上[周个]")
_PLACED = re.compile(r"[路街巷村镇楼桥站园场店厂校院河]|小区|门口|附近|旁边|对面|单元|家")
_ONSET, _CLAUSE = 6, 20
"""Characters of a part's beginning, and of its first clause, whose runs count."""
RUNS = 1 << 13
"""Number of hash places for these runs."""


@dataclass(frozen=True)
class Seam:
    """A place between two clauses.

    Args:
        first: the text before it.
        second: the text after it, without the words that join it.
        mark: the punctuation.
        cue: the words and marks that join the second part.
    """

    first: str
    second: str
    mark: str
    cue: re.Match[str]


def seams(text: str) -> Iterator[Seam]:
    """The places between the clauses of a message that have something on both sides, in order."""
    for found in _BREAK.finditer(text[:LONGEST]):
        cue = _CUE.match(text, found.end())
        assert cue is not None
        first, second = (
            text[: found.start()].strip(" ，,。；;、\n"),
            text[cue.end() :].strip(" ，,。；;、：:\n"),
        )
        if len(first) >= _LEAST and len(second) >= _LEAST:
            yield Seam(first, second, found.group() or "；", cue)


_LEAST = 4
"""Fewest characters of a part."""


def opening(text: str) -> str:
    """A first part without the words that announce it."""
    return _OPENING.sub("", text, count=1).strip(" ，,。；;、：:\n") or text


_OPENING = re.compile(
    r"^(?:您好|你好|喂|请|麻烦|帮我|[，,。！!\s]|(?:我|俺)们?|这里|这边|今天|有|想|要|得|来|反映|反应|投诉|说|讲|一?下|"
    r"[两俩二三仨23](?:个|件|桩|样)?(?:事情?儿?|问题)|[：:])*(?:[1１一①][、.．)）：:]?(?=[^\u4e00-\u9fff]|[、.．)）：:])|①|首先|先(?:说|是)|第一[个件条点]?(?:事情?|问题)?(?:是)?|一是|一个(?:是|就是)|其一)?[、，,：:\s]*"
)


def first_clause(text: str) -> str:
    """The first clause of a part that has some words of its own."""
    for found in _BREAK.finditer(text):
        if found.start() >= _LEAST:
            return text[: found.start()]
    return text


def last_clause(text: str) -> str:
    """The last clause of a part."""
    at = 0
    for found in _BREAK.finditer(text):
        if len(text) - found.end() >= _LEAST:
            at = found.end()
    return text[at:]


@lru_cache(maxsize=512)
def _by_words(text: str) -> Floats | None:
    scores = catalog.scores(text)
    return None if scores is None else shipped().shares_by_words(scores)


def alike(one: Floats | None, other: Floats | None) -> list[float]:
    """How surely two parts belong to one category: same level 1, same category, how sure the first is, and the second."""
    if one is None or other is None:
        return [0.5, 0.25, 0.0, 0.0, 1.0, float(one is None), float(other is None)]
    levels = shipped().of_level1
    a, b = levels @ one, levels @ other
    return [
        float(a @ b),
        float(one @ other),
        float(a.max()),
        float(b.max()),
        float(a.argmax() == b.argmax()),
        0.0,
        0.0,
    ]


def _shared(one: str, other: str) -> float:
    """Share (0 to 1) of the second part's character pairs that the first has, too."""
    pairs = {other[i : i + 2] for i in range(len(other) - 1)}
    return sum(pair in one for pair in pairs) / max(len(pairs), 1)


def measured(text: str, seam: Seam, place: float) -> list[float]:
    """What the words tell about a seam.

    Args:
        place: the share (0 to 1) of the message's seams that lie before this one.
    """
    first, second = opening(seam.first), seam.second
    near, next_ = last_clause(first), first_clause(second)
    cue, joins = seam.cue, seam.cue["joins"] or ""
    wrong = (bool(_WRONG.search(first)), bool(_WRONG.search(next_)), bool(_WRONG.search(near)))
    return [
        *alike(_by_words(first), _by_words(second)),
        *alike(_by_words(near), _by_words(next_)),
        *alike(_by_words(first), _by_words(next_))[:2],
        *map(float, wrong),
        float(all(wrong[:2])),
        float(seam.mark[0] in "，,"),
        float(seam.mark[0] in "。！!？?"),
        float(seam.mark[0] in "；;"),
        float(seam.mark[0] in " \t"),
        float("\n" in seam.mark),
        float(bool(cue["item"])),
        float(bool(cue["nth"])),
        float(bool(cue["says"])),
        float(joins in ("对了", "顺便", "顺带")),
        float(joins in ("另外", "此外", "除此之外", "同时", "与此同时")),
        float(joins.startswith(("还有", "再"))),
        float(joins in ("而且", "并且", "最后", "然后", "然后呢")),
        float(bool(_ANNOUNCED.search(text[:30]))),
        float(bool(_ANNOUNCED.search(text[:30])) and (bool(cue["item"]) or bool(cue["nth"]) or bool(joins))),
        float(bool(_TIES.match(second))),
        float(bool(_PERSONAL.search(next_))),
        float("也" in next_[:6]),
        float(bool(_DATED.match(second)) or bool(_DATED.match(first))),
        float(bool(_PLACED.search(next_))),
        float(
            bool(
                re.match(
                    r".{0,6}(?:[路街巷村镇楼桥站园场店厂校院河]|小区|门口|附近|旁边|对面|单元|家)", next_
                )
            )
        ),
        float(bool(re.search(r"[?？吗呢]$|怎么|咋|多少|什么", next_))),
        _shared(first, next_),
        math.log(len(first)) / 4,
        math.log(len(second)) / 4,
        math.log(len(text)) / 4,
        float(len(text) < 40),
        float(len(text) > 120),
        float(len(next_) < 6),
        place,
    ]


def clause_ties(text: str) -> bool:
    """Whether a clause goes on about what was said before it (结果, 打电话, 希望)."""
    return _TIES.match(text) is not None


def onset(text: str) -> list[int]:
    """The hash places of the runs of characters of a part's first clause; those at its beginning come again with a mark."""
    clause = first_clause(text)[:_CLAUSE].replace("也", "")
    start = "^" + clause[:_ONSET]
    runs = {start[i : i + n] for n in (1, 2, 3) for i in range(len(start) - n + 1)}
    runs |= {"^" + start[1 : 1 + n] for n in (1, 2)}
    runs = {"^" + run for run in runs} | {
        clause[i : i + n] for n in (1, 2, 3) for i in range(len(clause) - n + 1)
    }
    return sorted({zlib.crc32(run.encode()) % RUNS for run in runs})


def crossed(values: Sequence[float]) -> list[float]:
    """The values of a seam, and how alike both sides are for each way in which they may be joined.

    还有 joins parts of one matter more often than two matters, so there the categories must tell.
    """
    alike_, sure = values[_ALIKE], values[_SURE]
    values = [
        *values[:_ALSO],
        values[_ALSO] * alike_,
        *values[_ALSO + 1 :],
    ]  # 垃圾也没人收 adds to another matter, too
    kinds = [values[place] for place in _JOINED] + [float(not any(values[place] for place in _JOINED))]
    return [*values, *(kind * alike_ for kind in kinds), *(kind * sure for kind in kinds)]


_ALIKE, _SURE = 14, 10
"""Places among the values: how alike the first part and the next clause are, and how sure the category of that clause is."""
_ALSO = 36
"""Place of whether the next clause says 也."""
_JOINED = (25, 26, 27, 28, 29, 30, 31)
"""Places of the marks and words that join."""


def row(values: Sequence[float], runs: Sequence[int]) -> Floats:
    """All features of a seam in one row."""
    values = crossed(values)
    found = np.zeros(len(values) + RUNS, np.float32)
    found[: len(values)] = values
    found[len(values) + np.asarray(runs, int)] = 0.3
    return found
