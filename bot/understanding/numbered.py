"""Finds the questions that a message numbers itself (一、…；二、…, 一个是…，二一个…).

Rasa's last component uses this module through :mod:`bot.understanding.decide`, so it must run in Python 3.10
with only the standard library.
"""

from __future__ import annotations

import re
import unicodedata

from bot.understanding.asking import asks_at_end
from bot.understanding.wording import asks_somehow

_NUMERALS = "一二三四五六七八九"
_NUMBER = re.compile(
    rf"(?:^|(?<=[\s:：,，。；;?？!！]))(?:(?P<another>[{_NUMERALS}])(?:来)?一?(?:个|条|桩|件)(?!月|人|小时|钟头|星期|礼拜|年|天|多|半)(?:就?是(?!否)|呢)?(?=[^{_NUMERALS}])|第?(?P<word>[{_NUMERALS}])(?:个|条)?(?:问题)?(?:[、.．,，:：]|是(?!否))|"
    r"(?P<figure>[1-9])(?:[、)）]|[.．](?!\d))|[（(](?P<within>[一二三四五六七八九1-9])[)）]|(?P<ringed>[①-⑨]))"
)
_ENDS = re.compile(r"[。；;?？!！\n]")
_ANNOUNCES = re.compile(
    r"(?:想|要|来|再|有|请)?(?:问|咨询|请教|打听|了解)(?:一?[下问]|你们?|您)?(?:[你您]们?)?(?:[两二三四五六几23456]|好几)(?:个|件|桩|样)?(?:事情?|事儿|问题)|"
    r"(?:[两二三四五六几23456]|好几)(?:个|件|桩)(?:事情?|事儿|问题)(?:想|要)?(?:问|咨询|请教|打听)"
)
"""Says that several questions follow (我想问三个事)."""
_EITHER = re.compile(r"([\u4e00-\u9fff])[不没]\1")
"""A verb and its negation, which ask where questions are announced (国家管不管), and mostly reproach elsewhere."""
_LEAST_NUMBERED = 2
"""Fewest questions that a message numbers."""


def numbered(text: str) -> list[str]:
    """The questions of a message that numbers them itself; empty when it numbers nothing, or tells something under a number.

    >>> numbered("想请问:一、有没有长护险;二、评残去哪评,能不能上门;三、请护工有没有补助。麻烦您告诉我")
    ['有没有长护险', '评残去哪评,能不能上门', '请护工有没有补助']
    >>> numbered("一、路灯坏了;二、垃圾没人收"), numbered("公积金怎么取，第三个，评残能上门不"), numbered("利率3.5和3.85哪个高")
    ([], [], [])
    """
    announced = _ANNOUNCES.search(text)
    text = text[announced.end() :] if announced else text  # 一个月一千二 before it counts nothing
    found = list(_NUMBER.finditer(text))
    if [_place(one) for one in found] != list(range(1, len(found) + 1)) or len(found) < _LEAST_NUMBERED:
        return []
    ends = [one.start() for one in found[1:]] + [len(text)]
    asked = [
        _ENDS.split(text[one.end() : end].strip())[0].strip(" ,，、")
        for one, end in zip(found, ends, strict=True)
    ]
    either = announced is not None
    each = (asks_somehow(one) or asks_at_end(one) or (either and _EITHER.search(one)) for one in asked)
    return asked if all(each) else []


def numbers_questions(text: str) -> bool:
    """Whether a message says that it asks several things, and numbers them: then they are questions, whatever it tells besides.

    >>> numbers_questions("我老伴瘫了两年没人管，一个月就一千块，想问两个事，一个是护理补贴国家给不给，二一个能不能上门评残")
    True
    >>> numbers_questions("我想反映两个事，一个是路灯坏了，二一个是垃圾没人收")
    False
    """
    return _ANNOUNCES.search(text) is not None and len(numbered(text)) >= _LEAST_NUMBERED


def _place(match: re.Match[str]) -> int:
    """The place that a number gives, from 1."""
    sign = match["another"] or match["word"] or match["figure"] or match["within"] or match["ringed"]
    if sign in _NUMERALS:
        return _NUMERALS.index(sign) + 1
    return int(unicodedata.numeric(sign))
