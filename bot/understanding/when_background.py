"""Tells by the words around a time that it is not when the matter happened: a purchase, a document, the last payment."""

from __future__ import annotations

import re

NUMBER = r"(?:\d{1,2}|[一二三四五六七八九两]?十[一二三四五六七八九]?|[一二三四五六七八九两])"
"""A numeral up to 99, Arabic or Chinese."""
_BACKGROUND = re.compile(
    r"[^，。,；;！!？?]{0,6}?((?:念|读|上)(?:的|了)?(?:小学|初中|高中|中学|大学|幼儿园|书)|买的?房|买的|买了|该交|就该|交房|上学|上[一二三四五六]年级|购买|购房|交的|交了|入住|签的?|签了|办的|办理|搬|建的|建成|生的|出生|退休|"
    r"结婚|参加工作|入职|拿的?房|装修的|办了)"
)
_OF_PAPER = re.compile(
    r"[^，。,；;！!？?]{0,3}?(?:通告|通知|公告|文件|规定|合同|协议|函|答复|判决|回复函|批复)"
)
"""Words after the date of a document."""
_BEFORE = re.compile(r"(?:根据|按照?|依据|成立于|始?建于|注册于|出?生于|落款|以上|上述|以下|如下)$")
"""Words before the date of a document or a founding, or before a number of points (以上三点)."""
_FOUNDED = re.compile(
    rf"(?:成立|创办|建厂|建校|竣工|注册|毕业|入伍|参军|(?:[到至~-]{NUMBER}[点时]半?)?[之以]?[前后]?(?:再|请|可以|都)?.{{0,3}}"
    r"(?:打我|打这个|打电话给我|联系我|联系本人|找我|回电|回我|来电|有空|方便接?))"
)
"""Words after the date of a founding, or after a time at which to call back."""
_SIGNED = re.compile(r"[。！!\n\s]\s*(?:[\u4e00-\u9fff]{2,4}[\s，,]*)?(?:日期[：:]?|时间[：:]?)?\s*$")
"""Before the date with which a letter ends: a sentence's end, perhaps a name."""
_PAID = r"(?:发|领|到账|打(?:钱|款|卡|到)|交|缴|付|给钱|拿到?)"
_COMPARED = re.compile(
    rf"(?:的?时候)?(?:就|都|早就?|已经|就已经|也|还是?|还都|倒是?|倒还)(?:按时|正常|准时|能|给|会)?{_PAID}(?:的|过|了|着|到|下来|钱){{0,2}}(?=[，,。；;！!？?\s]|$|现在|今年|这回|怎么|咋)"
)
"""Words after a time with which the present is compared: 去年10月就发了, 今年到现在没发."""
_NOT_NOW = re.compile(r"没|不|拖|欠|还没|未")
"""Words of what fails now, without which nothing is compared."""
_LAST = re.compile(
    rf"(?:最后|上|最近|上上?)一?[次回个笔趟](?:{_PAID}|[\u4e00-\u9fff]{{0,4}}{_PAID})?[\u4e00-\u9fff]{{0,4}}(?:是|还是|在|就是|都是)+$"
)
"""Words before the time at which something was done last: 最后一次发工资是在."""

_BARE_YEAR = re.compile(r"(?:[今去前]|20\d\d)年")
_YEARS = re.compile(r"的(?!时候|事[，,。]|[春夏秋冬]|[上下]半年|[\d一二三四五六七八九十])[\u4e00-\u9fff]{2}")
"""What belongs to a year: 今年的取暖补贴 does not tell since when it is missing."""


def is_background(text: str, start: int, end: int) -> bool:
    """Whether the time at ``text[start:end]`` belongs to the story behind the matter.

    >>> said = "取暖补贴到现在没发，去年10月就发了"
    >>> is_background(said, said.index("去年"), said.index("就发")), is_background("去年10月坏了", 0, 5)
    (True, False)
    """
    if _BACKGROUND.match(text, end):
        return True
    year = _BARE_YEAR.match(text, start, end)
    if year is not None and end - year.end() <= 1 and _YEARS.match(text, year.end()):
        return True
    compared = _COMPARED.match(text, end) is not None or _LAST.search(text[:start]) is not None
    return compared and _NOT_NOW.search(text[:start] + text[end:]) is not None


def is_no_event(text: str, start: int, end: int, *, dated: bool) -> bool:
    """Whether the time at ``text[start:end]`` dates a document, a founding or a letter, or is one at which to call back.

    Args:
        dated: whether it is a date with a month. Only such a date can end a letter.
    """
    before = text[:start]
    return (
        _OF_PAPER.match(text, end) is not None
        or _FOUNDED.match(text, end) is not None
        or _BEFORE.search(before[-6:]) is not None
        or (dated and not text[end:].strip(" 。.！!日") and _SIGNED.search(before[-12:]) is not None)
    )
