"""Reads in an answer to any question what the citizen says of himself: his name beside his number, 电话跟上次一样, 我刚说了张晓雨."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.understanding.clauses import clauses
from bot.understanding.name import ANONYMOUS, read_name
from bot.understanding.remarks import is_protest, told_already
from core.text import plain

_AS_BEFORE = re.compile(
    r"(?:我的?|联系|还是|就)*(?:电话|手机|号码|联系方式)(?:号码?)?(?:还是|就|都|也)?(?:跟|和|同|与|是|用)?(?:上一?[次个面件]|刚才|刚刚|前面|之前|原来|那一?[个件]|头一?[个次件])[^，,。]{0,6}?(?:一样|那个|相同|不变|的)?(?:的)?|"
    r"(?:联系|手机|我的?)*(?:电话|手机|号码)(?:号码?)?(?:没变|不变|一样|同上|照旧)(?:的)?"
)
_NOTHING = re.compile(
    r"(?:嗯|对|是|好|行|没错|可以)(?:的|啊|呀|吧)?(?:就)?(?:是)?(?:这样|这么|这个)(?:吧|的|了)?|就(?:是)?(?:这样|这么着)(?:吧|的|了)?|(?:对|是|嗯|好)的"
)
_SAID = re.compile(
    r"(?:我|俺)?(?:不是)?(?:刚刚?|刚才|前面|上面|早就?|都|已经|就){1,3}(?:跟你们?|给你们?)?(?:说|讲|写|填|报)(?:过|了|过了|的是|的)?(?:是|叫|我叫|我是)?(?P<name>[\u4e00-\u9fff·]{2,6}?)(?:了|啊|呀|嘛|吗|呢)?"
)
_LONGEST_NAME = 4
"""Most characters of a name that stands without a word of introduction."""
_SURNAME = 2
"""Characters of a name from which it is more than the surname."""


def phone_as_before(clause: str) -> bool:
    """Whether a clause says that the number is the one given before.

    >>> phone_as_before("电话跟上次一样"), phone_as_before("手机号不变"), phone_as_before("电话打不通")
    (True, True, False)
    """
    return _AS_BEFORE.fullmatch(plain(clause)) is not None


def says_nothing(clause: str) -> bool:
    """Whether a clause only agrees, and names nobody (对的就这样)."""
    return _NOTHING.fullmatch(plain(clause)) is not None


def own_name_in(text: str, slots: Mapping[str, Any], *, phone: bool) -> tuple[str, str]:
    """An answer without the clause that is the citizen's own name, and the name; the answer as it is and "" without one.

    A bare name is the citizen's beside his own number, also beside 电话跟上次一样, and where it makes the known surname whole.
    Whom a matter is about has his name told by role (老板叫…), or alone.

    Args:
        text: the answer, a comma in place of the number.
        slots: the current slots.
        phone: whether the citizen's own number was in it.

    >>> own_name_in("孙小雨，", {}, phone=True), own_name_in("孙小雨 电话跟上次一样", {"contact_name": "孙先生/女士"}, phone=False)
    (('', '孙小雨'), ('电话跟上次一样', '孙小雨'))
    >>> own_name_in("孙小雨", {}, phone=False), own_name_in("我刚说了孙小雨", {}, phone=False)
    (('孙小雨', ''), ('', '孙小雨'))
    """
    parted = clauses(text)
    known = str(slots.get("contact_name") or "")
    open_ = not known
    beside = phone or any(map(phone_as_before, parted))
    for clause in parted:
        said = plain(clause)
        again = _SAID.fullmatch(said)
        name = again["name"] if again else said if len(said) <= _LONGEST_NAME else ""
        if not name or read_name(name) != name or name == ANONYMOUS or len(name) < _SURNAME:
            continue
        whole = known.endswith("先生/女士") and name.startswith(known.removesuffix("先生/女士"))
        others = [one for one in parted if one is not clause]
        alone = all(phone_as_before(one) or told_already(one) or is_protest(one) for one in others)
        if alone and ((open_ and (beside or again)) or (whole and (beside or again))):
            return "，".join(others), name
    return text, ""
