"""Recognises a hole in the ground without its cover, into which people may fall (井盖没了，一个大窟窿)."""

from __future__ import annotations

import re

from core.text import plain

LONGEST = 1_000
"""Largest part of a text that is read, in characters."""
_COVER = r"(?:窨?井盖子?|(?:下水道?|井|污水|阴沟|暗沟|沟|化粪池|水表井|雨水[井口]?|窨井)(?:的|口|上|那个)?(?:盖子?|盖板|篦子|井盖))"
_GONE = r"(?:没[了有]|没得|不见|丢|被?(?:人)?偷|缺|少了|掉了|断|碎|塌|烂了?|破|裂|翻|掀|开着|敞|坏)"
_OPEN = re.compile(
    rf"{_COVER}[^，,。；;！!？?]{{0,8}}{_GONE}|(?:没|缺|少|丢|偷|掀)(?:了|个|有|掉)?[^，,。；;！!？?]{{0,4}}{_COVER}|"
    rf"(?:窨井|下水道|井口|化粪池|检查井|[^水油]井)[^，,。；;！!？?]{{0,6}}(?:没(?:有|得)?(?:盖|加盖)|没了?盖|敞着|敞开|露着|大开)"
)
_FALLS = re.compile(
    r"窟窿|[大深黑]洞|露(?:着|出)?(?:个)?(?:洞|坑|口)|黑(?:洞洞|咕隆咚|乎乎|漆漆)|(?:有)?[一两二三几\d]+米(?:多)?深|深[得坑]|敞着|敞开|"
    r"(?:掉|摔|跌|栽|陷|踩|翻|落|滚)(?:进|下|到|入|了进)(?:去|里|坑|洞|井)|踩空|差点(?:儿)?(?:就)?(?:掉|摔|跌|栽|踩|陷)|(?:怕|万一|小心|容易|要是)[^，,。；;]{0,8}(?:掉|摔|跌|栽|踩)"
)
_COVERED = re.compile(
    r"(?:井盖|盖子|盖板|井|洞|窟窿|坑)[^，,。；;！!？?]{0,6}(?:已经|刚刚?|昨天|今天|都)?[^，,。；;！!？?]{0,4}(?:补|盖|修|装|换|填)(?:上|好|回去|平)(?:了|啦)|(?:已经|刚刚?|都)(?:给)?(?:补|盖|修|装|换|填)(?:上|好|回去|平)"
)


def is_open_hole(text: str) -> bool:
    """Whether a matter tells of a cover that is gone or broken, and of the hole or the fall that comes of it.

    >>> is_open_hole("菜市场门口下水道井盖没了 一个大窟窿 昨天有个老太太差点掉下去"), is_open_hole("井盖丢了，怕小孩掉下去")
    (True, True)
    >>> [is_open_hole(said) for said in ("井盖松了，车一过哐当响", "路上有个大窟窿", "井盖补上了，上次没了差点掉下去", "手机掉进下水道了")]
    [False, False, False, False]
    """
    said = plain(text[:LONGEST])
    return bool(_OPEN.search(said) and _FALLS.search(said) and not _COVERED.search(said))
