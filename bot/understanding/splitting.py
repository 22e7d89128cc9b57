"""Splits a message with several requests at the beginning of each one, and keeps a single story whole: :func:`split`."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.understanding.requests import MOST, Request, by_cues, listed, request
from bot.understanding.seams.judging import cut

_BRIEF = 80
"""Most characters of a message that is parted by cues alone. In longer ones they stand within one story as often."""


_COUNTS = re.compile(
    r"^(?:再|还有|另外)?(?:头|第)?[一二三][个件](?:事情?|问题)?(?:就?是|呢)[，,：:、]?(?=..)"
)
"""Words that count the requests and belong to none (一个是我们楼下路灯不亮)."""
_ONE_BODY = re.compile(r"[^，,。；;：:！!？?\n]{2,12}有[两三几四五多2345]个问题")
"""How a message begins that tells what is wrong with one body: 物业有两个问题."""


def split(text: str) -> tuple[Request, ...]:
    """The requests of a message in order, without the cues between them; at least one.

    >>> [r.text for r in split("小区电梯坏了好几天没人修。另外问一下居住证怎么办理？")]
    ['小区电梯坏了好几天没人修', '居住证怎么办理？']
    >>> len(split("路灯坏了半个月，还有个大坑，晚上看不见，另外打电话也没人接"))
    1
    """
    if _ONE_BODY.match(text):
        return (request(text.strip()),)
    cued = by_cues(text) if len(text) <= _BRIEF else listed(text)
    found = cued if len(cued) > 1 or (cued and cued[0].asked) else _learned(text)
    return tuple(map(_uncounted, found)) if len(found) > 1 else found


def _uncounted(one: Request) -> Request:
    return replace(one, text=_COUNTS.sub("", one.text, count=1))


def _learned(text: str) -> tuple[Request, ...]:
    """The requests of a message as the judge of seams parts them."""
    found, at = [text.strip()], 0
    while at < len(found) and len(found) < MOST:
        halves = cut(found[at], len(found) > 1)
        if halves:
            found[at : at + 1] = halves
        else:
            at += 1
    return tuple(map(request, found))
