"""Reads that a figure in the story is another one (不是两万三，是两万八; 金额说错了，是两万八), so that the ticket says the right one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.actions.complaint import swaps

_FIGURE = r"[\d.零一二两三四五六七八九十百千万几半多来余]{1,12}"
_MEASURE = r"万|千|百|块钱?|元钱?|角|毛钱?|个人|口人|人|户|斤|公斤|吨|平方?米?|公里|厘米|米|亩|辆|台|件|箱|袋|瓶|条|只|头|棵|张|份|间|根|次|倍|百分之|[%％]|个"
_AMOUNT = re.compile(
    rf"(?:大概|一共|总共|约)?(?=.*(?:{_MEASURE}))(?:{_FIGURE}(?:{_MEASURE}){{0,2}}(?:钱|多)?|百分之{_FIGURE})"
)
_NAMED = re.compile(
    r"(?:我|那个?|这个?|上面的?|刚才的?|不对|不好意思|哎呀?|[，,\s]){0,6}"
    r"(?P<what>金额|钱数|数目|数额|数字|数量|人数|价钱?|价格|定金|订金|押金|租金|房租|工资|工钱|费用|学费|货款|钱)(?:我|你们?)?"
    r"(?:(?:说|讲|写|填|记|打|弄|搞)?(?:得|的)?(?:错|反|岔|不对|有误)(?:了|啦){0,2}[，,。：:\s]{0,3}(?:应该|其实|正确的?){0,2}(?:是|改成|为)?|(?:要|得|应该|帮我|给我){0,2}(?:改成|改为|更正为))"
    r"(?P<new>[^，,。；;！!？?\s]{1,16}?)(?:才对|吧|啊|呀|的){0,2}[。！!]?"
)
_LONGEST = 60
_OTHERS = ("address", "happened_at", "subject", "contact_phone")
"""Fields in which a figure is corrected by other readers."""


def corrected(text: str, slots: Mapping[str, Any]) -> str | None:
    """The line that says which figure of the story is right; None for a message that corrects no figure of it.

    Args:
        text: the citizen's words, in simplified characters.
        slots: the current slots.

    >>> told = {"content": "定金收了我两万三"}
    >>> corrected("不是两万三，是两万八", told), corrected("金额说错了，是两万八", told)
    ('是两万八，不是两万三', '金额是两万八')
    >>> corrected("不是3号楼，是5号楼", told), corrected("不是三个人，是四个人", {"content": "三个人打我"})
    (None, '是四个人，不是三个人')
    """
    said = text.strip(" 。！!")
    if not slots.get("content") or len(said) > _LONGEST:
        return None
    for swap in swaps.read(said):
        old, new = swap.old.strip(), swap.new.strip()
        elsewhere = any(old in str(slots.get(name) or "") for name in _OTHERS)
        if not elsewhere and is_amount(old) and is_amount(new):
            return f"{swap.field if len(swap.field) > 1 else ''}是{new}，不是{old}"
    named = _NAMED.fullmatch(said)
    if named and is_amount(named["new"]):
        return f"{named['what']}是{named['new']}"
    return None


def is_amount(words: str) -> bool:
    """Whether words are a number of something, and nothing else.

    >>> [is_amount(words) for words in ("两万三", "2.8万", "四个人", "3号楼", "两点", "三天")]
    [True, True, True, False, False, False]
    """
    return (
        _AMOUNT.fullmatch(words) is not None
        and re.search(r"[\d零一二两三四五六七八九十百千万半]", words) is not None
    )
