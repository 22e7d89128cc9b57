"""Reads changes that a citizen asks for in plain words: 内容不对，是…; 把他们写成路面施工单位; two fields in one sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.understanding.clauses import clauses
from bot.understanding.remarks import is_protest, told_already

_LEAD = (
    r"(?:还有|另外|以及|然后|再就是|顺便|对了|等一?下|等等|麻烦|请|帮我|给我|[你您]|不好意思|哦|啊|哎|不是|不对|[再就也都把将那这]|"
    r"我的?|俺的?|工单上?的?|单子上?的?|上面的?|里面?的?|刚才的?|诉求的?|具体|联系|发生|涉及|[，,\s]){0,8}"
)
_NAMES = (
    ("contact_phone", r"电话(?:号码?)?|手机(?:号码?)?|号码|联系方式"),
    ("address", r"地址|地点|位置|门牌号?码?"),
    ("happened_at", r"时间|日期"),
    ("content", r"内容"),
    ("contact_name", r"联系人|姓名|名字|称呼"),
    ("subject", r"对象|单位(?:名称)?|店名"),
    ("district", r"县区|区县"),
    ("complaint_type", r"类型|类别"),
)
"""Slot → the words that name it at the beginning of a clause."""
_BEGINS = tuple((slot, re.compile(rf"{_LEAD}(?:{words})(?P<rest>.*)")) for slot, words in _NAMES)
_CHANGES = re.compile(
    r"^(?:[我你您]|也|都|又|得|要|应该|其实|现在|就|给|帮我|写|说|填|记|打|弄|搞|登记|是|的){0,6}(?:是|为|[:：]|改|换|写成|错|反|不对|有误|没改)"
)
_IS = re.compile(
    r"^(?:应该|应当|其实|现在|就|要|得|都|也|给我|帮我){0,4}(?:是|为|写|[:：]|改成|改为|改到|换成|换为|写成)[：:\s]{0,3}(?P<value>\S.*)$"
)
_CONTENT = re.compile(
    rf"^{_LEAD}内容(?:我)?(?:"
    r"(?:写|说|填|记|登记|弄|搞)?(?:的|得)?(?:不对|错了?|反了|不准|有误|有问题|不是(?:这个|这样)的?)(?:了|啊|呀|吧){0,2}[，,。：:\s]{1,3}|"
    r"(?:要|得|请|帮我|给我|麻烦|再|也|都|你们?|您){0,4}(?:改|换|更正|重写)(?:一?下|了|吧){0,2}[，,。：:\s]{1,3}|"
    r"(?:要|得|请|帮我|给我|麻烦|再|也|就|都|应该){0,4}(?=(?:改|换|写)(?:成|为)|更正为|应该是|[写加补]上|是)|"
    r"[：:]\s{0,3})"
    r"(?P<new>.+)$",
    re.DOTALL,
)
_CHANGE_IT = re.compile(
    rf"^{_LEAD}(?:改|换|更正|重写)(?:一?下|一改)?(?:诉求)?(?:的)?内容(?:吧|了)?[，,。：:\s]{{1,3}}(?P<new>.+)$",
    re.DOTALL,
)
_VERB = re.compile(
    r"^(?:[我俺]|应该|其实|正确的?|就|要|得|[，,：:\s]){0,6}(?:改成|改为|换成|换为|更正为|写成|(?P<adds>写上|加上|补上)|写|是){1,2}[：:，,\s]{0,3}(?:因为)?"
)
_ASKS = re.compile(
    r"^(?:[我俺]|就|是|想|要|来|了解|知道){0,5}(?:问|咨询|打听)(?:的?是|的|一?下){0,2}[：:，,\s]{0,3}"
)
_NO_CONTENT = re.compile(r"^(?:什么|啥|哪|对的?|没[错问]|可以|行|好|这样|这些|不[对是]|的)")
_LEAST_CONTENT = 4
"""Fewest characters of a content."""
_POINTED = re.compile(
    rf"^{_LEAD}(?:他们?|她们?|它们?|人家|对方|这家|那家|这个单位|那个单位|对象|被(?:投诉|反映|举报)的)(?:的?名字)?(?:要|得|就|都|给我|帮我){{0,3}}"
    r"(?:写|改|记|填|换|叫|登记)(?:成|为)[：:\s]{0,2}(?P<new>[^，,。；;！!？?\s]{2,30}?)(?:吧|了|就行|就好|好了){0,2}(?:[，,。；;！!]\s{0,3}(?P<rest>.*))?$",
    re.DOTALL,
)
_JOINS = re.compile(r"^(?:还有|另外|然后|再就是|并且|而且|对了)[，,：:]?")


@dataclass(frozen=True, slots=True)
class ContentEdit:
    """Another content.

    Args:
        new: the words.
        asks: whether the citizen says that they only ask (内容不对，我是问…).
        adds: whether the words are to be added (内容要写上…) and replace nothing.
    """

    new: str
    asks: bool
    adds: bool = False


def content_edit(text: str) -> ContentEdit | None:
    """The content that a message gives in place of the one so far; None when it gives none.

    >>> content_edit("内容不对，是问高龄补贴怎么领"), content_edit("内容改成：饭店后厨用过期油")
    (ContentEdit(new='高龄补贴怎么领', asks=True, adds=False), ContentEdit(new='饭店后厨用过期油', asks=False, adds=False))
    >>> content_edit("内容没问题，提交吧"), content_edit("内容是什么意思"), content_edit("改一下内容")
    (None, None, None)
    """
    said = text.strip()
    found = _CONTENT.match(said) or _CHANGE_IT.match(said)
    if found is None:
        return None
    new = found["new"].strip()
    verb = _VERB.match(new)
    if verb:
        new = new[verb.end() :]
    asks = _ASKS.match(new)
    if asks:
        new = new[asks.end() :]
    new = new.strip(' ，,：:“”"')
    if len(new) < _LEAST_CONTENT or _NO_CONTENT.match(new):
        return None
    return ContentEdit(new, asks is not None, verb is not None and verb["adds"] is not None)


def subject_edit(text: str) -> tuple[str, str] | None:
    """Whom a message wants written in place of 他们, and what it says besides; None for any other message.

    >>> subject_edit("把他们写成路面施工单位吧，还有我要他们赔我损失"), subject_edit("他们改成收费了")
    (('路面施工单位', '我要他们赔我损失'), None)
    """
    found = _POINTED.match(text.strip())
    if found is None or re.match(r"收费|每|不", found["new"]):
        return None
    return found["new"], _JOINS.sub("", (found["rest"] or "").strip())


def edit_parts(text: str) -> list[tuple[str, str]]:
    """(slot, words) for each field that a message changes, when it names several one after the other; else empty.

    >>> edit_parts("电话写错了，改成13800000000，地址是龙湖路8号不是6号")
    [('contact_phone', '电话写错了，改成13800000000'), ('address', '地址是龙湖路8号不是6号')]
    >>> edit_parts("地址不对，是龙湖路8号"), edit_parts("电话没人接，地址也找不到")
    ([], [])
    """
    found: list[tuple[str, str]] = []
    for clause in clauses(text):
        slot = _named(clause)
        if slot is None and found and (told_already(clause) or is_protest(clause)):
            continue  # 我说了三遍了 belongs to no value
        if slot is not None and not (found and found[-1][0] == slot):
            found.append((slot, clause))
        elif not found:
            return []  # what stands before the first field is no change
        else:
            found[-1] = (found[-1][0], f"{found[-1][1]}，{clause}")
    return found if len(found) > 1 and len({slot for slot, _ in found}) == len(found) else []


_OF_PHONE = re.compile(
    r"(?:[，,、\s]|还有|另外|以及|然后|对了|顺便|请|麻烦|帮我|给我|[和跟与把将也都再]|我的?|俺的?|单子上的?|工单上?的?|联系|新的?|手机|电话|号码?|"
    r"不对|[说写填留记]错|错|不用|[加补留写填添][上个]?|换|改|更正|成|为|一下|应该|其实|现在|打|这个|你们?|您|一个|[个号给还后]|是|了|吧|啊|谢谢|[：:]){1,16}"
)
"""Words that only say that a number is the phone number, or another one now."""
_PHONE_TAIL = re.compile(
    r"(?:还有|另外|以及|[和跟与、])(?:我的?|把)?(?:联系)?(?:手机|电话|号码)号?码?(?:也|都|要|得|要改|请)?(?:是|改成|换成|改为|换为|改|换)?$"
)
"""The same behind another change in one clause: 地址改成…和电话换成."""


def beside_phone(text: str) -> str:
    """What a message says beside its phone number; "" when nothing.

    Args:
        text: the message, with a comma in place of the number.

    >>> beside_phone("电话换成，地址改成龙湖路8号"), beside_phone("地址改成龙湖路8号和电话换成，"), beside_phone("电话错了，是，")
    ('地址改成龙湖路8号', '地址改成龙湖路8号', '')
    """
    parts = [_PHONE_TAIL.sub("", clause) for clause in clauses(text)]
    return "，".join(part for part in parts if part and _OF_PHONE.fullmatch(part) is None)


def plain_value(words: str) -> str | None:
    """The value in words that begin with a field's name and say what it is (电话是…, 地址：…); None without one.

    >>> plain_value("电话是13800000000"), plain_value("电话打不通")
    ('13800000000', None)
    """
    for _, pattern in _BEGINS:
        if named := pattern.match(words):
            value = _IS.match(named["rest"])
            return value["value"].strip(" 。吧") if value else None
    return None


def _named(clause: str) -> str | None:
    for slot, pattern in _BEGINS:
        if (named := pattern.match(clause)) and _CHANGES.match(named["rest"]):
            return slot
    return None
