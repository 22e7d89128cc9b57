"""Reads whether a message ends in a question for something that an entry can tell: whether it is allowed, who, where, how much, which of two.

A story that ends so wants the answer, even when everything before tells of a matter (炭火的烟直往卧室灌，打城管还是打环保). A cry whether
anybody cares (到底有没有人管), a reproach and a wish to have it filed ask for no answer. Python 3.10 and the standard library must do,
as for :mod:`bot.understanding.decide`.
"""

from __future__ import annotations

import re

from bot.understanding.asking import asks_at_end
from bot.understanding.wording import last_clause, names_rule, pleads, reproaches, wishes_filing

_ASKS = re.compile(
    r"[吗么]|怎么|咋|如何|怎样|多少|几[天年个次岁月块成倍种条]|多[久大长高热远重]|啥|什么|哪|谁|何时|"
    r"(?<![管理])([\u4e00-\u9fff])不\1(?![管理])|([\u4e00-\u9fff]{2})不\2|[是有]没有?[\u4e00-\u9fff]|是不是|有没有|[打找归走算问报是].{1,8}还是|"
    r"可[能行要以当算中]|能否|是否|当真|真的(?:假的|能|要)?$"
)
"""A question word of any form."""
_CARES = re.compile(
    r"(?:有没有|有|没|谁(?:来|能|还)?|到底|究竟|你们?)(?:人|部门|单位)?(?:来|能|去)?(?:管不管|管一?管|管|理)|管不管|理不理|凭(?:什么|啥)|还有王法|天理|像话|正常[吗么]|"
    r"叫.{1,6}[吗么]|不能.{1,12}[吗么]|能不[^能].{0,4}[吗么]|良心|过分|缺德"
)
"""Words that ask whether anybody cares, or that only blame."""
_FIRST = re.compile(r"(?:请|快|赶紧|尽快|麻烦|希望|要求|帮)(?:.{0,6})(?:处理|解决|查|管|派|来人|看看)")
"""Words that want something done."""
_LEAST = 2
"""Fewest characters of a clause that asks."""


def closes_asking(text: str) -> bool:
    """Whether the last clause of a message asks for something that an entry can tell.

    >>> [closes_asking(said) for said in ("炭火的烟直往卧室灌，打城管还是打环保", "车上挂着违章，晚了要紧不", "路灯黑了，到底有没有人管")]
    [True, True, False]
    >>> closes_asking("单位说是他自己的毛病，这钱该给多少"), closes_asking("单位说是他自己的毛病，欠着不给")
    (True, False)
    """
    last = last_clause(text)
    if len(last) < _LEAST or wishes_filing(text) or reproaches(last) or pleads(text):
        return False
    if _CARES.search(last) or _FIRST.search(last):
        return False
    marked = text.rstrip(" 。！!～~").endswith(("?", "？"))
    return marked or _ASKS.search(last) is not None or asks_at_end(last) or names_rule(last)
