"""Finds a live matter of the hotline beside another route (我对法院判决不服，路灯也坏了三天没人修).

A route is often only named in passing: the citizen was there in vain, and still has the matter. And who wants the route
may have another matter beside it, which must not be lost with the route.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.understanding.category import suggest_by_words
from bot.understanding.encoding.reading import stretches
from conversations.danger import Live
from core.text import plain

_OTHER_ROUTE = 0.5
"""Probability of another route (0 to 1) from which a clause speaks of one."""
_NO_ROUTE = 0.2
"""The same, up to which a clause surely speaks of none."""
_SURE = 0.7
"""Confidence (0 to 1) from which a clause's category counts as known."""
_LEAST = 5
"""Fewest characters of a clause that tells a matter."""
_SERVED = re.compile(
    r"市容与环境卫生|市政设施|供水供电供气供热|交通出行|生态环境|安全生产与应急|劳动与就业/拖欠工资|"
    r"住房与物业/(?!拆迁|房产|商品房|购房|不动产)"
)
"""Categories of matters that go on where the citizen lives or works, which other routes do not settle."""
_GOES_ON = re.compile(
    r"坏|漏|堵|冒|臭|吵|塌|裂|烂|破|断|掉|倒|停[水电气暖]|没[水电气]|不亮|不修|不清|垃圾|[污黑积]水|油烟|噪|施工|"
    r"盖|乱停|占|[拖欠].{0,4}(?:工资|工钱|薪)|工资.{0,6}不[发给]|没人[修清管拆]|危险|困"
)
"""Words of something that is wrong at this moment."""
_ROUTE = r"信访|上访|纪委|监委|监察|检察院|法院|仲裁|复议|巡视|巡察"
_BEEN_THERE = re.compile(
    rf"(?:{_ROUTE}).{{0,10}}?(?:[^\s]过|跑了|去了|找了)|(?:找|去|跑|到|问|打)(?:过|了).{{0,6}}(?:{_ROUTE})|"
    rf"(?:{_ROUTE}).{{0,12}}(?:没人[理管]|没用|不管|不受理|不收|踢皮球|推|没下文|没回音|没结果|不归)"
)
"""Words of a route that was tried in vain."""
_CUE = re.compile("^(?:另外|还有|同时|而且|顺便|对了|不过|但是?|可是?)")
_MARKS = " ，,。；;、\n"
_WANTS = re.compile(
    r"不服|不认|要求|申请|要去|[想要](?:告|上诉|举报|上访|申诉|再)|帮我|重新|复[查核]|改判|催|请.{0,6}查"
)
"""Words of a citizen who wants the route."""


def live(text: str, route: Callable[[str], float]) -> Live | None:
    """The live matter in a message that speaks of another route; None when there is none.

    Args:
        text: the message.
        route: gives the probability that a text has another route, 0 to 1.
    """
    told, routes = [], []
    going_on = False
    parts = stretches(text)
    if not any(map(_is_matter, parts)):
        return None  # by words alone, for a route takes the tail a hundredth of a second a clause
    for clause in parts:
        other = route(clause)
        if other >= _OTHER_ROUTE:
            routes.append(clause)
            continue
        told.append(clause)
        going_on = going_on or (other <= _NO_ROUTE and _is_matter(clause))
    if not going_on:
        return None
    wanted = any(_WANTS.search(one) is not None or _BEEN_THERE.search(one) is None for one in routes)
    words = _CUE.sub("", "".join(told).strip(_MARKS)).strip(_MARKS)
    return Live(words, wanted=wanted or not routes)


def _is_matter(clause: str) -> bool:
    if len(plain(clause)) < _LEAST or _GOES_ON.search(clause) is None:
        return False
    found = suggest_by_words(clause)
    return found is not None and found.confidence >= _SURE and _SERVED.match(found.category) is not None
