"""Reads messages without a subject: only emoji or punctuation, or only a time.

Rasa's last component uses this module through :mod:`bot.understanding.decide`, so it must run in Python 3.10
with only the standard library.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from core.text import plain

Sign = Literal["angry", "pleased", "fire", "other"]
"""What a message of only emoji or punctuation expresses."""

_ANGRY = frozenset("😡😠🤬👿😤💢👎🖕💩😾🙄😒")
_PLEASED = frozenset("👍👌🙏🤝💐🌹❤♥🎉💯👏😍🥰")
_FIRE = frozenset("🔥🚒🧯")
_JOINERS = frozenset("\u200d\ufe0e\ufe0f")

_NUMBER = r"(?:\d{1,4}|[零一二两三四五六七八九十百半几好多数]{1,4})"
_SPAN = rf"{_NUMBER}(?:多|来)?个?多?半?(?:分钟|小时|钟头|天|日|夜|周|星期|礼拜|个?月|年|季度)(?:多|左右|半)?"
_DAY = r"(?:[今昨前明后大当]+[天日晚早]|今儿|昨儿|昨个|今个|上午|下午|中午|早上|晚上|晚黑|夜里|凌晨|半夜|周[一二三四五六日天]|上个?月|这个?月|去年|前年|今年|周末|\d{1,2}点|[一二三四五六七八九十]{1,2}点|星期[一二三四五六日天])"
_ONLY_TIME = re.compile(
    rf"(?:都|已经|有|快|差不多|大概|得有|整整|将近)*(?:(?:{_SPAN}|{_DAY})+)(?:以前|之前|前|以来)?(?:了|啦|咯|喽|呢|吧|的)*"
)

_LONGEST_TIME = 12
"""Most characters of a message that is only a time."""


def sign(text: str) -> Sign | None:
    """What a message of only emoji, symbols or punctuation expresses; None when it has letters or digits.

    >>> sign("😡"), sign("🔥?"), sign("👍👍"), sign("？？？"), sign("😡气死我了") is None
    ('angry', 'fire', 'pleased', 'other', True)
    """
    shown = [c for c in unicodedata.normalize("NFKC", text) if not c.isspace() and c not in _JOINERS]
    if not shown or any(c.isalnum() for c in shown):
        return None
    if any(c in _FIRE for c in shown):
        return "fire"
    if any(c in _ANGRY for c in shown):
        return "angry"
    return "pleased" if any(c in _PLEASED for c in shown) else "other"


def only_time(text: str) -> bool:
    """Whether a message says only a day or how long something lasts, and so asks nothing.

    >>> only_time("一周了"), only_time("昨天晚上"), only_time("一周上几天班"), only_time("三天无理由退货")
    (True, True, False, False)
    """
    said = plain(text)
    return len(said) <= _LONGEST_TIME and _ONLY_TIME.fullmatch(said) is not None
