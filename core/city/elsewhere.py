"""Finds out whether a text is about another city: its matter lies there, or it asks for that city's rule.

The name of a city alone proves nothing: people come from 合肥, drive to 合肥, drink 青岛啤酒 and live in 南京路.
So a name counts only where the words around it show that it is a place, and never when the text also names a
place of the home city.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.city.nation import by_province, cities, ordinary, provinces
from core.city.parts import Neighbour

LONGEST = 2_000
"""Number of characters of a text that are searched. The rest is ignored."""

_BRAND = (
    r"路|街|大道|大街|大学|学院|医院|中学|小学|一中|火车站|高铁站|站|小区|花园|家园|新村|新城|社区|商城|市场|银行|啤酒|烤鸭|拉面|牛肉面|"
    r"小面|火锅|凉皮|臭豆腐|板鸭|菜馆|菜|饭店|酒店|宾馆|大厦|广场|公寓|瓜片|特产|户口|号牌|牌照|牌|籍|现代|大众|时间|话|口音"
)
_NOT_A_NAME = rf"(?!(?:[东西南北中]|市|省)?(?:{_BRAND}))"
_REGIONS = frozenset({"台湾", "香港", "澳门"})
_KIND_OF_PERSON = re.compile(
    r"(?:地区|来的)?的?(?:居民|同胞|籍|身份|人(?!民)|户籍|老兵|学生|青年|配偶|老公|老婆|丈夫|妻子)|(?:来往内地)?(?:居住证|通行证|身份证|护照)"
)
"""Follows 台湾, 香港 or 澳门: says who somebody is or which paper he has, and not whose rule is asked (台湾居民居住证)."""
_PASSING_BEFORE = re.compile(
    r"(?:从|去|到|往|回|来自|开往|发往|寄往|寄到|飞往|通往|转到|转去|迁到|嫁到|生于|老家|户口|户籍|籍贯|祖籍|总部|总公司|注册地|身份证|来|"
    r"我是|俺是|本人是|人是|不是|和|与|比|像|跟|学习|参照|人家)(?:就|都)?(?:是|在|于)?(?:安徽|外省|外地)?(?:省)?$"
)
_PASSING_AFTER = re.compile(
    r"(?:市|省)?(?:的)?(?:人(?!民|才|社)|车牌|号码|客人|游客|朋友|亲戚|老乡|同学|户籍|电话|号段|手机号|口音|方向|来的|回来|到|开往|至|[-—~～]|和|与|等地|都|也)"
)
_DISTRICT = (
    r"(?:市|省)?的?(?:[\u4e00-\u9fff]{2,3}(?<!小)(?<!社)(?<!园)(?<!景)(?<!校)(?<!地)(?:区|县)(?!别|分|长|域|间|块|里|政)"
    r"|[\u4e00-\u9fff]{2,3}(?:镇|乡|街道)|(?:工业|产业|高新)园区|(?:经济|高新)?(?:技术)?开发区|城(?:的|里|关|区))"
)
_INSIDE = re.compile(
    rf"(?:市|省)?(?:这边|那边|这里|那里|这儿|那儿|本地|当地|市区|市里|城区|市内)|{_DISTRICT}|"
    r"(?:市|省)?(?:的)?(?:一家|某|一个|有一?家|有一?个|公司|工地|房子|楼盘|房东|老板|商家|工厂|厂里|厂子|驾校|物业|业主|租房)"
)
"""Follows the name of a city: something that lies in that city."""
_HAPPENS = re.compile(
    r"(?:市|省|县)?(?:的(?=[，,]|$))?(?:[，。,;；!！]|$|被|遇到|遭|租|旅游|出差|吃|打车|坐车|乘)"
)
"""Follows 在 and the name of a city: something that happens there."""
_LIVES = re.compile(
    r"(?:市|省|县)?(?:[\u4e00-\u9fff]{2,3}(?:区|县|镇|街道))?(?:住着?|居住)(?:的|呢)?(?=[，,。;；！!\s]|$)"
    r"[，,。;；！!\s]*(?=(?:我们?|俺们?|咱们?)?(?:家)?(?:这|的)?(?:小区|楼[上下道里]|单元|门口|隔壁|村|街|路|附近|对面|物业|厂|这|停|家))"
)
"""Follows 在 and the name of a city: the citizen lives there, and goes on with what is around."""
_WORKS = re.compile(
    r"(?:市|省)?(?:这边|那边|这里|那里)?(?:上班|打工|工作|干活|干了|做工|上学|读书|念书|住院|看病|就医|做生意|买)"
)
_THERE = re.compile(
    r"工资|欠薪|欠我|老板|公司|工地|工厂|厂里|拖欠|房东|物业|宰客|退款|押金|不给|赔偿|辞退|开除"
)
_HOMEWARD = re.compile(
    r"家里|家中|老家|父母|爸|妈|爷爷|奶奶|孩子|小孩|老人|儿子|女儿|闺女|老伴|媳妇|回来|回家|本市|本地|咱们?这|我们?这|俺们?这|这边|"
    r"(?<!那)这里|这儿|异地|跨省|跨市"
)
"""Words that point to home, to the family there, or to a matter between two places."""
_SHOPPING = re.compile(
    r"网购|淘宝|拼多多|京东|抖音|快手|直播|网店|网上|快递|闲鱼|平台|app|APP|小程序|代购|发货"
)
_AT = re.compile(
    r"(?:^|[，。；！？,;!?\s：:])(?:您好|你好|反映|投诉|举报)?(?:我们?[家人]?|俺们?[家人]?|本人)?(?:这里|这)?(?:现在|正|就)?"
    r"(?:在|位于|住|住在|地址|地点|地址是|地点是|发生在|搁|是)[:：]?$"
)
"""Precedes the name of a city: the speaker is there, or the matter happened there."""
_HERE_IS = re.compile(r"这里?(?:是|在)$")
_BEGINS = re.compile(r"(?:^|[，。；！？,;!?\s：:]|反映|投诉|举报|建议)(?:一下)?$")
_ASKED_BEHIND = re.compile(
    r"(?:市|省|县)?(?:这边|那边|那里|当地)?(?:的)?"
    r"(?!.{0,2}(?:上班|打工|工作|干活|住院|看病|就医|上学|读书|买房(?!有|要|限|的|补|政)|买的|买了|参保|缴|交的|交了|人(?!才|社)|回|转|退休|参军|结婚|出生|生孩子))"
    r"[^，。！？,.!?]{0,22}?(?:怎么|咋|如何|多少|吗|么|什么|啥|哪|几|能不能|可不可以|条件|标准|流程|材料|政策|规定|要不要|有没有|[?？]|时间|电话)"
)
_ASKED_BEFORE = re.compile(
    r"(?:^|[，。！？,.!?\s：:]|请问|想问|问一?下|问问|咨询|了解|知道|那|那么|帮我查|查一?下|关于)(?:一?下)?在?$"
)
_SHORT_NAME = 2
"""Length of a county's name that is not shortened: 泾县 is never 泾."""
_QUESTION = 80
"""Most characters of a question about another city's rule.

Longer texts name cities for many other reasons.
"""


@dataclass(frozen=True)
class Elsewhere:
    """Another city or province.

    Args:
        name: the name as written in the text, without 市 or 省.
        hotline: the number of its 12345 hotline with area code; "" when the area code is not known.
        same_province: whether it lies in the home province, so that the rules of the province also hold
            there.
    """

    name: str
    hotline: str = ""
    same_province: bool = False


def _parts_of(city: Neighbour) -> re.Pattern[str]:
    """Matches a part of a city right behind its name: 蜀山区, 蜀山, 滨湖."""
    names = {*city.counties, *city.parts}
    names |= {name[:-1] for name in city.counties if len(name) > _SHORT_NAME}
    wide = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    return re.compile(rf"(?:市|的)?(?:{wide})(?!路|街|大道|小区|花园|人)(?:[区县市])?" if names else "(?!)")


class Abroad:
    """Recognises cities and provinces other than the home city and the home province.

    Args:
        home: all names of places in the home city. A text that contains one of them is about home.
        city: the name of the home city.
        province: the name of the home province.
        neighbours: the cities around the home city.
    """

    def __init__(
        self, home: Iterable[str], city: str, province: str, neighbours: Sequence[Neighbour]
    ) -> None:
        self._home = re.compile("|".join(map(re.escape, sorted(set(home), key=len, reverse=True))))
        self._hotline = {near.name: f"{near.area_code}-12345" for near in neighbours}
        self._same_province = frozenset(by_province()[province])
        self._city_of = {county: near.name for near in neighbours for county in near.counties}
        self._inside = {near.name: _parts_of(near) for near in neighbours}
        names = {name.removesuffix("市") for name in (*cities(), *provinces())}
        names |= set(self._hotline)
        names -= {city, province}
        wide = sorted((*names, *self._city_of), key=len, reverse=True)
        plain = "|".join(re.escape(name) for name in wide if name not in ordinary())
        marked = "|".join(map(re.escape, ordinary()))
        known = "|".join(f"{re.escape(name)}(?={part.pattern})" for name, part in self._inside.items())
        self._names = re.compile(
            rf"(?P<name>(?:{plain}){_NOT_A_NAME}|(?:{marked})(?=市)|(?<=在)(?:{marked})(?=$|[，,。])"
            + (f"|{known})" if known else ")")
        )

    def place(self, text: str) -> Elsewhere | None:
        """The other city where the matter of the text lies; None when there is no such city."""
        text = text[:LONGEST]
        if self._home.search(text) or _SHOPPING.search(text):
            return None
        for match in self._names.finditer(text):
            before, behind = text[max(match.start() - 8, 0) : match.start()], text[match.end() :]
            if not _PASSING_BEFORE.search(before) and not _PASSING_AFTER.match(behind):
                end = self._lies_there(match["name"], before, behind)
                told = _HERE_IS.sub("", text[: match.start()]) + " " + behind[end - 1 :]
                if end and not _HOMEWARD.search(told):
                    return self._found(match["name"])
        return None

    def _lies_there(self, name: str, before: str, behind: str) -> int:
        """Whether the words around a name show that the matter lies in that city.

        Returns:
            0 when they do not. Otherwise 1 + the number of characters after the name that show it.
        """
        part = self._inside.get(name)
        if part and (there := part.match(behind)):
            return 1 + there.end()
        if inside := _INSIDE.match(behind):
            return 1 + inside.end()
        if _BEGINS.search(before) and (name in self._city_of or behind[:1] == "市"):
            return 1
        if _AT.search(before):
            if lives := _LIVES.match(behind):
                return 1 + lives.end()
            works = _WORKS.match(behind)
            return 1 if _HAPPENS.match(behind) or (works and _THERE.search(behind)) else 0
        return 0

    def rule(self, text: str) -> Elsewhere | None:
        """The other city whose rule the text asks for; None when there is no such city."""
        if len(text) > _QUESTION or self._home.search(text) or _HOMEWARD.search(text):
            return None
        found = list(self._names.finditer(text))
        if len({match["name"] for match in found}) != 1:
            return None  # There is no city, or there are several (a matter between cities).
        match = found[0]
        before, behind = text[max(match.start() - 8, 0) : match.start()], text[match.end() :]
        if match["name"] in _REGIONS and _KIND_OF_PERSON.match(behind):
            return None
        if _PASSING_BEFORE.search(before) or _PASSING_AFTER.match(behind):
            return None
        if _ASKED_BEFORE.search(before) and _ASKED_BEHIND.match(behind):
            return self._found(match["name"])
        return None

    def _found(self, name: str) -> Elsewhere:
        city = self._city_of.get(name, name)
        return Elsewhere(name, self._hotline.get(city, ""), city in self._same_province)
