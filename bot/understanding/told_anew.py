"""Reads clauses that say a field anew without the form of a correction: 对方是力美健身; 停水是27号早上开始的; 地址写详细点，….

Each clause is read alone. What only reproaches or names the wrong field without a value (涉及对象错了) changes nothing itself.
"""

from __future__ import annotations

import re

from bot.understanding.clauses import clauses
from bot.understanding.lasting import only_time
from bot.understanding.name import read_name
from bot.understanding.remarks import is_no_value, is_protest, told_already

_LONGEST = 100
"""Most characters of such a message."""
_PLEASE = r"(?:请|麻烦|帮我|给我|你们?|您|把|那|再|对了|还有|另外|就|也){0,4}"
_FIELDS = (
    ("address", r"(?:具体|详细)?(?:地址|地点|位置|门牌号?)"),
    ("happened_at", r"(?:发生)?(?:的)?(?:时间|日期)"),
    ("subject", r"(?:涉及|被投诉|被举报)?的?(?:对象|单位(?:名称)?|店名)"),
    ("contact_name", r"(?:联系人|我的?)?(?:姓名|名字|称呼)|联系人"),
    ("contact_phone", r"(?:联系|我的?)?(?:电话|手机号?|号码)(?:号码)?"),
)
"""Slot → the words that name it."""
_FULLER = (
    r"(?:再)?(?:写|填|说|改|记|补|弄)?(?:得|的)?(?:再)?(?:详细|具体|清楚|准确|完整|仔细)(?:一?[点些下])?"
)
_CHANGED = tuple(
    (
        slot,
        re.compile(
            rf"{_PLEASE}(?:(?:改|换|更正|修改)(?:一?下|一改)?{words}|{words}(?:要|得|应该|还是)?(?:改|换)(?:一?下|一改)|{words}{_FULLER}|{words}(?:我)?(?:写|填|说|弄|搞|记)?(?:错|反)了)(?:吧|了|啊)?"
        ),
    )
    for slot, words in _FIELDS
)
"""A clause that names a field to be changed; the next one has the value."""
_PART = r"(?:电?线?杆号|灯杆号|杆号|门牌号?|楼号|楼栋号?|单元号?|房号|门号|路口)"
_MORE = re.compile(
    rf"{_PLEASE}(?:(?:补|加|添|写)(?:充)?(?:上|一?下|个)?(?P<what>{_PART})|(?P<first>{_PART})(?:也|再)?(?:补|加|添)(?:上|一?下))(?:是|为)?[，,：:\s]*(?P<value>(?!错)[^，,。；;]{{1,30}}?)(?:吧|了)?"
)
"""Part of an address that is to be put to it."""
_VALUE = re.compile(r"(?:应该|其实|正确的?|要|就)?(?:是|为|改成|改为|写成|在)?(?P<value>.{2,60})")
_NOT_THIS = re.compile(r"(?:不是|不在|不叫|别写|不要写)[^，,]{1,30}")
_ACCUSED = re.compile(
    r"(?:(?:被(?:投诉|举报|反映)的?)?(?:对方|那(?:家|个)?(?:店|公司|单位|厂)|这(?:家|个)?(?:店|公司|单位|厂)|商家|店家|对象)|被(?:投诉|举报|反映)的)(?:的)?(?:名字|店名|名称|全称)?(?:其实|应该)?(?:是叫|名叫|叫做?|是)(?P<value>[^，,。；;！!？?]{2,30}?)(?:才对|吧|啊|呀)?"
)
_MYSELF = re.compile(
    r"(?P<one>[\u4e00-\u9fff·]{2,6})(?:是|就是)(?:我|俺|本人)(?:自己|本人)?(?:的)?(?:名字|姓名)?(?:啊|呀)?|"
    r"(?:我|俺|本人)(?:自己)?(?:才)?(?:是|叫)(?P<other>[\u4e00-\u9fff·]{2,6})"
)
_BEGAN = re.compile(
    r"(?P<what>[^，,。；;！!？?是从打]{0,8}?)(?:其实|应该|都)?(?:是|从|自|打|打从|是从){1,2}(?P<when>[^，,。；;！!？?]{2,24}?)"
    r"(?:就|才)?(?:开始|起|发生|出现|停|坏|漏|堵|断)(?:停|坏|漏|堵|断|吵|闹|有|没)?(?:水|电|气)?(?:的|了)?(?:啊|呀)?"
)
_WRITE_NOT = re.compile(
    r"(?:写|填|记)(?:成|上|为|的?是)?\s*[“\"'‘「]?(?P<new>[^，,。；;！!？?“”\"'‘’「」]{2,30})[”\"'’」]?[，,。；;\s]+"
    r"(?:别|不要|甭|莫|不是|不用)(?:再|给我)?(?:写|填|记)(?:成|上|为)?\s*[“\"'‘「]?(?P<old>[^，,。；;！!？?“”\"'‘’「」]{1,20}?)[”\"'’」]?(?:了|吧|啊)?$"
)
_SLIP = re.compile(
    r"(?:是)?(?:我|俺|你们?|您)?(?:刚才?|前面)?(?:都)?(?:说|讲|写|填|弄|搞|记)(?:错|反|混|岔)了(?:的)?|不对|错了|不好意思"
)


def told_anew(text: str) -> dict[str, str]:
    """Slot → the words of the value that a message says anew; empty when it says anything else besides.

    >>> told_anew("涉及对象错了！孙小雨是我，对方是力健健身"), told_anew("停水是27号早上开始的")
    ({'contact_name': '孙小雨', 'subject': '力健健身'}, {'happened_at': '27号早上'})
    >>> told_anew("改一下时间，不是半夜两点，是晚上9点到夜里12点"), told_anew("地址写详细点 洞山中路23号杆附近")
    ({'happened_at': '晚上9点到夜里12点'}, {'address': '洞山中路23号杆附近'})
    >>> told_anew("对方是开车来的，车牌没看清"), told_anew("我是说路灯坏了"), told_anew("改一下地址")
    ({}, {}, {})
    """
    said = text.strip()
    if len(said) > _LONGEST:
        return {}
    found: dict[str, str] = {}
    named = ""
    for clause in clauses(said):
        slot = next((slot for slot, pattern in _CHANGED if pattern.fullmatch(clause)), "")
        if slot:
            named = slot
            continue
        if (pair := _own(clause)) is not None:
            found[pair[0]] = pair[1]
        elif named and named not in found and _NOT_THIS.fullmatch(clause):
            continue
        elif named and named not in found and (value := _VALUE.fullmatch(clause)):
            if is_no_value(clause):
                return {}
            found[named] = value["value"].strip(" 。吧")
        elif not (is_protest(clause) or told_already(clause) or _SLIP.fullmatch(clause)):
            return {}
    return found


def names_field(text: str) -> bool:
    """Whether a message only names a field to be changed, and no value for it.

    >>> names_field("改一下涉及对象"), names_field("时间写错了"), names_field("改一下时间，是昨晚"), names_field("时间紧")
    (True, True, False, False)
    """
    said = text.strip(" 。！!")
    return any(pattern.fullmatch(said) for _, pattern in _CHANGED)


def more_of_place(text: str) -> str:
    """What a message wants put to the address (补上杆号，洞山23); "" for any other message.

    >>> more_of_place("补上杆号，洞山23"), more_of_place("门牌号加一下：12号"), more_of_place("补上一句，没人管")
    ('杆号洞山23', '门牌号12号', '')
    """
    found = _MORE.fullmatch(text.strip(" 。！!"))
    if found is None:
        return ""
    return f"{found['what'] or found['first']}{found['value']}"


def written_instead(text: str) -> tuple[str, str] | None:
    """(wrong, right) in words that say what is to be written, and what not; None for any other message.

    >>> written_instead("名字我不知道，你写“镇上蓝色大铁门的厂”，别写个厂"), written_instead("别写我的名字")
    (('个厂', '镇上蓝色大铁门的厂'), None)
    """
    said = text.strip()
    found = _WRITE_NOT.search(said) if len(said) <= _LONGEST else None
    return (found["old"], found["new"]) if found else None


def _own(clause: str) -> tuple[str, str] | None:
    """The field and the value that one clause tells by itself."""
    if accused := _ACCUSED.fullmatch(clause):
        value = accused["value"]
        return None if re.search(r"[的了]$|不|没|在|怎么|谁|什么|哪", value) else ("subject", value)
    if (
        (own := _MYSELF.fullmatch(clause))
        and (name := own["one"] or own["other"])
        and read_name(name) == name
    ):
        return "contact_name", name
    if (began := _BEGAN.fullmatch(clause)) and only_time(began["when"]):
        return "happened_at", began["when"]
    return None
