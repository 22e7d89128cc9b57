"""Reads that help was called (打过了, 120打了): while an alarm is open, these words are about the phone and about no blows."""

from __future__ import annotations

import re

from conversations.after_alarm import asks, plain
from conversations.ended import BY_PEOPLE

_CLAUSES = re.compile(r"[，,。.！!？?；;、\s]+")
_SELF = r"(?:[我俺咱]们?|已经?|刚才?|刚刚|都|早就?|也|就|是|真的?|嗯|好的?|对|啊|电话|有人|邻居|同事|路人|物业|保安|别人|帮(?:忙|着)?)"
_KIN = r"(?:老[公婆伴]|[爸妈爹娘爷奶哥姐弟妹]|儿子|女儿|闺女|孩子|媳妇|家里?人|家属|[他她]们?|朋友|同学)"
_NUMBER = r"(?:1[12]\d|12356|95598|急救(?:电话|车)?|火警|报警电话|救护车|消防)"
_DONE = r"(?:打|拨|叫)(?:电话)?(?:过|了|完|通|好){1,3}"
_END = r"(?:电话)?(?:的|了|啦|呀|啊|嘛|呢|吧|过){0,3}"
_NAMED = rf"(?:{_NUMBER}(?:电话)?{_SELF}{{0,4}}{_DONE}{_END}|{_DONE}{_NUMBER}{_END}|(?:打|拨|叫){_NUMBER}(?:电话)?(?:了|过|啦|通){{1,3}})"
_CALL = re.compile(rf"{_SELF}{{0,6}}(?:{_NAMED}|{_DONE}{_END}){{1,3}}")
_BY_KIN = re.compile(rf"{_SELF}{{0,3}}{_KIN}{{1,2}}{_SELF}{{0,4}}(?:{_NAMED}|{_DONE}{_END}){{1,3}}")
_AHEAD = re.compile(rf"{_SELF}{{0,6}}(?:{_NAMED}|(?:打|拨)(?:过|完|通)了)(?!.{{0,2}}[吗没么])")
"""A call at the head of a clause in which more is told (120打了她还在抖)."""
_NOT_THROUGH = re.compile(r"没(?:有)?人接|不接|打不(?:通|了|出|进)|占线|没(?:打|报|叫)(?:通|成|了)?")
_SOMEBODY = re.compile(r"\s*[我俺你您他她他]")
_LONGEST = 80
"""Most characters of a message that is read."""


def apart(text: str, kind: str) -> tuple[bool, str]:
    """Whether a message says that help was called, and the message without these words; False and the message when it does not.

    Who was told a number and says 打过了 speaks of the phone. 他打了 may still tell of blows where people do the harm.

    Args:
        text: the message.
        kind: the kind of the open danger.

    >>> apart("打过了，她现在犯困要不要让她睡", "medical"), apart("打了打了", "medical")
    ((True, '她现在犯困要不要让她睡'), (True, ''))
    >>> apart("我已经到楼下了，打119了，邻居要不要喊", "gas")
    (True, '我已经到楼下了，邻居要不要喊')
    >>> apart("他又打了，我妈在流血", "domestic_violence"), apart("打过了没人接", "medical")
    ((False, '他又打了，我妈在流血'), (False, '打过了没人接'))
    """
    if len(text) > _LONGEST or kind == "self_harm" or _NOT_THROUGH.search(plain(text)):
        return False, text
    called, kept = False, []
    for clause in (one for one in _CLAUSES.split(text) if one):
        said, rest = plain(clause), clause
        if not asks(said) and (_CALL.fullmatch(said) or (kind not in BY_PEOPLE and _BY_KIN.fullmatch(said))):
            called, rest = True, ""
        elif (ahead := _AHEAD.match(clause)) is not None and ahead.end() < len(clause):
            blows = kind in BY_PEOPLE and _SOMEBODY.match(clause[ahead.end() :]) is not None
            if not blows or re.search(_NUMBER, ahead[0]):
                called, rest = True, clause[ahead.end() :]
        if rest.strip():
            kept.append(rest.strip())
    return (True, "，".join(kept)) if called else (False, text)
