"""Reads that a matter which was answered is not settled: 没解决, 还是没修好，晚上又不亮, 还是老样子."""

from __future__ import annotations

import re

from core.text import plain

_BEFORE = r"(?:还是|还|这个?|那个?|我们?(?:的|这)?|你们|问题|事情?|情况|根本|其实|一直|到现在|现在|都|并|也|就|[，, ]){0,6}"
_NOT_DONE = (
    r"(?:没有?|未)(?:给|能|得到)?(?:我们?|人)?"
    r"(?:解决|修好?|处理好?|弄好?|办好?|整好|搞好|搞定|改好?|落实)(?:了|呢|呀|啊|吧|掉|怎么办|咋办)?"
)
_AS_BEFORE = (
    r"(?:仍然?|依然|照样|还是)(?:老样子|那样|这样|一样|坏的|不行|没变|没人(?:管|修|来|理))(?:了|呢|啊|的)?"
)
_UNSOLVED = re.compile(rf"(?:{_BEFORE}{_NOT_DONE}|{_AS_BEFORE})(?P<why>$|[，,。.！!；;～~… ].*)", re.S)
_ENDS = "，,。.！!；;～~… \n\t"
_LONGEST = 500
"""Most characters of such a message; a longer one tells a matter."""


def why_unsolved(text: str) -> str | None:
    """What a message says beside that the matter is not settled: empty when nothing; None when it does not say so at all.

    >>> [why_unsolved(said) for said in ("没解决", "还是没修好，晚上又不亮", "问题一直没有得到解决！", "还是老样子")]
    ['', '晚上又不亮', '', '']
    >>> [why_unsolved(said) for said in ("没解决吗", "解决了", "没办身份证能坐车吗", "如果没解决，我再找你们", "路灯没修好")]
    [None, None, None, None, None]
    """
    said = plain(text).strip(_ENDS)
    if len(said) > _LONGEST or said.endswith(("?", "？", "吗")):
        return None
    found = _UNSOLVED.fullmatch(said)
    return None if found is None else found["why"].strip(_ENDS)
