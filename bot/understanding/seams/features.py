"""Places between the clauses of a message, and what the words tell about each."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from bot.understanding.encoding.floats import Floats
from bot.understanding.requests import by_cues
from bot.understanding.slots.whole import cut as words_of

LONGEST = 1_000
"""Most characters of a message that are looked at for seams."""
_BREAK = re.compile(
    r"[，,。；;！!？?\n]+\s*|(?<=[\u4e00-\u9fffA-Za-z0-9])[ \t]+(?=[\u4e00-\u9fff])|(?<=[^\W\d])(?=[①②③④⑤])"
)
"""What parts clauses."""
_RUN = re.compile(r"[\u4e00-\u9fff\w]{60,}")
"""Dictation without punctuation: a clause may begin at every word of it."""
_CUE = re.compile(
    r"(?P<item>[1-9１-９一二三四][、.．)）：:]\s*|[①②③④⑤]\s*)?"
    r"(?P<cue>(?:(?P<nth>第[一二三四](?:件|个|点|条|桩|样)?(?:事情?儿?|问题)?(?:呢)?(?:是|就是)?|[一二三]是|[一二三]来|其[一二三次]|再一?[个件条]|"
    r"另(?:外)?一?[个件条](?:事情?儿?|问题)?(?:呢)?(?:是|就是)?|首先|先是|再者|再说一?[件个](?:事情?)?|一个(?:是|就是))|"
    r"(?P<joins>对了|另外|还有(?:就是|呢)?|此外|再就是|再有(?:就是)?|同时|顺便|顺带|最后|然后(?:呢)?|除此之外|与此同时|并且|而且|再)"
    r")[，,、：:\s]*){0,6}"
    r"(?P<says>(?:我|俺)?(?:们)?(?:还|再|也|顺便|另外|就){0,6}(?:想|要|得)?(?:反映|反应|投诉|举报|说|提|讲)(?:一?下|一?[件个]事情?|一?个问题)?[，,：:]?(?:就是|是)?)?"
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
_LEAST = 4
"""Fewest characters of a part."""
_TRIM = " ，,。；;、：:\n"
_LIST = re.compile(r"[2-9２-９二三四五][、.．)）：:]|[②③④⑤]|第二|其二|二是")
_GREETS = re.compile(r"您好|你好|尊敬|领导")
_PLACE_FIRST = re.compile(r".{0,6}(?:[路街巷村镇楼桥站园场店厂校院河]|小区|门口|附近|旁边|对面|单元|家)")
_ASKS = re.compile(r"[?？吗呢]$|怎么|咋|多少|什么")
_FURTHER = re.compile(r"再(?:一?个|有|就是|说)|还有(?:个|件|一|就是)")
_SPEAKER = re.compile(r"(?:我|俺)(?:们)?")
_NEAR = 60
"""Characters before a seam in which its last clause is looked for, and after it the next clause."""


@dataclass(frozen=True)
class Seam:
    """A place between two clauses.

    Args:
        before: the end of the text before it.
        start: the beginning of the text after it.
        told: the same without the words that join it to the text before.
        mark: the punctuation.
        cue: the words and marks that join the text after it.
    """

    before: int
    start: int
    told: int
    mark: str
    cue: re.Match[str]


def seams(text: str) -> list[Seam]:
    """The places between the clauses of a message that have something on both sides, in order."""
    read = text[:LONGEST]
    gaps = [(gap.start(), gap.end(), gap.group() or "；") for gap in _BREAK.finditer(read)]
    gaps += [(at, at, " ") for at in _words(read)]
    found = []
    for before, start, mark in sorted(gaps):
        cue = _CUE.match(text, start)
        assert cue is not None
        if len(text[:before].strip(_TRIM)) >= _LEAST and len(text[cue.end() :].strip(_TRIM)) >= _LEAST:
            found.append(Seam(before, start, cue.end(), mark, cue))
    return found


def _words(text: str) -> Iterator[int]:
    """Where words begin within long stretches without punctuation, at least two characters apart."""
    for run in _RUN.finditer(text):
        done = run.start()
        for begin, _ in words_of(run.group()):
            at = run.start() + begin
            if at >= done + 2 and begin >= _LEAST and run.end() - at >= _LEAST:
                yield at
                done = at


def halves(text: str, seam: Seam) -> tuple[str, str]:
    """The text before a seam, and the text after it without the words that join it."""
    return text[: seam.before].strip(_TRIM), _ANNOUNCES.sub("", text[seam.told :].strip(_TRIM))


_ANNOUNCES = re.compile(
    r"^(?:还有|另外|再|也|有|反映|反应|举报|投诉|说){0,6}(?:一下)?一?[个件桩](?:别的|小)?(?:事情?儿?|问题)?(?:就?是)?[，,：:\s]+(?=.{4})"
)
"""Words at the beginning of a further matter that only say that it comes."""


def _first_clause(text: str) -> str:
    for found in _BREAK.finditer(text):
        if found.start() >= _LEAST:
            return text[: found.start()]
    return text


def _last_clause(text: str) -> str:
    at = 0
    for found in _BREAK.finditer(text):
        if len(text) - found.end() >= _LEAST:
            at = found.end()
    return text[at:]


def _shared(one: str, other: str) -> float:
    """Share (0 to 1) of the second part's character pairs that the first has, too."""
    pairs = {other[i : i + 2] for i in range(len(other) - 1)}
    return sum(pair in one for pair in pairs) / max(len(pairs), 1)


def marks(text: str, places: Sequence[Seam]) -> Floats:
    """What the words tell about the seams of a message, [seams, MARKS]."""
    cuts = _cut_by_rules(text)
    rows = [_marks(text, seam, at / len(places), cuts) for at, seam in enumerate(places)]
    return np.array(rows, np.float32).reshape(len(rows), MARKS)


def _cut_by_rules(text: str) -> Mapping[int, bool]:
    """Where the rules find the beginning of a further request, and whether a question and a matter lie beside each other."""
    parts = by_cues(text)
    found, at = {}, 0
    for one, other in pairwise(parts):
        at = text.find(other.text, at + 1)
        if at > 0:
            found[at] = one.kind != other.kind
    return found


def _marks(text: str, seam: Seam, place: float, cuts: Mapping[int, bool]) -> list[float]:
    first, second = text[: seam.before], text[seam.told :]
    near, next_ = _last_clause(first[-_NEAR:]), _first_clause(second[: _NEAR + 20])[:_NEAR]
    cue, joins = seam.cue, seam.cue["joins"] or ""
    announced = _ANNOUNCED.search(text[:40])
    ruled = [differs for at, differs in cuts.items() if seam.start <= at <= seam.told + 1]
    return [
        *(float(_WRONG.search(part) is not None) for part in (first, next_, near, second[:_NEAR])),
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
        float(joins == "还有"),
        float(_FURTHER.match(text, seam.start) is not None),
        float(announced is not None),
        float(announced is not None and any((cue["item"], cue["nth"], joins))),
        float(_TIES.match(second) is not None),
        float(_PERSONAL.search(next_) is not None),
        float("也" in next_[:6]),
        float(_DATED.match(second) is not None),
        float(_DATED.match(first) is not None),
        float(_PLACED.search(next_) is not None),
        float(_PLACE_FIRST.match(next_) is not None),
        float(_ASKS.search(next_) is not None),
        _shared(first, next_),
        math.log(max(len(first), 1)) / 6,
        math.log(max(len(second), 1)) / 6,
        math.log(len(text)) / 6,
        float(len(text) < 40),
        float(len(text) > 150),
        float(len(next_) < 6),
        place,
        float(_SPEAKER.match(second) is not None),
        float(_LIST.search(text) is not None),
        float(_GREETS.match(text) is not None),
        float(bool(ruled)),
        float(any(ruled)),
    ]


MARKS = 41
"""Number of values that the words give for a seam."""
