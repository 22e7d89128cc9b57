"""Applies the corrections that citizens make in their own words: 田家庵区，不对，大通区 means 大通区."""

from __future__ import annotations

import re

from bot.understanding.name import introduced_name, read_name
from bot.understanding.place import place
from bot.understanding.when import moment
from core.city import City
from core.clock import now
from core.phone import find

_OWN_UP = (
    r"(?:不[，,、 ]{0,2}对|说错|写错|打错|记错|讲错|搞错|弄错|填错|报错|口误|(?<!没)错)(?:了|啊|呀|哦|哈)*|(?:啊|哦|噢|喔|哎呀?|呃|嗯|诶)(?:不是|不)(?:的|啊|呀)*(?=[，,。、 ])|"
    r"(?<=[，,。；;、 ])不是?(?:的|啊|呀|哦){0,3}(?=[，,。、 ]{1,3})"
)
_SLIP = re.compile(
    rf"(?:{_OWN_UP})[，,。；;、!！\s]*(?:应该|应当|其实|正确的?|改成|改为|换成|写|填)*(?:是|叫|写|为|在)?"
)
_NOT_BUT = re.compile(
    r"(?:^|(?<=[，,。；;、！!\s]))(?:不是|不在)(?P<old>[^，,。；;、！!？?\s是在]{2,20})[，,。；;、\s]{0,2}(?:而|应该|应当|其实|我说的){0,2}[是在](?=[^不])"
)
"""不是A，是B: the refused value before the right one."""
_BEFORE = "，,。；;、!！ \t\n啊哦噢喔哎呀呃嗯诶"
"""Marks and sounds between a value and the words that correct it."""
_AFTER = "，, \t\n"
_UNIT = re.compile(
    r"(?:[A-Za-z]?\d{1,5}|[一二三四五六七八九十百]{1,4})(?P<unit>号楼|栋|幢|单元|号|室|楼|层|组|队)$"
)
_NEW_UNIT = re.compile(
    r"(?:[A-Za-z]?\d{1,5}|[一二三四五六七八九十百]{1,4})(?P<unit>号楼|栋|幢|单元|号|室|楼|层|组|队)"
)
_SOFT = re.compile(r"(?:吧|啊|呀|的|左右|那边|这边|这里|那里){1,12}$")
_KIN = re.compile(
    r"^(?:写|用|填)?(?:我|俺)(?:的)?(?:爱人|老公|老婆|丈夫|妻子|媳妇|儿子|女儿|闺女|父亲|母亲|爸爸?|妈妈?|弟弟|哥哥|姐姐|妹妹)(?:的名字)?(?:叫|是)?"
)
_PLACED = re.compile(r"[\u4e00-\u9fff]{1,8}?(?:[路街巷村]|小区|门口|市场|学校|广场)")
_MARKS = re.compile(r"[，,。；;！!？?\n]")
_MOST = 5
"""Most corrections that are applied in one text."""


def put_right(text: str, city: City) -> str:
    """A text in which a value that the citizen corrects at once is replaced by the new value of the same kind.

    Args:
        text: the citizen's words.
        city: the city whose places are recognised.

    >>> from core.city import load_city
    >>> huainan = load_city("huainan")
    >>> put_right("学院南路15号，不是，是学院北路15号", huainan)
    '学院北路15号'
    >>> put_right("不是学院南路，是学院北路15号", huainan), put_right("学院南路15号，不，对，是学院北路15号", huainan)
    ('学院北路15号', '学院北路15号')
    >>> put_right("田家庵区，不对，大通区", huainan), put_right("4栋，啊不是，是14栋", huainan), put_right("收费不对，应该是五块", huainan)
    ('大通区', '14栋', '收费不对，应该是五块')
    """
    text = _without_refused(text, city)
    at = 0
    for _ in range(_MOST):
        slip = _SLIP.search(text, at)
        if slip is None:
            break
        head, tail = text[: slip.start()].rstrip(_BEFORE), text[slip.end() :].lstrip(_AFTER)
        kept = _kept(head, tail, city) if head and tail else None
        if kept is None:
            at = slip.end()
        else:
            text = kept + _KIN.sub("", tail)
            at = 0
    return text


def _without_refused(text: str, city: City) -> str:
    """A text without a refused value before the right one of the same kind (不是A，是B)."""
    refused = _NOT_BUT.search(text)
    if refused is None:
        return text
    old, tail = refused["old"], text[refused.end() :]
    kept = _kept(old, tail, city)
    return text if kept is None else text[: refused.start()] + kept + tail


def _kept(head: str, tail: str, city: City) -> str | None:
    """The part of ``head`` that is kept; None when ``head`` does not end with a value of the kind ``tail`` begins with."""
    last, first = _MARKS.split(head)[-1], _MARKS.split(tail)[0]
    before = head[: len(head) - len(last)]
    soft = _SOFT.sub("", last)
    numbers = find(last)
    if numbers and find(first):
        return before + last[: numbers[-1].start]
    old, new = _UNIT.search(soft), _NEW_UNIT.match(first)
    if old and new and old["unit"] == new["unit"]:
        return before + soft[: old.start()]
    was, now_is = _ending_district(soft, city), _beginning_district(first, city)
    if was and now_is:
        return before + soft[: len(soft) - len(was)]
    time, then = moment(soft, now()), moment(first, now())
    if time and then and soft.endswith(time.text) and first.startswith(then.text):
        return before + soft[: len(soft) - len(time.text)]
    road, there = place(soft, city).address, place(first, city).address
    placed = (there and first.startswith(there)) or _PLACED.match(first)
    if road and placed and soft.endswith(road):
        return before + soft[: len(soft) - len(road)]
    own = introduced_name(last) or (read_name(last) if not before else None)
    if own and read_name(_KIN.sub("", first)) is not None:
        return before
    return None


def _ending_district(text: str, city: City) -> str:
    named = [name for one in city.districts for name in (*one.names, *one.short) if text.endswith(name)]
    return max(named, key=len, default="")


def _beginning_district(text: str, city: City) -> str:
    named = [name for one in city.districts for name in (*one.names, *one.short) if text.startswith(name)]
    return max(named, key=len, default="")
