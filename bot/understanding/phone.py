"""Finds phone numbers in typed or dictated text, and decides whose they are.

:mod:`core.phone` knows how numbers are written and stored. This module reads the words around a number.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from core.phone import LONGEST, Found, find, fold

_AROUND = 24
"""Number of characters before and after a number that decide whose number it is."""
_WORD = (
    r"(?:的|自己的?|本人|个人|留的?|现在|联系|手机|座机|固定|移动|电话|号码|号|微信同号|方式|是|为|[:\s(\"“])"
)
_CLAUSE = re.compile(r"[，。；！？,;!?\n]")
_CUE = re.compile(rf"(?:{_WORD}){{1,8}}$")
# 我电话, 请打, 回我: the number belongs to the citizen.
_OWN = re.compile(
    r"^(?:我|俺|咱)?家[里中]$|(?:我|俺|本人|咱)(?:们)?(?:家)?$|(?:有事)?请?(?:联系|打给?|致电|回复?|回电|通知|告诉|加)(?:一下)?(?:我|俺)(?:们)?(?:打|回|来)?$|给(?:我|俺)(?:打|回|来)$"
)
_OTHERS = re.compile(
    r"(?:他|她|它|对方|人家|那人|该人)(?:们|家|那边)?(?:叫)?$|(?:接到|接了|收到|来自|拨打?|打了|打过|打的|打|致电|给|骗子|诈骗|骚扰|陌生|来电|广告|尾号)(?:了|过|个|一个)*$|"
    r"(?:公司|物业|中介|开发商|平台|店家?|商家|卖家|酒店|宾馆|饭店|餐厅|超市|学校|幼儿园|医院|诊所|银行|驾校|厂家?|机构|中心|"
    r"社区|居委会|村委会|派出所|局|所|办|队|处|站|房东|邻居|楼上|楼下|隔壁|对门|老板娘?|经理|负责人|业主|车主|司机|师傅|"
    r"主任|书记|村长|包工头|工头|老师|校长|医生|客服|热线|前台|售后|销售|业务员|快递员?|保安|骗子|男的|女的|男子|女子|"
    r"投诉|举报|监督|服务|报修|维修|值班|咨询|官方|办公室?|窗口|他人|别人|被告|商贩|摊主|楼主|租客|室友|同事|朋友)$|"
    r"(?:老板娘?|经理|司机|邻居|房东|主任|书记|中介|师傅|工头|店长)(?:姓|叫)[\u4e00-\u9fff]{1,3}$|[\u4e00-\u9fff](?:某某?|总|哥|姐|姓)$"
)
_RELATIVE = "同事|同学|同乡|老乡|朋友|工友|室友|舍友|亲戚|邻居|徒弟|战友|队友|搭档|合伙人"
_OF_RELATIVE = re.compile(rf"(?:{_RELATIVE})(?:姓|叫|名叫|是|的?名字叫)?[\u4e00-\u9fff]{{0,4}}$")
_OF_PERSON = re.compile(
    r"(?:^|(?<=[，,。；;！!？?\s的和跟找打问给]))(?:[小老阿][\u4e00-\u9fff]|[\u4e00-\u9fff]{1,2}(?:叔|婶|姨|哥|姐|嫂|大爷|大妈|大娘|阿姨|师傅|老师|医生|主任|书记|经理|队长|组长|店长|总))$"
)
"""Somebody else before 的电话 (我同事小陈的电话, 老陈的电话)."""
_CALL = re.compile(
    r"(?:那|就|可以|直接|你们?|您)*请?(?:打|拨|拨打|打到|联系|找)(?:这个|我)?(?:电话|手机|号码?)?[吧:，,]?"
)
"""In an answer to "your phone number?", a number to call (打138…) is the citizen's own."""
_INTRODUCED = re.compile(
    r"(?:^|[，。；！？,;!?\s])(?:他|她|对方|骗子|此人|该人|那个?人|老板|房东|邻居|司机|经理|负责人|男的|女的)(?:的?名字)?(?:叫|姓|名叫|是)[^，。；！？,;!?]{1,10}[，,、\s]+$"
)
"""他叫王五，电话…: the number belongs to the person named in the clause before it."""
_LEAST_WHOLE = 9
"""Fewest digits of a number with area code."""
_LANDLINE = re.compile(r"(?:座机|固话|固定电话)(?:号码?|电话)?(?:是|[:\s])*$")
"""Words before 7 or 8 digits without area code that make them a phone number."""
_AFTER = re.compile(
    r"[\s)”\"]{0,3}(?:这个|该|此)?(?:的)?(?:电话|号码?|手机|来电|热线)?(?:也|都|总是|总|一直|根本|老是?|又|已经?|就|永远|天天|每天|多次|几次|给我|向我|对我){0,3}"
    r"(?:打不|不接|没人|无人|没有人|冒充|打来|打给我|打电话|骚扰|是?空号|关机|停机|占线|拉黑|忙音|不通|不存在|推销|诈骗|骗|要我|让我|叫我|发短信|发来|恐吓|威胁|辱骂)"
)


def phone(text: str) -> str | None:
    """The phone number in an answer to "your phone number?", in its stored form; None when there is none.

    >>> phone("我手机是幺三八 零零零零 幺二三四，晚上打"), phone("工单HN2026112300001")
    ('13800001234', None)
    """
    found = find(text, local=True)
    return found[0].number if found else None


def own_phone(text: str, nobodys: Collection[str] = ()) -> str | None:
    """The citizen's own phone number in a story, in its stored form; None when there is none.

    A number of an accused person, a company or a neighbour is part of the matter, and not the citizen's own.

    Args:
        text: the story.
        nobodys: numbers that belong to no citizen, such as hotlines, in their stored form.

    >>> own_phone("楼道灯坏了，电话13955540000"), own_phone("骗子用13955540000冒充公安"), own_phone("物业电话05546661234打不通")
    ('13955540000', None, None)
    """
    said = fold(text[:LONGEST])
    numbers = find(text)
    if "座机" in said or "固" in said:
        numbers = [one for one in find(text, local=True) if _is_certain(said, one, numbers)]
    return next((one.number for one in numbers if one.number not in nobodys and _is_own(said, one)), None)


def asked_phone(text: str, nobodys: Collection[str] = ()) -> str | None:
    """The citizen's own number in an answer to "your phone number?", in its stored form; None when there is none.

    Like :func:`own_phone`, but 7 or 8 digits without area code count, too.

    >>> asked_phone("打13955540000"), asked_phone("打13955540000没人接")
    ('13955540000', None)
    >>> asked_phone("6660000"), asked_phone("物业电话05546661234打不通"), asked_phone("１ ３ ９ ５ ５ ５ ４ ０ ０ ０ ０")
    ('6660000', None, '13955540000')
    """
    said = fold(text[:LONGEST])
    for one in find(text, local=True):
        call = _CALL.fullmatch(said[: one.start].strip()) and not _AFTER.match(
            said, one.end, one.end + _AROUND
        )
        if one.number not in nobodys and (one.service or call or _is_own(said, one)):
            return one.number
    return None


def without_phone(text: str, number: str, mark: str = "") -> str:
    """The story without this phone number and without the words that introduce it.

    Args:
        text: the story.
        number: the number in its stored form.
        mark: what stands between the words before and behind the number where no other mark does.

    >>> without_phone("村口有人偷倒垃圾，我电话138 0000 0000，请处理", "13800000000")
    '村口有人偷倒垃圾，请处理'
    """
    said = fold(text[:LONGEST])
    for one in reversed(find(text, local=len(number) < _LEAST_WHOLE)):
        if one.number == number:
            start = _announced(said, one)
            head, tail = text[:start].rstrip(" ，,。；;、(（"), text[one.end :].lstrip(" )）")
            text = head + (mark if head and re.match(r"\w", tail) else "") + tail
    return text.strip(" ，,、；;\n\t")


def _is_certain(said: str, one: Found, numbers: Collection[Found]) -> bool:
    """Whether digits are a phone number: by their length, or by the word for a landline before them."""
    start = max(one.start - _AROUND, 0)
    return one in numbers or _LANDLINE.search(said[start : one.start]) is not None


def _is_own(said: str, one: Found) -> bool:
    """Whether the words around a number allow that it belongs to the citizen."""
    before, cue = _before(said, one)
    own = _OWN.search(before)
    if own and cue and own.group()[0] in "我俺本咱":
        return True
    if own:
        return not _AFTER.match(said, one.end, one.end + _AROUND)
    if one.service or _OTHERS.search(before) or _is_anothers(before, cue):
        return False
    if not before.strip() and not re.search("联系|本人|自己", cue):
        start = one.start - len(cue) - len(before)
        if _INTRODUCED.search(said[max(start - _AROUND, 0) : start]):
            return False
    if _AFTER.match(said, one.end, one.end + _AROUND):
        return False
    # 骗子用139…: the number is part of another person's action, and no words introduce it.
    return bool(cue) or not re.search(r"(?:用|通过|号码|叫|从)$", before)


def _is_anothers(before: str, cue: str) -> bool:
    """Whether a number is introduced as that of somebody whom its clause names."""
    if cue and _OF_RELATIVE.search(before):
        return True
    return cue.startswith("的") and _OF_PERSON.search(before) is not None


def _before(said: str, one: Found) -> tuple[str, str]:
    """The text of the clause before a number, and the words that introduce the number (的电话是)."""
    clause = _CLAUSE.split(said[max(one.start - _AROUND, 0) : one.start])[-1]
    cue = _CUE.search(clause)
    return (clause[: cue.start()], cue.group()) if cue else (clause, "")


def _announced(said: str, one: Found) -> int:
    """Position of the first word that introduces a citizen's own number: 我的联系电话是."""
    before, cue = _before(said, one)
    whose = _OWN.search(before) if cue else None
    return one.start - len(cue) - (len(whose.group()) if whose else 0)


_DECLARED = re.compile(
    r"(?:(?:我|俺|本人|咱)(?:的|这)?(?:联系)?(?:电话|手机号?|号码)(?:号码?)?[是为：:，, ]{0,3}|联系(?:电话|方式|我)[是为：:，, ]{0,3}|打我(?:的?电话|手机)?[，,： ]?)$"
)
"""Words right before a number with which a citizen calls it the own one. They are right for 39 of 40 numbers of seven authors."""
_BEFORE = 16
"""Characters before a number in which they stand."""


def declared_phone(text: str, nobodys: Collection[str] = ()) -> str | None:
    """The number that the citizen calls the own one, canonical; None when no number is called so.

    Args:
        text: the message.
        nobodys: numbers that are nobody's own, such as a hotline's, canonical.

    >>> declared_phone("店老板13900000001不接，我的电话是13800000000"), declared_phone("老板电话13900000001")
    ('13800000000', None)
    """
    for number in find(text):
        if number.service or number.number in nobodys:
            continue
        if _DECLARED.search(text[max(number.start - _BEFORE, 0) : number.start]):
            return number.number
    return None
