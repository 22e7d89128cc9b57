"""Reads a question for an office: its telephone number, its address, its hours, its way online (寿县医保几点上班).

A clause is such a question only when it can be read to its end: what is asked, the office, perhaps a place and a day, and
words that say nothing. A word more (电话打不通, 电话打给我) and it is something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from core.city import City
from core.city.facts import Facts
from core.city.facts.facts import bare
from core.text import plain


class What(Enum):
    """What of an office is asked; the value is how it is named to a citizen."""

    PHONE = "电话"
    HOURS = "上班时间"
    ADDRESS = "地址"
    ONLINE = "网上办理的入口"


@dataclass(frozen=True)
class OfficeAsked:
    """A question for an office.

    Args:
        what: what is asked of it.
        name: the office as the citizen called it, without the place.
        district: the county or district that the citizen named; "" for none.
        of_city: whether the city's own office was named (市社保局).
        day: the day that was asked about: 今天, 明天, 后天, 周末, 周一 … 周日, 节假日; "" for none.
        named: whether the office was called by a name; False when only a subject stands for it (公积金在哪办).
        known: whether the name or subject is one that offices here or everywhere have.
        rest: what the message says besides.
    """

    what: What
    name: str
    district: str = ""
    of_city: bool = False
    day: str = ""
    named: bool = True
    known: bool = True
    rest: str = ""


LONGEST = 200
"""Most characters of a message that is read."""
_CLAUSE = re.compile(r"[，,。；;！!？?\n、\s]+")
_BEFORE = (
    r"(?:您好|你好|喂|哎|请问|劳驾|麻烦(?:您|你|帮忙|问)?|打扰(?:一下|了)?|谢谢|我|俺|咱|想|要|就|先|再|还|也|另外|顺便|对了|那边|那里|那儿|这边|这里|这儿|那个|这个|那么?|这|"
    r"问问?|问一?下|咨询(?:一?下)?|打听(?:一?下)?|了解(?:一?下)?|知道|晓得|帮忙?|帮我|给我?|替我|查查?|查一?下|找(?:一?下)?|告诉我|说一?下|"
    r"谁|哪位|有没有|有|能不能|能|可以|一下|下|个|们|你们?|他们|您|本地|当地|现在|到底|求|急|是|看看|提供|今天|明天|"
    r"总(?:得|该|应该)?(?:有|知道)|连|难道|关于|需要|联系|打|拨|去|到|上|在|往|如果|要是|的话)"
)
_AFTER = (
    r"(?:呢|啊|呀|哦|哈|吧|吗|么|嘛|不|没有?|了|的|一个|个|给我|我|谢谢|多谢|急|在线等|您|你|我|一下|下|告诉|给|发|来|谁|知道|晓得|有|吗|能|可以|麻烦|求|好|是|"
    r"(?:也|就|都)行|也|请|帮忙?|说|查|个|这个|那边|那里|这边|那儿|这儿|具体|到底|现在|都|还)"
)
_DAYS = (
    r"(?P<dayN>今天|今日|明天|明日|后天|这?周末|双休日?|(?:周|星期|礼拜)[一二三四五六日天末](?:和?(?:周|星期|礼拜)?[日天])?|"
    r"(?:法定)?(?:节假日|节日|假期|放假)(?:期间)?|国庆(?:节)?|春节|过年|元旦|五一|十一|端午(?:节)?|中秋(?:节)?|清明(?:节)?)"
)
_DAY_FIRST = re.compile(_DAYS.replace("dayN", "day"))
_TIMES = r"(?:早上|早晨|上午|中午|下午|晚上|夜里|夜间|白天|一般|平时|每天|都|还|也|是|的|在|又|这个?|这会儿?|现在|通常|正常){0,4}"
_DAY_AND_TIME = rf"{_TIMES}(?:{_DAYS}{_TIMES})?"


def _at(number: int) -> str:
    """A day and a time of day; each branch of a pattern needs a group of its own."""
    return _DAY_AND_TIME.replace("dayN", f"day{number}")


_KIND_OF_PHONE = r"(?:咨询|服务|客服|联系|联络|办公室?|值班|窗口|前台|对外|投诉|监督|举报|报修|抢修|维修|24小时|固定|座机|人工|官方|公开|总机|热线)"
_PHONE = re.compile(
    rf"(?:的|有|打|拨打?|那边|那里|这边)?{_KIND_OF_PHONE}{{0,2}}的?(?:电话|座机|热线|联系方式|固话|号码|电话号)(?:号码|号)?"
    r"(?:是|为|有|到底|现在|应该)?(?:打)?(?:多少|几号?|啥|什么|哪个|哪一个|怎么打)?(?:号码?)?(?=$|[^\d])"
    r"|(?:该|要|应该|可以)?(?:打|拨)(?:哪个|哪一个|什么|啥|多少|几)(?:号?电话|热线|号码?)?"
    r"|(?:该|要)?(?:怎么|咋|如何)(?:联系|打电话)(?:到|上)?"
)
_DOES = r"(?:上下?班|下班|开门|关门|开放|营业|办公|休息|放假|对外(?:服务|办公)?|办理?业务|受理|有人(?:值班|上班|在|接)?|值班|开(?!办|具)|接待)"
_WHEN = r"(?:几点(?:钟|半)?|什么时候|啥时候|啥时间|什么时间|何时|多会儿?)"
_HOURS = re.compile(
    rf"(?:的)?{_at(1)}(?:从|到|得|要|能|就|才)?{_WHEN}(?:到{_WHEN})?(?:开始|就|才|能|结束|可以)?(?:都)?(?:去)?{_DOES}(?:到{_WHEN})?(?:{_WHEN}?(?:下班|关门))?"
    rf"|(?:的)?{_at(2)}{_DOES}(?:的)?(?:时间)?(?:是|到|从|分别)?(?:{_WHEN}(?:到{_WHEN})?|多少|怎么安排|安排)"
    rf"|(?:的)?{_at(3)}(?:上下?班|办公|营业|工作|开放|服务|对外办公|接待|作息|受理|办理?业务)的?时间(?:是|为|安排)?(?:多少|什么|啥|怎么安排|表)?"
    rf"|(?:的)?{_at(4)}(?:开不开门|上不上班|营不营业|休不休息|放不放假|有没有人(?:值班|上班)?|办不办公|开不开|上不上)"
    rf"|(?:的)?{_at(5)}{_DOES}(?:了)?(?:业务)?(?=(?:的)?(?:吗|么|不|没|嘛|吧|呢)(?:有)?[呀啊呢]?$)"
)
_PLACE_ASKED = r"(?:哪里|哪儿|哪个(?:地方|位置|楼|大楼|路|区)|哪块|哪边|哪条路|哪栋楼?|什么(?:地方|位置|路)|啥(?:地方|位置)|几楼|哪(?=办|领|交|取|查|补|缴|$|啊|呀|呢))"
_DEED = r"(?:(?:办理?|申请|申领|领取?|交|缴|缴费|补办?|查|取|提取|盖章|咨询|问|弄|搞|打印|报销|登记|审批|激活|年审|办公|上班)(?:啊|呀|呢)?)"
_WHERE = re.compile(
    r"(?:的)?(?:具体|详细|办公|上班|现在)?的?(?:地址|位置|地点)(?:是|在|为)?(?:哪里?|哪儿|哪个(?:地方|位置)|什么|啥|多少)?"
    rf"|(?:的)?(?:现在|具体|到底|是|都)?(?:搬|迁|挪)?(?:在|到|去|上|往|是|坐落在|位于)(?:了)?{_PLACE_ASKED}(?:可以|能|去)?{_DEED}?"
    rf"|(?:要|该|得|应该)(?:在|到|去|上){_PLACE_ASKED}{_DEED}?"
    r"|(?:怎么|咋|如何)(?:走|去|过去|坐车|坐公交)"
    rf"|^{_PLACE_ASKED}(?:可以|能){_DEED}|{_PLACE_ASKED}{_DEED}?(?=[呢啊呀]?$)"
)
_ONLINE = re.compile(
    r"(?:的)?(?:官方)?(?:官网|网站|网址|微信公众号|公众号|小程序|app|微信号)(?:的)?(?:名字|地址)?(?:是|叫|在)?(?:多少|什么|啥|哪个|哪里|哪儿)?(?:名字?)?"
)
_PATTERNS = ((What.PHONE, _PHONE), (What.HOURS, _HOURS), (What.ADDRESS, _WHERE), (What.ONLINE, _ONLINE))
_LEADING, _TRAILING = re.compile(rf"^{_BEFORE}"), re.compile(rf"{_AFTER}$")
_MOST_PEELED = 12
"""Most words that are taken away before and behind an office."""
_GENERIC = re.compile(
    r"[\u4e00-\u9fff]{0,10}(?:局|委员会|[卫发]改?委|服务中心|管理中心|中心|大厅|派出所|服务站|管理所|税务所|司法所|管理处|博物馆|文化馆|体育馆|图书馆|档案馆|"
    r"卫生院|医院|卫生室|门诊部|中学|小学|一中|二中|幼儿园|学校|法院|检察院|银行|支行|公证处|办事处|街道办|街道|居委会|村委会|社区|"
    r"管委会|政府|支队|大队|中队|水厂|供电所|营业厅|营业所|养老院|敬老院|殡仪馆|公墓|火车站|高铁站|汽车站|客运站|联合会|协会|窗口)"
)
"""The name of an office or a public place, by its last word."""
_NO_NAME = re.compile(
    r"[我俺咱你您他她它谁哪啥]|什么|怎么|这[个家种]|那[个家种]|[没不未]|打|投诉|举报|骂|欠|被|让|叫|说|坏|修|吵|乱|离|从|附近|最近|旁边|隔壁|对面|门口|一家|有家|某"
)
"""Words that are in no office's name."""
_AT_DOOR = re.compile(
    r"(?:窗口|营业厅|电话|报修|报装|抢修|缴费|办事|那边|这边|那里|这里|那儿|这儿|服务台|前台|人工|官方|上面|部门|业务|的|现在|到底|具体|今天)$"
)
_CITY_FIRST = re.compile(r"^(?:咱|我)?们?(?:市里?的?|市级的?|市本级的?)(?!场|民|政|监|容)")
_COUNTY_FIRST = re.compile(
    r"^(?:咱|我)?们?(?:县里的?|区里的?|县(?=[\u4e00-\u9fff]{2})|区(?=[\u4e00-\u9fff]{2}))"
)


def read_office(text: str, facts: Facts) -> OfficeAsked | None:
    """The question for an office in a message; None when there is none.

    >>> from core.city import load_city
    >>> facts = Facts(load_city("huainan"), ())
    >>> asked = read_office("请问寿县医保局几点上班", facts)
    >>> asked.what.value, asked.name, asked.district
    ('上班时间', '医保局', '寿县')
    >>> [read_office(said, facts) for said in ("社保局电话打不通", "社保局的人打电话给我", "我的电话是多少")]
    [None, None, None]
    """
    if len(text) > LONGEST:
        return None
    clauses = [clause for part in _CLAUSE.split(text) if (clause := plain(part))]
    for number, clause in enumerate(clauses):
        before = clauses[number - 1] if number else ""
        found = _clause(clause, facts) or _joined(before, clause, facts)
        if found is None:
            continue
        others = [
            one
            for place, one in enumerate(clauses)
            # 社保局在哪，电话多少: all that is on file of the office is told.
            if place != number and not _says_nothing(one) and only_what(one) is None
        ]
        district = found.district or _district_in("，".join(others), facts.city)
        return OfficeAsked(
            found.what,
            found.name,
            district,
            found.of_city,
            found.day,
            found.named,
            found.known,
            "，".join(others),
        )
    return None


def only_what(text: str) -> tuple[What, str] | None:
    """What is asked, and the day, of a message that names no office (几点上班, 那地址呢); else None.

    >>> only_what("那地址呢"), only_what("周六上班吗"), only_what("社保局地址")
    ((<What.ADDRESS: '地址'>, ''), (<What.HOURS: '上班时间'>, '周六'), None)
    >>> [only_what(said)[0].value for said in ("电话给一个", "有没有电话我问问", "他们几点上班")]
    ['电话', '电话', '上班时间']
    """
    said = plain(text)
    for what, left, day in _readings(said):
        if not _peeled(left):
            return what, day
    return None


def only_place(text: str, city: City) -> str:
    """The district of a message that names only a place (寿县的呢); "" for any other.

    >>> from core.city import load_city
    >>> only_place("那寿县的呢", load_city("huainan")), only_place("寿县停水了", load_city("huainan"))
    ('寿县', '')
    """
    said = _peeled(plain(text))
    district, rest = _placed(said, city)
    return "" if _peeled(rest) else district


def _clause(clause: str, facts: Facts) -> OfficeAsked | None:
    """The question of one clause."""
    for what, left, day in _readings(clause):
        said = _peeled(left)
        first = _DAY_FIRST.match(said)
        if first is not None and not day:
            day, said = first["day"], _peel_both(said[first.end() :])
        if not said:
            continue
        found = _office(said, facts, what)
        if found is not None:
            name, district, of_city, named, known = found
            return OfficeAsked(what, name, district, of_city, day, named, known)
    return None


def _joined(before: str, clause: str, facts: Facts) -> OfficeAsked | None:
    """The question of a clause that names no office, behind one that is only its name (社保局，电话多少)."""
    alone = only_what(clause)
    if alone is None or not before:
        return None
    found = _office(_peeled(before), facts, alone[0])
    if found is None or not found[4]:
        return None
    name, district, of_city, named, known = found
    return OfficeAsked(alone[0], name, district, of_city, alone[1], named, known)


def _readings(clause: str) -> Iterator[tuple[What, str, str]]:
    """What may be asked, what is left of the clause beside it, and the day."""
    for what, pattern in _PATTERNS:
        for match in pattern.finditer(clause):
            if not match[0]:
                continue
            days = [day for name, day in match.groupdict().items() if name.startswith("day") and day]
            yield what, clause[: match.start()] + "|" + clause[match.end() :], days[0] if days else ""


def _peeled(left: str) -> str:
    """What is left when the words that say nothing are taken away from both ends and around the gap."""
    head, gap, tail = left.partition("|")
    if not gap:
        return _peel_both(left)
    tail = _peel(tail, _TRAILING)
    return _peel_both(head) if not tail else _peel_both(tail) if not _peel_both(head) else f"{head}|{tail}"


def _peel_both(said: str) -> str:
    return _peel(_peel(said, _LEADING), _TRAILING)


def _peel(said: str, pattern: re.Pattern[str]) -> str:
    for _ in range(_MOST_PEELED):
        peeled = pattern.sub("", said)
        if peeled == said:
            break
        said = peeled
    return said


def _office(said: str, facts: Facts, what: What) -> tuple[str, str, bool, bool, bool] | None:
    """The office that words name: its name, its district, whether it is the city's, whether it is named, whether it is known."""
    if "|" in said:
        return None
    for name in _spellings(said):
        if bare(name) in facts.names:
            return name, _district_in(name, facts.city), False, True, True
    district, rest = _placed(said, facts.city)
    of_city = not district and rest != said
    for name in _spellings(rest):
        if bare(name) in facts.names:
            return name, district, of_city, True, True
        if bare(name) in facts.topics and what is not What.ONLINE:
            return name, district, of_city, False, True
    (name, *_) = (*_spellings(rest), rest)
    if _GENERIC.fullmatch(said) and len(said) > 1 and not _NO_NAME.search(said):
        return said, _district_in(said, facts.city), False, True, False
    return None


def _spellings(said: str) -> Sequence[str]:
    """The words, and what is left of them without the door that stands behind an office's name (社保局窗口)."""
    found = [said]
    while len(shorter := _AT_DOOR.sub("", found[-1])) >= 2 and shorter != found[-1]:
        found.append(shorter)
    return found


def _placed(said: str, city: City) -> tuple[str, str]:
    """The county or district at the beginning of words, and what follows it; the words themselves when there is none."""
    rest = said
    for place in (f"{city.province}省", city.province, city.full_name, city.name):
        if rest.startswith(place) and len(rest) > len(place):
            rest = rest.removeprefix(place).lstrip("的")
            break
    named = sorted(
        ((name, d.name) for d in city.districts for name in (*d.names, *d.short, *d.towns)),
        key=lambda pair: -len(pair[0]),
    )
    for name, district in named:
        if rest.startswith(name):
            return district, re.sub(
                r"^(?:[区县](?!域))?(?:那边|这边|那里|里|的|那|这){0,2}", "", rest.removeprefix(name)
            )
    for pattern in (_CITY_FIRST, _COUNTY_FIRST):
        if (shorter := pattern.sub("", rest)) != rest:
            return "", shorter
    return "", rest


def _district_in(text: str, city: City) -> str:
    """The district that words name anywhere; "" when they name none."""
    found = city.mentioned(text)
    if found is not None:
        return found.name
    short = [d.name for d in city.districts for name in d.distinct if name in text]
    return short[0] if short else next((d for town, d in city.towns.items() if town in text), "")


def _says_nothing(clause: str) -> bool:
    return not _peel_both(clause)
