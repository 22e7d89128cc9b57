"""Reads a correction clause by clause (门牌写错了 是126号 不是128号), and puts the new part into the known address."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.actions.complaint.agreeing import is_units, renumbered
from bot.understanding.place import Place, bare_address, place
from core.city import City

_CUT = re.compile(r"[，,。；;！!、\s]+|(?<=[\w])(?<![是要可])(?=不是|不在|不要(?!紧))")
_MOST = 6
"""Most clauses of a correction; more of them tell a story."""
_WHO = r"(?:我|俺|你们?|您|把|将|的|这个?|那个?|那|上面|刚才|刚刚|前面|就|对了|不对|等一?下|等等|不好意思|哎呀?|哦|啊|嗯){0,8}"
_FIELD = r"(?P<field>(?:具体|涉及|发生|被投诉)?的?(?:地址|地点|位置|门牌号?码?|楼栋号?|[楼栋房]号|单元号|小区名|路名|对象|单位|店名))"
_ERRS = re.compile(
    rf"{_WHO}{_FIELD}?(?:是|都|又|给)?(?:我|你|您)?(?:说|讲|写|填|选|记|打|弄|搞|登记|报)?(?:得|的)?(?:错|反|岔|不对|有误|有问题|没改|没变)(?:了|啦|啊|呀|的|过来|成){{0,3}}|"
    rf"{_WHO}(?:说|讲|写|填|选|记|打|弄|搞|登记|报)错(?:了|成)?(?P<place>地址|地点|位置|地方|门牌号?|对象|单位)(?:了|啦|啊|呀){{0,2}}|"
    rf"{_WHO}(?:要|想|帮我|给我|麻烦|请){{0,3}}(?:改|换|更正|修改)(?:一?下)?(?:我的|这个)?{_FIELD.replace('<field>', '<changed>')}?吧?|"
    rf"{_WHO}{_FIELD.replace('<field>', '<named>')}(?:要|得|帮我|给我|请|麻烦){{0,3}}(?:改|换|更正|修改)(?:一?下)?吧?"
)
"""A clause that only says that something is wrong or has to be changed: 门牌写错了, 改一下地址."""
_REFUSES = re.compile(r"(?:而|并|可)?(?:不是|不在|不要写?|别写|不叫)(?P<old>[^是]{1,30})")
_GIVES = re.compile(
    rf"{_WHO}{_FIELD}?(?:应该|应当|其实|正确的?|实际|要){{0,3}}(?P<cue>是|在|为|[：:]|(?:改成|改为|换成|换为|写成?|填)[：:]?)?(?P<new>.{{1,60}})"
)
_DENIES = re.compile(
    rf"{_WHO}(?P<old>[^，,。；;]{{2,30}}?)(?:是|那里?|这里?)?(?:我)?(?:说|写|填|记|弄|搞|报)?(?:的)?(?:不对|错了?|有误)(?:了|啊|呀|的){{0,2}}"
)
"""A clause that calls a value wrong: 龙湖路不对."""
_NO_SLIP = re.compile(r"[我你您他她这那]|[说讲写填选记打弄搞报]$|地址|地点|位置|时间|电话|名字|内容")
"""Words before 不对 that are no value."""
_SAYS_NO = ("不对", "错了", "不")
_ENDS = re.compile(r"(?:(?:才|就|这样才)(?:对|是)|[的吧啊了哈呢呀]){1,4}$")
"""Words behind a right value that are no part of it."""
_MIXED_UP = re.compile(
    r"[^，,。；;]{0,24}(?:记|搞|弄|说|写)(?:混|岔|错|反)了?(?:[，,。]|$)|[^，,。；;]{0,24}分不清"
)
"""A clause that tells of a mix-up: 工地是洛河镇还是九龙岗我记混了."""
_ASIDE = re.compile(
    r"(?:我|俺)?(?:都|刚刚|刚才|前面|早就?){0,3}(?:说|讲)过?了?的?|谢谢(?:你们?|您|啊)?|麻烦(?:你们?|您)?了?|不对|错了|对了|不|对|等一?下|等等|好吗|行吗"
)
_ASKS = re.compile(r"[?？吗么呢]|没有$|什么|啥|哪|谁|怎么|几|多少|念|读一|凭|光让|别")
"""Words of a question or a protest: no correction is in them."""
_THAT = re.compile(
    r"(?:我|那|就|是|在){0,4}(?:刚才|刚刚|上面|前面)(?:我|俺)?(?:说|填|写)?过?的?(?:那个|这个|那)?(?:小区|地址|地方|位置|楼)的?[，,\s]?(?=.)"
)
"""Points to the address told before: 就是刚才那个小区6栋602."""
_COUNT = "0-9A-Za-z一二三四五六七八九十百"


@dataclass(frozen=True, slots=True)
class Amended:
    """A correction.

    Args:
        field: the words that name the field (门牌); "" when none do.
        old: the refused value (128号); "" when none is.
        new: the right one.
        slip: whether a clause says that something is wrong.
    """

    field: str
    old: str
    new: str
    slip: bool


def read(text: str) -> Amended | None:
    """Read a message that is a correction and nothing else; None for any other message.

    >>> read("门牌写错了 是126号 不是128号")
    Amended(field='门牌', old='128号', new='126号', slip=True)
    >>> read("不，对，是龙湖路8号"), read("广场路不对，是龙湖路8号才对")
    (Amended(field='', old='', new='龙湖路8号', slip=True), Amended(field='', old='广场路', new='龙湖路8号', slip=True))
    >>> read("地址写错没有 你念一遍") is None, read("路灯坏了 没人修") is None
    (True, True)
    """
    said = text.strip()
    if (that := _THAT.match(said)) and is_units(said[that.end() :]):
        return Amended("地址", "", said[that.end() :], False)
    parts = [part for part in _CUT.split(said) if part]
    if not 1 <= len(parts) <= _MOST or any(_ASKS.search(part) for part in parts):
        return None
    field = old = new = ""
    slip = False
    if len(parts) > 2 and parts[1] in _SAYS_NO and parts[0] not in _SAYS_NO and not _NO_SLIP.search(parts[0]):
        old, parts = parts[0], parts[1:]  # 广场路，不对，是龙湖路8号
    for part in parts:
        if errs := _ERRS.fullmatch(part):
            slip = True
            field = field or errs["field"] or errs["changed"] or errs["named"] or _placed(errs["place"])
        elif refuses := _REFUSES.fullmatch(part):
            if old:
                return None
            old = refuses["old"].rstrip("的吧啊")
        elif _MIXED_UP.fullmatch(part):
            slip = True
        elif _ASIDE.fullmatch(part):
            slip = slip or part in _SAYS_NO
        elif not (old or new) and (denies := _DENIES.fullmatch(part)) and not _NO_SLIP.search(denies["old"]):
            slip, old = True, denies["old"]
        elif gives := _GIVES.fullmatch(part):
            told = gives["field"] or ""
            if new or not (gives["cue"] or field or slip):
                return None
            field, new = field or told, _ENDS.sub("", gives["new"])
        else:
            return None
    if "门牌" in field and new.isdigit():
        new += "号"
    return Amended(field, old, new, slip) if new and (slip or old or field) else None


def _placed(words: str | None) -> str:
    return "地址" if words == "地方" else words or ""


def moved(address: str, old: str, new: str, city: City, *, named: bool = False) -> str | None:
    """The known address with its wrong part replaced; None when the words do not say which part.

    Args:
        address: the address so far.
        old: the refused part; "" when none was named.
        new: the right part, or the whole address with it.
        city: the city whose districts and towns are recognised.
        named: whether the citizen said that it is about the address; then a number may be added to it.

    >>> from core.city import load_city
    >>> huainan = load_city("huainan")
    >>> moved("西城广场二楼动力健身", "二楼", "西城广场三楼", huainan), moved("洞山街道金色家园2栋", "", "金色家园3栋", huainan)
    ('西城广场三楼动力健身', '洞山街道金色家园3栋')
    >>> moved("建设路128号老陈面馆", "128号", "126号", huainan), moved("幸福里小区13栋", "3栋", "5栋", huainan) is None
    ('建设路126号老陈面馆', True)
    """
    if (part := _in_place_of(address, old, new)) is not None:
        return part
    if is_units(new):
        at = _find(address, old) if old else None
        if at is not None:
            return address[:at] + new + address[at + len(old) :]
        changed = renumbered(address, new)
        swapped = len(_counts(changed)) == len(_counts(address))
        return changed if (swapped or named) and not (old and is_units(old)) else None
    name = re.match(rf"[^{_COUNT}]{{2,}}", bare_address(new, city))
    if name and (begins := address.find(name.group())) >= 0:
        rest = new[new.find(name.group()) + len(name.group()) :]
        if is_units(rest):
            kept = address[begins + len(name.group()) :]
            renewed = moved(kept, old if old in kept else "", rest, city)
            return address[: begins + len(name.group())] + (renewed or rest)
        return address[:begins] + new[new.find(name.group()) :]
    if (swapped_town := _in_town(address, new, city)) is not None:
        return swapped_town
    at = _find(address, old) if old else None
    whole = place(new, city).address
    if at is None or whole:
        return new if whole else None
    return address[:at] + new + address[at + len(old) :]


def _in_place_of(address: str, old: str, new: str) -> str | None:
    """The address with the wrong part replaced, where the right value repeats what stands before it (锦绣园三期 for 二期); else None."""
    at = _find(address, old) if old else None
    if at is None:
        return None
    begins = next((start for start in range(at - 1) if new.startswith(address[start:at])), None)
    return None if begins is None else address[:begins] + new + address[at + len(old) :]


def _more_than_town(new: str, named: Place) -> bool:
    """Whether a value has other words than a town's (桂集镇某某村), though none of them was read as an address."""
    rest = new.replace(named.town or "", "", 1).replace(named.district or "", "", 1)
    return re.sub(r"[的那边里个这儿，,。\s]", "", rest) != ""


def _in_town(address: str, new: str, city: City) -> str | None:
    """The address in another town, when the right value names only that town (应该是九龙岗镇的); None for other values."""
    named = place(new, city)
    if not named.town or named.address or not address or _more_than_town(new, named):
        return None
    was = place(address, city)
    if was.town:
        moved_there = address.replace(was.town, named.town, 1) if was.town in address else None
    else:
        moved_there = named.town + bare_address(address, city)
    if moved_there and was.district and named.district != was.district:
        moved_there = moved_there.replace(was.district, named.district, 1)
    return moved_there


def _find(address: str, old: str) -> int | None:
    """Where a refused part stands in an address; 3栋 does not stand in 13栋."""
    found = re.search(rf"(?<![{_COUNT}]){re.escape(old)}", address)
    return found.start() if found else None


def _counts(address: str) -> list[str]:
    return re.findall(rf"[{_COUNT}]+(?:号楼|[号栋幢座楼层室户]|单元)|\d{{3,4}}$", address)
