"""Tells by its look whether words can be a field's value: a sentence names nothing, and some places nobody else can find."""

from __future__ import annotations

import re

from bot.understanding.place import is_vague, place
from core.city import City
from core.text import plain

_SENTENCE = re.compile(
    r"[了](?!解)|[着过]$|(?:吗|呢|吧|啊|呀|哦)$|没(?!有限)|不(?![夜锈二倒知])|(?:天天|每天|整天|成天|老是|总是|一直|已经|赶紧|赶快|快点|轮流)|"
    r"[太很真好最](?:[\u4e00-\u9fff])$|[急烦气吓累热冷困愁吵]死|死人|得很|的很$|[\d一二三四五六七八九十百几两多]个?[人户]$|"
    r"来个?人|看看|管管|修修|(?:给个?|要个?)说法|^(?:请|麻烦|希望|建议|想|要|求|帮)"
)
_NEAR = (
    r"我们?|俺们?|咱们?|自己|本人|他们?|她|这|那|楼[上下顶道]|隔壁|对面|对过|对门|斜对面|旁|附近|周围|周边|后面|前面|后头|前头|里面?|外面?|里头|外头|"
    r"上面?|下面?|门口|门前|[条个家栋座排片块处]|一|有|的|在|就|是|到|边"
)
_KINDS = (
    r"小区|社区|学校|医院|超市|市场|公园|广场|工地|工厂|厂子?|公司|单位|车间|矿|店|饭店|饭馆|餐馆|[\u4e00-\u9fff]{1,2}店|商店|门面|[\u4e00-\u9fff]{0,2}摊|公厕|厕所|垃圾[桶站堆]|"
    r"(?:垃圾|加油|搅拌|公交|变电|收费|快递)站|幼儿园|银行|网吧|棋牌室|桥|河|沟|塘|田|地|马路|大路|小路|路|街|大街|巷子?|村子?|庄子|院子?|屋|房子|楼道|楼梯|楼|宿舍|停车场|车库|电梯|菜市场|路口|街口|巷口|村口|拐角"
)
_NEARBY = re.compile(rf"(?:{_NEAR})+(?:{_KINDS})?(?:{_NEAR}|{_KINDS}){{0,12}}")
_SOMEWHERE = re.compile(rf"[我俺咱家楼对旁周后前里外上下门边]|隔壁|附近|{_KINDS}")
"""What a rough place names at the least. 是的 names nothing."""
_BESIDE = re.compile(
    r"^(?:我家|我们家?|俺家|俺们|咱家|咱们|[这那][个条家里边]?|隔壁|对面|对过|对门|斜对面|旁边|后面|前面|附近|楼[上下])(?!是)的?"
)
_ONLY_KINDS = re.compile(rf"(?:{_KINDS})+(?:{_NEAR})*")
_FOUND = re.compile(
    r"[路街巷]|大道|[村庄郢圩孜湾岗镇乡]|小区|花园|[家嘉佳][园苑]|苑|府|城|新村|社区|公寓|大厦|广场|\d(?:号|栋|幢|室|单元)|号楼"
)
"""Parts of a place that have a name or a number of their own."""


_LONGEST_ROUGH = 24
"""Most characters of a place told in nothing but such words."""


def is_sentence(text: str) -> bool:
    """Whether words tell something, and so name neither a place nor anybody.

    >>> [is_sentence(said) for said in ("急死人了", "车上五十个人", "天天这样", "万达", "开黑车的", "楼上住户")]
    [True, True, True, False, False, False]
    """
    return _SENTENCE.search(plain(text)) is not None


def is_rough(text: str, city: City) -> bool:
    """Whether a place can be found only by somebody who knows where the citizen is.

    Args:
        text: the words of a place.
        city: the city whose towns are recognised.

    >>> from core.city import load_city
    >>> huainan = load_city("huainan")
    >>> [is_rough(said, huainan) for said in ("我家楼下", "隔壁工地", "对面的烧烤店", "学校门口", "厂里")]
    [True, True, True, True, True]
    >>> [is_rough(said, huainan) for said in ("是的", "龙湖路工地", "隔壁锦绣家园3栋", "曹庵镇街上", "万达", "转盘往南走到头")]
    [False, False, False, False, False, False]
    """
    said = plain(text)
    if place(said, city).town:
        return False
    if _SOMEWHERE.search(said) is None:
        return False
    rest = _BESIDE.sub("", said)
    address = place(rest, city).address
    if rest != said:
        return _FOUND.search(address) is None or is_vague(address)
    short = len(said) <= _LONGEST_ROUGH
    return is_vague(said) or (
        short and (_NEARBY.fullmatch(said) is not None or _ONLY_KINDS.fullmatch(said) is not None)
    )
