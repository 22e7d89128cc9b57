"""Cuts the cry for help from a story (你们12345管不管, 到底有没有人管): it asks for no rule, names nobody and tells no matter.

Rasa's last component uses it, so it must run in Python 3.10 with only the standard library.
"""

from __future__ import annotations

import re

_WHO = (
    r"(?:你们?|您|恁|这[个事些]?|这种(?:事情?|情况)|那|我?就?(?:想)?问(?:一?[下句]|问)?|12345|一二三四五|热线|平台|政府|上面|国家|"
    r"(?:相关|有关|主管|职能)?部门|到底|究竟|还|真的?|就|都|也|是|说|啊|[，,\s])"
)
_CRY = (
    r"(?:管不管(?:得?了|事)?|管还是不管|能不能(?:来)?管(?:一?管|一下)?|(?:还)?有没有人(?:来|能)?管(?:管|一管|一下|得?了|事)?|有人(?:来)?管(?:管)?(?:吗|没有?|么)|"
    r"(?:没人|无人|不)管了?(?:吗|么|是吧|是不是)|谁(?:来|能)管一?管|来个人管一?管|还管不管(?:得?了)?)"
)
_END = r"(?:老百姓|我们|俺们)?(?:的?死活)?[啊呀呢吗嘛了的哦吧]{0,3}"
_CLAUSE = re.compile(rf"{_WHO}{{0,8}}{_CRY}{_END}")
_CUED = re.compile(
    rf"(?:你们?|您|恁|12345|热线|政府|(?:相关|有关)?部门|到底|究竟)(?:你们?|12345|热线|到底|究竟|还){{0,4}}{_CRY}{_END}$"
)
"""The same at the end of a clause, where a word begins it that belongs to no story: …漏得没法住你们12345管不管."""
_PARTS = re.compile(r"([，,。；;！!？?\s]+)")
_MOST = 40
"""Most clauses that are looked at; a longer text is a letter."""
_TAIL = 24
"""Characters at the end of a clause among which the cry is looked for."""
_MARKS = "，,。；;！! \t\n"
_LEAST = 4
"""Fewest characters of a story that is left."""


def is_plea(text: str) -> bool:
    """Whether a text is nothing but a cry for help.

    >>> is_plea("到底有没有人管！"), is_plea("你们12345管不管"), is_plea("路灯归不归你们管")
    (True, True, False)
    """
    said = [one for one in _PARTS.split(text)[::2] if one]
    return 0 < len(said) <= _MOST and all(len(one) <= _TAIL and _CLAUSE.fullmatch(one) for one in said)


def without_plea(text: str) -> str:
    """A story without its cries for help; as it is where little else is said.

    >>> without_plea("楼上漏水漏了半个月，你们12345管不管？"), without_plea("楼上漏得没法住你们12345到底管不管啊")
    ('楼上漏水漏了半个月', '楼上漏得没法住')
    >>> without_plea("到底有没有人管"), without_plea("打架归不归城管管"), without_plea("物业不管，业委会管不管得了停车费")
    ('到底有没有人管', '打架归不归城管管', '物业不管，业委会管不管得了停车费')
    """
    pieces = _PARTS.split(text)
    if len(pieces) > 2 * _MOST:
        return text
    kept: list[str] = []
    for at in range(0, len(pieces), 2):
        clause, mark = pieces[at], pieces[at + 1] if at + 1 < len(pieces) else ""
        cut = (
            ""
            if len(clause) <= _TAIL and _CLAUSE.fullmatch(clause)
            else clause[:-_TAIL] + _CUED.sub("", clause[-_TAIL:])
        )
        if cut == clause:
            kept += [clause, mark]
        elif cut:
            kept += [cut, "，" if at + 2 < len(pieces) else ""]
    left = "".join(kept).strip(_MARKS)
    return left if len(left) >= _LEAST and left != text.strip(_MARKS) else text
