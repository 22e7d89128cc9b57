"""Cuts a message into clauses, and tells whether a clause is only a place."""

from __future__ import annotations

import re

from bot.understanding.fillers import beside_place
from bot.understanding.lasting import only_time
from bot.understanding.name import introduced_name
from bot.understanding.place import place
from bot.understanding.remarks import is_no_value
from bot.understanding.wishes import read_wish
from core.city import City
from core.phone import find
from core.text import plain

_BREAK = re.compile(
    r"[，,。；;！!\n]+|(?<=[？?])|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])|(?<=\d{4})\s+(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])\s+(?=1\d{2})"
)
_PLACED = re.compile(
    r"[路街巷弄村镇乡庄湾桥站园场店校院楼栋幢厦城区县郢孜圩矿厂湖塘坝埂塔河渠]|小区|附近|旁|对面|门口|路口|交叉|转盘|岗亭|往[东南西北左右前后]|[东南西北][头边面侧门]|走到|尽头|楼[上下顶]|"
    r"隔壁|单元|\d(?:号|室|户|组|队)|家里|家门|广场|中心|附[小中属]|[一二三四五六七八九十](?:号|组|队|中|小|院)|到处|全[小村镇区市]|整[个条]|沿线|一带|周边|段$|口$"
)
_HOUSE = re.compile(r"(?:附)?\d{1,4}(?:-\d+)?号")
"""In an answer to "where", 5号 is a house number, not a day."""
_COMPLAINS = re.compile(
    r"(?:不停|不到|不进|甩)站(?:了|就走)?$|拒载|绕路|不(?:管|修|理|让|给|退|亮)(?:了|人)?$"
)
"""How a clause ends or what it says when it tells what somebody does, and not where."""
_LONGEST = 40
"""Most characters of an address that contains no word for a place (路, 小区 …)."""


def clauses(text: str) -> list[str]:
    """The clauses of a message, without the marks between them.

    >>> clauses("就是今天上午，田家庵国庆路菜市场门口"), clauses("电话1 3 8 0 0 0 0 0 0 0 0")
    (['就是今天上午', '田家庵国庆路菜市场门口'], ['电话1 3 8 0 0 0 0 0 0 0 0'])
    """
    return [part for piece in _BREAK.split(text) if (part := piece.strip(" 、\t"))]


def only_place(text: str, city: City) -> bool:
    """Whether a clause names a place and says nothing else.

    >>> from core.city import load_city
    >>> huainan = load_city("huainan")
    >>> only_place("田家庵区龙湖路", huainan), only_place("谢家集区平山路15号门口积水", huainan)
    (True, False)
    """
    found = place(text, city)
    if not (found.district or found.town or found.address):
        return False
    rest = re.sub(r"\s", "", text)
    named = [
        name for item in city.districts if item.name == found.district for name in (*item.names, *item.short)
    ]
    for name in sorted((found.address, found.town, *named), key=len, reverse=True):
        rest = rest.replace(name, "", 1) if name else rest
    return len(beside_place(plain(rest))) <= 1


def may_be_place(text: str, city: City) -> bool | None:
    """Whether an answer to "where" looks like a place; None when the text does not decide it.

    >>> from core.city import load_city
    >>> [may_be_place(said, load_city("huainan")) for said in ("转盘往南走到头", "什么态度！我就问你管不管", "姓李", "万达")]
    [True, False, False, None]
    """
    timed = only_time(text) and not _HOUSE.match(text.strip())
    if timed or is_no_value(text) or read_wish(text) or introduced_name(text) or find(text):
        return False
    if not re.search(r"\w", text) or _COMPLAINS.search(plain(text)):
        return False
    found = place(text, city)
    if found.district or found.town or found.address or _PLACED.search(text):
        return True
    return None if len(plain(text)) <= _LONGEST and re.search(r"[\u4e00-\u9fffA-Za-z]", text) else False
