"""Removes from a text what it denies: 不是举报贪污，就是路灯坏了 is only about the street light."""

from __future__ import annotations

import re

_KINDS = r"举报|检举|投诉|投拆|告状|建议|表扬|求助|咨询"
_DENIED = re.compile(
    rf"(?:不是|并不是|并非|不算|没想|没有想|没打算|没要|不想|不要|不打算|不|别)(?:要|想|来|为了|真的)?(?:{_KINDS})(?!不|行|就)"
    r"[^，,。；;！!？?\n]{0,10}"
)


def without_denied(text: str) -> str:
    """A text without the words that say what it is not about.

    >>> without_denied("那我不举报贪污，我就反映路灯坏了"), without_denied("不投诉不行了"), without_denied("不是第一次投诉了")
    ('那我，我就反映路灯坏了', '不投诉不行了', '不是第一次投诉了')
    """
    return _DENIED.sub("", text)
