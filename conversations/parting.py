"""Reads whether an agent's talk has ended: the citizen took leave or said that it is done, or the agent said good-bye.

Such a talk needs no other agent when its own one leaves. In doubt it does: words that are not read here bring the citizen back into
the queue, and so does a question to which the agent only said good-bye.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from conversations.after_alarm import asks
from conversations.waiting import says_goodbye

LONGEST = 40
"""Most characters of words that take leave. A longer message may want something as well."""
LOOKED_AT = 6
"""Newest messages of citizen and agent that are looked at."""
_PARTICLE = r"[了啦啊呀吧哦噢嗯哈您你的呢，,。.！!~～、 ]"
_THANKS = r"(?:好|行|可以|知道|明白|收到|清楚|谢谢|多谢|谢|感谢|辛苦|麻烦|非常|太)"
_ONLY_THANKS = re.compile(rf"(?:{_THANKS}|{_PARTICLE}){{1,{LONGEST}}}", re.IGNORECASE)
_AGENT_ENDS = re.compile(r"(?:再见|再会|拜拜)[啦了哦呀，,。.！!~～ ]{0,4}$")


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
    >>> parted([(True, "再见"), (False, "那几天能修好")]), parted([(True, "两天内，再见"), (False, "那几天能修好")])
    (False, True)
    """
    by_agent = next((text for agent, text in newest if agent), None)
    if not newest or by_agent is None:
        return False
    agent, last = newest[0]
    if agent:
        by_citizen = next((text for agent, text in newest if not agent), "")
        return bids_farewell(last) and not (says_goodbye(last) and asks(by_citizen))
    return says_goodbye(last) or (only_thanks(last) and bids_farewell(by_agent))
