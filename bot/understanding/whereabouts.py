"""Tells an answer to "where is it?" from a question that only names a place."""

from __future__ import annotations

import re

from bot.understanding.asking import asks, asks_at_end
from bot.understanding.place import place
from bot.understanding.remarks import is_asking, is_protest
from core.city import City
from core.text import plain

_LONGEST = 50
"""Most characters of an address; a longer answer tells a story."""
_AT = re.compile(r"^(?:(?:就|是|在|我们?|俺们?|住|家|位于|搁|[那这]个?|地址[是：:]?){0,6})")
_NUMBERED = re.compile(
    r"[路街巷道里村庄郢圩园院区苑城].{0,8}?(?:\d{1,5}|[一二三四五六七八九十]{1,3})(?:号|栋|幢|座|组|队|单元|期|标段)|(?:\d{1,5}|[一二三四五六七八九十]{1,3})号(?:院|楼)"
)
"""A road, an estate or a village with a number."""
_DEEDS = re.compile(
    r"怎么|咋|如何|请问|办(?!公|事处)|申请|领取|查询|多少|几点|电话|政策|补贴|津贴|低保|医保|社保|公积金|户口|上学|报名|不(?!夜)|没[人有]|坏了|有没有"
)
"""Words of what is wanted or wrong somewhere."""


def is_whereabouts(text: str, city: City) -> bool:
    """Whether a message is an address and nothing else, whatever else it sounds like.

    It begins with a district or a town and goes on to a place, or it has a road, an estate or a village with a number.

    >>> from core.city import load_city
    >>> huainan = load_city("huainan")
    >>> [is_whereabouts(said, huainan) for said in ("谢家集区立新街道蔡新路28号院3栋楼下", "大通区洛河镇那个工地，2号标段")]
    [True, True]
    >>> [is_whereabouts(said, huainan) for said in ("潘集区社保局电话多少", "寿县有没有高龄津贴", "公积金怎么取", "田家庵区")]
    [False, False, False, False]
    """
    said = _AT.sub("", text.strip()) if len(text) <= 2 * _LONGEST else ""
    if not 0 < len(plain(said)) <= _LONGEST or is_protest(said) or asks_at_end(said) or _DEEDS.search(said):
        return False
    if is_asking(said) or asks(said):
        return False
    found = place(said, city)
    names = {name for one in city.districts for name in one.names} | set(city.towns)
    begins = next((name for name in sorted(names, key=len, reverse=True) if said.startswith(name)), "")
    beyond = len(plain(said[len(begins) :])) >= 2 and bool(
        found.address or (found.town and found.town != begins)
    )
    return (bool(begins) and beyond) or (bool(found.address) and _NUMBERED.search(said) is not None)
