"""Reads that somebody is only phoned: 打我妈电话 are no blows, however they sound together with a family."""

from __future__ import annotations

import re

from bot.understanding.danger.clues import harms

_LONGEST = 60
"""Most characters that are read. A longer message tells more, by which the scores judge it."""
_CALLED = re.compile(
    r"打(?:爆|遍|了|过|给|到|来)?"
    r"(?:[我俺咱你您他她们家里人爸妈爹娘爷奶父母老公婆伴哥姐弟妹儿女子孩亲戚朋友同学事领导老板单位公司学校村委居全部所有每天个好几十百千\d多的通]|联系){0,12}"
    r"(?:电话|手机|座机|号码)"
)
"""A call with the words of who is called, and how often."""


def only_phoned(read: str) -> bool:
    """Whether a plain text tells of calls, and of nothing else that harms a body.

    >>> only_phoned("他们天天打我爸妈电话,爆通讯录,我没脸了"), only_phoned("催收一天打我家人几十个电话")
    (True, True)
    >>> only_phoned("他打我妈,我打了110电话"), only_phoned("他打我妈电话威胁要砍人"), only_phoned("他打我抢我手机")
    (False, False, False)
    """
    return len(read) <= _LONGEST and _CALLED.search(read) is not None and not harms(_CALLED.sub("", read))
