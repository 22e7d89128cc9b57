"""Reads whether an agent's talk has ended: the citizen took leave or said that it is done, or the agent said good-bye.

Such a talk needs no other agent when its own one leaves. In doubt it does: words that are not read here bring the citizen back into
the queue.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST = 40
"""Most characters of words that take leave. A longer message may want something as well."""
LOOKED_AT = 6
"""Newest messages of citizen and agent that are looked at."""
_PARTICLE = r"[了啦啊呀吧哦噢嗯哈您你的呢，,。.！!~～、 ]"
_THANKS = r"(?:好|行|可以|知道|明白|收到|清楚|谢谢|多谢|谢|感谢|辛苦|麻烦|非常|太)"
_ENDS = r"(?:再见|再会|拜拜|bye|没(?:有)?(?:别的|其他|其它|什么|啥)?(?:的)?(?:事情?|问题)(?:了|啦)|没(?:有)?别的(?:了|啦)|不打扰|(?:都|已经)?(?:办|弄|解决|处理)好(?:了|啦)|(?:都|已经)?解决(?:了|啦))"
_ONLY_THANKS = re.compile(rf"(?:{_THANKS}|{_PARTICLE}){{1,{LONGEST}}}", re.IGNORECASE)
_TAKES_LEAVE = re.compile(rf"(?:{_ENDS}|{_THANKS}|{_PARTICLE}){{1,{LONGEST}}}", re.IGNORECASE)
_END = re.compile(_ENDS, re.IGNORECASE)
_AGENT_ENDS = re.compile(r"(?:再见|再会|拜拜)[啦了哦呀，,。.！!~～ ]{0,4}$")


def takes_leave(text: str) -> bool:
    """Whether a citizen's message takes leave, or says that it is done, and says nothing else.

    >>> [takes_leave(said) for said in ("办好了，再见", "好的谢谢，没别的事了", "谢谢", "没办好，再见", "再见，路灯什么时候修")]
    [True, True, False, False, False]
    """
    said = text.strip()
    return len(said) <= LONGEST and _TAKES_LEAVE.fullmatch(said) is not None and _END.search(said) is not None


def only_thanks(text: str) -> bool:
    """Whether a message is thanks or assent and nothing else.

    >>> only_thanks("好的，谢谢您"), only_thanks("谢谢，那几天能好")
    (True, False)
    """
    said = text.strip()
    return 0 < len(said) <= LONGEST and _ONLY_THANKS.fullmatch(said) is not None


def bids_farewell(text: str) -> bool:
    """Whether an agent's short message ends with a good-bye.

    >>> bids_farewell("办好了，再见！"), bids_farewell("再见面时请带上证件")
    (True, False)
    """
    said = text.strip()
    return len(said) <= LONGEST and _AGENT_ENDS.search(said) is not None


def parted(newest: Sequence[tuple[bool, str]]) -> bool:
    """Whether a talk has ended by its last words.

    Args:
        newest: the last messages of citizen and agent, newest first: whether the agent wrote it, and its text.

    >>> parted([(False, "谢谢"), (True, "办好了，再见")]), parted([(False, "谢谢"), (True, "我查一下")])
    (True, False)
    """
    by_agent = next((text for agent, text in newest if agent), None)
    if not newest or by_agent is None:
        return False
    agent, last = newest[0]
    if agent:
        return bids_farewell(last)
    return takes_leave(last) or (only_thanks(last) and bids_farewell(by_agent))
