"""Recognises a wish for something to be done at once about a thing that was told before (那个井盖今晚能不能先围一下)."""

from __future__ import annotations

import re

from core.text import plain

LONGEST = 60
"""Most characters of such a message."""
_POINTS = re.compile(
    r"[那这](?:[个块处口根盏棵条堆片段只台件家辆]|边的?|里的?)(?:的)?(?P<rest>[\u4e00-\u9fff]{2,8})"
)
_MOST_NAMED, _LEAST_NAMED = 6, 2
"""Most and fewest characters of the thing's name."""
_PLEADS = re.compile(
    r"(?:能不能|可不可以|能否|可否|可以不可以)[^，,。；;]{0,10}(?:先|今晚|今天|马上|赶紧|尽快|派人|找人|围|盖|挡|拦|拉|填|竖|放)|"
    r"(?:先|赶紧|赶快|抓紧|尽快|快点|马上)(?:给|派人|找人|来人|叫人|把|让人)?[^，,。；;]{0,4}(?:围|盖|挡|拦|填|修|清|拉|拆|关|扶|补|处理|来)|"
    r"(?:万一|要是|怕|黑天|晚上|天黑|夜里)[^，,。；;]{0,8}(?:掉|摔|砸|跌|绊|滑|栽|电到|倒下来)"
)
_ASKS_ELSE = re.compile(
    r"谁(?:管|负责|出钱|赔)|归谁|归哪|哪个(?:部门|单位)|赔(?:偿|钱|多少|不赔)|多少钱|罚|判|犯法|违法|政策|规定|标准|电话|另外|还有一|别的"
)
_ALSO = re.compile(r"[，,]?(?:也|同样)(?:坏|没|丢|堵|漏|灭|不亮|塌|破)")


def pleads_for(text: str, content: str) -> bool:
    """Whether a message points at a thing that a matter names, and pleads for something to be done about it.

    Args:
        text: the message.
        content: the matter that was told before.

    >>> pleads_for("那个井盖你们今晚能不能先围一下,黑天有人掉进去咋办", "菜市场门口井盖没了")
    True
    >>> told = ("那个路灯能不能先修一下", "那个井盖归谁管，能不能先修", "那个路口的井盖也坏了", "井盖丢了赔多少钱")
    >>> [pleads_for(said, "菜市场门口井盖没了") for said in told]
    [False, False, False, False]
    """
    said = plain(text)
    if len(said) > LONGEST or _ASKS_ELSE.search(said) or _ALSO.search(said) or not _PLEADS.search(said):
        return False
    return any(_named(found["rest"], content) for found in _POINTS.finditer(said))


def _named(rest: str, content: str) -> bool:
    sizes = range(min(_MOST_NAMED, len(rest)), _LEAST_NAMED - 1, -1)
    return any(rest[:size] in content for size in sizes)
