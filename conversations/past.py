"""Reads that a danger lies behind (是昨天打的, 不是现在的事), or that whoever was in it is not there any more (人已经走了)."""

from __future__ import annotations

import re

from core.simplified import simplified

_CLAUSES = re.compile(r"[，,。.！!？?；;、\s]+")
_LONGEST = 40
"""Most characters of a message that says when it was, and no more."""
_N = r"[几一二两三四五六七八九十半\d]{1,3}"
_WHEN = (
    rf"(?:大?前[天年]|昨[天晚日](?:上|夜里?)?|昨儿?个?|去年|那年|上上?个?(?:周|星期|礼拜|月)[一二三四五六日天末]?|前(?:{_N}|些|阵)(?:天|子)|"
    rf"{_N}个?(?:天|周|星期|礼拜|月|年)多?(?:以|之)?前|老早|很久|好久|早先|以前|之前|过去)"
)
_PART = r"(?:早上|上午|中午|下午|傍晚|晚上|夜里|半夜|的时候|那会儿?|里|以前|之前)"
_DEED = (
    r"(?:打|骂|砸|砍|捅|踹|掐|抢|偷|闹|吵|撞|摔|掉|烧|着火|漏|闻到|威胁|说|来|发生|出|弄|动手|看到|遇到|碰到)"
)
_LEAD = r"(?:哦|嗯|不是|这|那|其实|我说的|我讲的|说的|讲的|他|她|它|都|就|也|是|已经|早|的){0,6}"
_END = r"(?:了|啦|啊|呀|哈|嘞|呢){0,2}"
_PAST = re.compile(
    rf"{_LEAD}(?:是|说的|讲的|都){_LEAD}{_WHEN}{_PART}?{_DEED}{{0,2}}(?:我|人|的|了|过){{0,3}}(?:事情?|事儿)?{_END}|"
    rf"{_LEAD}{_WHEN}{_PART}?(?:{_DEED}{{1,2}}(?:我|人|过|了)?的|的(?:事情?|事儿)){_END}|"
    rf"{_LEAD}(?:事情?|事儿)?(?:是)?(?:发生|出)(?:在|于)?{_WHEN}{_PART}?(?:的)?{_END}|"
    rf"{_LEAD}(?:过去(?:了)?(?:好久|好(?:几|多)天|很久|{_N}个?(?:天|周|星期|月|年))?(?:了)|(?:发生|打|摔|烧|闹){{0,1}}过去(?:好)?{_N}?[天年]?的事){_END}"
)
_NOT_NOW = re.compile(
    rf"{_LEAD}(?:不是|不在|没在)(?:说)?(?:现在|今天|刚才|刚刚|这会儿?|眼下|当下)(?:{_DEED}{{0,2}}的?|的事情?|的事儿)?{_END}|{_LEAD}(?:现在|眼下|这会儿?)(?:已经|都|早就)?(?:不|没)(?:打|骂|砸|闹|吵|漏|烧|冒烟|来)(?:我|了){{0,2}}{_END}"
)
_PLAIN = re.compile(
    r"(?:我|就|想|要|来|问问?|说说?|反映|投诉|一下|好|好的|嗯|哦|对|没事|没有危险|现在|人|都|已经|报过?警|报了警|谢谢|了|的|下|你们|跟|这事|这个事|今天|才|来){1,10}"
)
"""Words beside the day that bring nothing bad."""
_GONE = re.compile(
    r"(?:人|他|她|老人家?|我?(?:爸爸?|妈妈?|爷爷|奶奶|老伴|老公|老婆|爹|娘)|已经|早就?|都|刚|就|昨天|今早|也){0,5}"
    r"(?:(?:去世|过世|咽气|断气|病故)(?:了|啦){1,2}|没(?:抢)?救(?:过来|回来|活)(?:了|啦){0,2})"
)
"""Only plain words of a death: 没了 may be the breath, and 走了 the one who drove."""
_PASSED = re.compile(r"(?:人|他|她|老人家?)(?:已经|早就?)走了")
"""The same said mildly, where nobody drove and nobody threatened."""
LASTS = ("medical", "self_harm", "another_self_harm", "missing", "gas", "electric", "water")
"""Kinds of danger that may last, however long ago they began."""
_BODY_KINDS = ("medical", "traffic", "water", "electric", "crowd", "fire", "gas")
"""Kinds in which nobody is there who could go away."""
_NOW = re.compile(
    r"又|现在(?!不|没)|正在|刚(?:刚|才)|马上|这会儿|还在|快来|救|今天|今早|今晚|要(?:来|打|杀|砍)|在(?:门|楼|外|屋|家|追|砸|打)"
)


def lies_behind(text: str, kind: str) -> bool:
    """Whether a message says that the danger was on a day before, or is not of this moment, and brings nothing new.

    An illness may last, and despair too, so of these it says nothing.

    >>> lies_behind("是昨天打的", "domestic_violence"), lies_behind("不是现在，是上个星期的事", "crime")
    (True, True)
    >>> lies_behind("是昨天打的，他又来了", "crime"), lies_behind("是昨天摔的", "medical"), lies_behind("昨晚", "crime")
    (False, False, False)
    """
    said = simplified(text.lower())
    if kind in LASTS or len(said) > _LONGEST:
        return False
    clauses = [one for one in _CLAUSES.split(said) if one]
    behind = [one for one in clauses if _PAST.fullmatch(one) or _NOT_NOW.fullmatch(one)]
    return bool(behind) and all(one in behind or _PLAIN.fullmatch(one) for one in clauses)


def gone(text: str, kind: str) -> bool:
    """Whether a message says only that the one who was in danger has gone, or has died.

    >>> gone("老人已经去世了", "medical"), gone("没救过来", "water"), gone("人走了", "medical"), gone("没了", "medical")
    (True, True, False, False)
    """
    clauses = [one for one in _CLAUSES.split(simplified(text)) if one]
    died = [_GONE.fullmatch(one) or (kind == "medical" and _PASSED.fullmatch(one)) for one in clauses]
    return kind in _BODY_KINDS and bool(died) and all(died)


def of_now(text: str) -> bool:
    """Whether a message has a word of this moment, or says that something has come back.

    >>> of_now("他现在又在砸门"), of_now("他一喝酒就打人")
    (True, False)
    """
    return _NOW.search(simplified(text)) is not None


_DAY_BEFORE = re.compile(rf"{_WHEN}|今(?:天)?(?:早上?|上午|凌晨)|上午|中午|凌晨|半夜|夜里")
_THIS_MOMENT = re.compile(r"现在(?!不|没)|正在|刚(?:刚|才)?|这会儿|还在|此刻|眼下|快来|救")


def told_later(text: str) -> bool:
    """Whether a message tells of a day, or of an hour, that has passed, and has no word of this moment.

    >>> told_later("昨晚又冒烟了"), told_later("昨晚冒烟，现在还在冒"), told_later("又冒烟了")
    (True, False, False)
    """
    said = simplified(text)
    return _DAY_BEFORE.search(said) is not None and _THIS_MOMENT.search(said) is None
