"""Finds the questions of a message that contains only questions (公积金怎么取？结婚登记要带什么？)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.understanding.asking import asks
from bot.understanding.requests import reproaches
from core.text import plain

_SENTENCE = re.compile(r"[?？。；;!！\n]+|(?:^|(?<=[\s，,：:；;。？?]))[1-9][、.．)）]\s*|[①②③④⑤]")
_CLAUSE = re.compile(r"[，,]+|\s{1,}")
_CUE = re.compile(
    r"^(?:我?(?:有|想问)[两三几2-5]个(?:问题|事情?)(?:想问|要问|问)?(?:一下)?[，,：:\s]*)?"
    r"(?:(?:还有|另外|再有|此外|对了|顺便|再|还|第[一二三四]|首先|其次|然后|最后|和|以及|以后|那么|那)[，,、：:\s]*)*"
    r"(?:(?:我|俺)?们?(?:就)?(?:想|要)?(?:先|再|还|也)?(?:请)?(?:请问|咨询|问|打听|请教|了解)(?:一?下|个事|问)?[，,：:\s]*)?"
    r"(?:就是)?"
)
_COURTESY = re.compile(
    r"(?:您好|你好|谢谢|多谢|感谢|麻烦(?:[您你们都给帮我忙说讲回答复解看查了]|一?下){0,8}|请问|辛苦了?|急|在吗|请回复|在线等|我?有?[两三几]个问题)*(?:您|了|啊|呀)?"
)
_ASKS_WHEN = re.compile("几[号点]")
_WAITS = re.compile("还没|没人|一直")
_LEAST, _MOST = 4, 30
"""Fewest and most characters of a question; a longer one tells a story."""


@dataclass(frozen=True)
class Asked:
    """A sentence that asks.

    Args:
        text: the sentence, without the words that only join it to the one before.
        clauses: its clauses, when each of them asks by itself (公积金怎么取，结婚登记要带什么); else empty.
    """

    text: str
    clauses: tuple[str, ...] = ()


def questions(text: str) -> tuple[Asked, ...]:
    """The sentences of a message that contains only questions, in order; empty when it says anything else.

    They may also be questions that name no subject (要什么材料).

    >>> [asked.text for asked in questions("你好，公积金怎么取？还有结婚登记要带什么，谢谢")]
    ['公积金怎么取', '结婚登记要带什么']
    >>> questions("公积金怎么取，结婚登记要带什么")[0].clauses
    ('公积金怎么取', '结婚登记要带什么')
    >>> questions("路灯坏了。公积金怎么取？")
    ()
    """
    found: list[Asked] = []
    for sentence in _SENTENCE.split(text):
        said = bare(sentence)
        clauses = tuple(clause for part in _CLAUSE.split(said) if (clause := bare(part)))
        if not clauses:
            continue
        said = said if len(clauses) > 1 else clauses[0]
        if not is_question(said):
            return ()
        each = len(clauses) > 1 and all(map(is_question, clauses))
        found.append(Asked(said, clauses if each else ()))
    return tuple(found)


def bare(part: str) -> str:
    """A sentence or clause without the words that join it to the one before; "" when it is a mere courtesy.

    >>> bare("还有想问一下户口怎么注销"), bare("麻烦您了")
    ('户口怎么注销', '')
    """
    said = _CUE.sub("", part.strip(" ，,、：:"), count=1).strip(" ，,、：:")
    return "" if _COURTESY.fullmatch(plain(part)) or _COURTESY.fullmatch(plain(said)) else said


def is_question(part: str) -> bool:
    """Whether a sentence or clause asks, is short, and tells no trouble.

    >>> is_question("户口怎么注销"), is_question("路灯坏了怎么没人修")
    (True, False)
    """
    told = reproaches(part) or _WAITS.search(part) is not None
    return (
        _LEAST <= len(plain(part)) <= _MOST
        and not told
        and (asks(part) or _ASKS_WHEN.search(part) is not None)
    )
