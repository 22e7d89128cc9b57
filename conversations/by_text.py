"""Citizens who can't hear or speak: they are reached in writing only, and never told to phone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from core.simplified import simplified
from core.text import plain

FACT = "text_only"
"""Key under which a conversation stores that its citizen said so."""
_CLAUSES = re.compile(r"[，,。；;！!？?\s]+")
_I = r"(?:您好|你好|那个|不好意思|抱歉|先说明?一?下|因为|由于|但|可是|就是|我们?|俺们?|本人|咱|自己|家里|两口子|老两口|这人|人|都|也|是|有|个|一个|一名|位){0,12}"
_VERY = r"(?:真的?|实在|完全|一点|根本|都|也|又|现在|已经|基本|几乎|太|大|怎么|从小|天生|先天|年纪大了?|上了?年纪){0,8}"
_CANNOT = (
    rf"(?:(?:聋哑?|哑巴?|失聪|失语|听障|语障|言语障碍|听力障碍|听力残疾|言语残疾)(?:的?人|人士|者|朋友|残疾人?)?|(?:双耳|耳朵|耳|听力|左右耳){_VERY}(?:听不(?:见|到|清)|聋|背|沉|失聪|不好使?|不中用|不灵|不行|有(?:问题|毛病|障碍))|"
    r"听不(?:见|到|清楚?|真)(?:声音?|声儿|说话|别人说话|电话|铃声)?|(?:不会|不能|没法|说不了?|讲不了?|无法)(?:开口)?(?:说|讲)?话|(?:戴着?|用)助听器(?:也)?(?:听不(?:见|到|清))?)(?:的|了|啊|呀|呢|哈){0,4}"
)
_SAYS = re.compile(rf"{_I}{_VERY}{_CANNOT}(?:{_VERY}{_CANNOT}){{0,2}}(?:你们?|您)?(?:说(?:的)?)?(?:啥|什么)?")


def wanted(facts: Mapping[str, Any]) -> bool:
    """Whether the citizen of a conversation with these facts said so."""
    return facts.get(FACT) is True


def says_so(clause: str) -> bool:
    """Whether a clause says that the citizen can't hear or speak."""
    return _SAYS.fullmatch(plain(clause)) is not None


def cannot_hear(text: str) -> bool:
    """Whether citizens say in a message that they can't hear or speak.

    >>> cannot_hear("我听不见，只能打字。楼下棋牌室半夜吵"), cannot_hear("楼上吵得电视都听不见"), cannot_hear("俺是聋哑人")
    (True, False, True)
    """
    return any(says_so(one) for one in _CLAUSES.split(simplified(text)) if one)
