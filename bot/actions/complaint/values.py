"""Reads from an answer the values that only the form needs: a district, free text."""

from __future__ import annotations

import re

from bot.actions.runtime.wording import plain
from bot.understanding.clauses import may_be_place
from bot.understanding.lasting import may_be_time
from bot.understanding.no_day import is_no_day
from bot.understanding.remarks import is_no_value
from bot.understanding.when import moment
from core.city import City
from core.clock import now
from core.text import clean, without_pictures

WHOLE_CITY = "全市"
"""Value of the slot ``district`` when the matter concerns no single district."""
SHORTEST_STORY = 4
"""Fewest characters of a description."""
_UNKNOWN = r"说不[清好准上]|[搞弄分闹]不清|不(?:清楚|知道|确定|晓得)"
_WHOLE_CITY = re.compile(rf"全市|整个市|市里(?:都|到处)|到处都|{_UNKNOWN}")
_NO_DISTRICT = re.compile(
    rf"(?:{_UNKNOWN}).{{0,6}}(?:哪|什么|啥|几)个?[区县]\w{{0,3}}$|(?:[哪不没]|咋能|怎么)[儿里]?分.{{0,3}}[区县]|[区县]我?(?:{_UNKNOWN})"
)
"""That somebody can't tell the district, though it sounds like a question (我也说不好是哪个区, 车上哪分什么区)."""
_LONGEST_DISTRICT = 16
"""Most characters of an answer that names a district and adds no more than a word or two."""
_I_AM_AT = re.compile(
    r"(?:^|[，,。！!？?\s])(?:我|俺|我们|咱)(?:就|都|就是|家|店)?(?:在|住在?)(?P<where>[\u4e00-\u9fff]{2,8})"
)
_LONGEST_REPROACH = 60
"""Most characters of a reproach in which somebody says where he is."""
_NOT_THERE = re.compile(
    r"(?<!是)不[是在属归]|有\w{1,6}[吗么没]|[局所厅院校]|中心|大厅|窗口|医院|电话|几[点号天]|多[少久]|怎么[办交领查去走]|咋[办交领查去走]|补贴|政策|标准|规定|改成"
)
"""Words that deny a place, or ask what only a knowledge base can answer."""
_PLACE_END = re.compile(r"[路街巷村镇乡庄湾桥园场店楼栋号厦城]|小区|附近|旁|对面|门口|路口")
_HERE = re.compile(r"(?:这边|那边|这里|那里|的|吧|啊|呀|人){1,12}$")
_FILLING = re.compile(r"(?:[ ，,。、]|的|吧|啊|呀|[这那][边里]){1,12}$")
_LOOSE = re.compile(r"[一二三四五六七八九]{2}月")
"""Words such as 七八月份, which name no single month."""
_DATED = re.compile(
    r"[今昨前明当去刚这]|上(?=个|周|礼拜|星期|半)|[天日号月年周节]|星期|礼拜|小时|钟头|分钟|假|国庆|元旦|五一|六一|\d[-./]\d"
)
"""Words that name a day. An hour alone (夜里两点) names none."""
_FAULT = re.compile(r"\w(?:[漏坏断堵塌臭吵脏裂淹]|停[水电气])|停[水电气]")
"""Words of a fault (水管漏). They tell what is the matter, however short the message is."""
_END = 24
"""Characters at the end of an answer that are searched for filling words; a search of the whole text would be slow."""


def read_district(text: str, city: City) -> str | None:
    """The district that an answer names, alone or within an address, or in which its town lies; None without one.

    >>> from core.city import load_city
    >>> read_district("在潘集这边", load_city("huainan"))
    '潘集区'
    """
    said = plain(text)
    core = re.sub(r"^(我|俺)?(们)?(家)?(就)?(是|在|住|位于|属于|搁)*", "", said)
    core = _without_end(_HERE, core)
    found = city.named(core) or city.named(said) or city.mentioned(text)
    if found is not None:
        return found.name
    town = next((name for name in city.towns if name in text), "")
    if town:
        return city.towns[town]
    return WHOLE_CITY if _WHOLE_CITY.search(said) else None


def named_district(text: str, city: City) -> str | None:
    """The one district that a short answer names, in whatever form: asked back, sighed or reproached.

    The whole city when it says that nobody can tell. None when the text names several, denies one, or asks something of an
    office there.

    >>> from core.city import load_city
    >>> huainan = load_city("huainan")
    >>> [named_district(said, huainan) for said in ("田家庵啊还能是哪", "不是潘集", "潘集社保局几点下班")]
    ['田家庵区', None, None]
    >>> [named_district(said, huainan) for said in ("我也说不好是哪个区", "车上哪分什么区", "大通区不知道哪条路")]
    ['全市', '全市', '大通区']
    """
    said = plain(text)
    if _NO_DISTRICT.search(said[:_LONGEST_REPROACH]) and city.mentioned(text) is None:
        return WHOLE_CITY
    if len(said) > _LONGEST_DISTRICT:  # 还问哪个区？我在大通区开店你们不知道？
        at = _I_AM_AT.search(text[:_LONGEST_REPROACH])
        return read_district(at["where"], city) if at and not _WHOLE_CITY.search(at["where"]) else None
    if _NOT_THERE.search(said):
        return None
    found = [district.name for district in city.districts if any(name in said for name in district.names)]
    if not found:
        found = [district.name for district in city.districts if any(name in said for name in district.short)]
    return found[0] if len(found) == 1 else None


def rest_after_district(text: str, city: City) -> str:
    """What an answer to the district question says after the district: a town or a whole address; else "".

    >>> from core.city import load_city
    >>> rest_after_district("田家庵区国庆中路百货大楼旁边", load_city("huainan"))
    '国庆中路百货大楼旁边'
    """
    for district in city.districts:
        for name in sorted(district.names, key=len, reverse=True):
            head, found, tail = text.partition(name)
            rest = _without_end(_FILLING, re.sub(r"^[ ，,。、的]{0,4}(?:[那这][个家](?=.{4}))?", "", tail))
            if found and len(head) <= 6 and _PLACE_END.search(rest):
                return rest
    for town in city.towns:
        head, found, tail = text.partition(town)
        if found and len(head) <= 6:
            return town + _without_end(_FILLING, tail)
    return ""


def read_free(text: str, longest: int) -> str | None:
    """Free text, cut at ``longest`` characters; None when it contains no letter, digit or Chinese character."""
    said = clean(text)[:longest].strip()
    return said if re.search(r"\w", said) else None


def read_story(text: str, longest: int) -> str | None:
    """A description, cut at ``longest`` characters.

    None when it has fewer characters than :data:`SHORTEST_STORY` and names no fault.
    """
    said = read_free(text, longest)
    if said is None or (len(plain(said)) < SHORTEST_STORY and not _FAULT.search(said)):
        return None
    return said


def read_when(text: str, longest: int) -> str | None:
    """A time in the citizen's words, with the date that they mean if there is one; None when the words are no time,
    or a day that no calendar has (2月30日).

    The value is cut at ``longest`` characters.
    """
    said = read_free(without_pictures(text), longest)
    if said is None or not may_be_time(said) or is_no_value(said) or is_no_day(said):
        return None
    when = moment(said, now())
    loose = _LOOSE.search(said) or not _DATED.search(said)
    return said if when is None or when.start is None or loose else _dated(said, when.shown)[:longest]


def read_where(text: str, longest: int, city: City) -> str | None:
    """An address in the citizen's words, cut at ``longest`` characters; None when the words can't be a place."""
    said = read_free(without_pictures(text), longest)
    if said is None or may_be_place(said, city) is False:
        return None
    return (
        re.sub(r"^(?:那?就)?(?:是|在|位于|地址[是在：:]*|地点[是在：:]*|位置[是在：:]*)+(?=..)", "", said)
        or said
    )


_NAMED = re.compile(
    r"^(?:(?:他们?|她们?|对方|(?:那|这)(?:家|个)(?:店|公司|单位)?|店|公司|名字|店名)?(?:好像|应该)?(?:就)?(?:是)?(?:叫做?|名叫)|(?:店名|名字|对方)是)(?!花|化|什么|啥)(?=[\u4e00-\u9fffA-Za-z0-9]{2})"
)
"""What stands before a name and is no part of it (叫安居物业)."""


def read_whom(text: str, longest: int) -> str | None:
    """涉及对象 in the citizen's words, cut at ``longest`` characters; None for a question, a protest or laughter."""
    said = read_free(text, longest)
    return None if said is None or is_no_value(said) else _NAMED.sub("", said)


def _dated(said: str, shown: str) -> str:
    """The citizen's words, followed by the date that was read from them.

    >>> _dated("大概上周三晚上十点多吧", "上周三晚上十点多（2026年11月18日22时）")
    '大概上周三晚上十点多吧（2026年11月18日22时）'
    """
    _, bracket, reading = shown.partition("（")
    return f"{said}{bracket}{reading}" if bracket and bracket not in said else said


def _without_end(filling: re.Pattern[str], text: str) -> str:
    """A text without the filling words it ends with.

    >>> _without_end(_HERE, "潘集这边的")
    '潘集'
    """
    return text[:-_END] + filling.sub("", text[-_END:])
