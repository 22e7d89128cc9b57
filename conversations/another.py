"""Reads within an alarm that somebody else now speaks of dying: the mother of one who has swallowed poison wants to go with him.

Of one person there may be good news in the same breath. It ends nothing for the other one.
"""

from __future__ import annotations

import re
from itertools import pairwise

from conversations.after_alarm import asks, plain

_LONGEST = 60
"""Most characters of a message that is read."""
_CLAUSES = re.compile(r"[，,。.！!？?；;、\s]+")
KIN = (
    r"(?:爸|妈|爹|娘|父|母|爷|奶|外[公婆]|姥|岳|公公|婆婆|[叔伯姑姨舅婶嫂]|哥|姐|弟|妹|儿子|儿媳|女儿|女婿|闺女|孩子|娃|老公|老婆|丈夫|妻子|媳妇|"
    r"爱人|老伴|老头|老太|对象|男朋友|女朋友|男友|女友|室友|同学|朋友|邻居|工友)"
)
_SOMEBODY = rf"(?:{KIN}|[他她])"
_SAYS = r"(?:说|讲|喊|嚷|叫|闹|哭|要|想|念叨|吵|发(?:消息|信息|微信)|也)"
_WISH = re.compile(
    rf"{_SOMEBODY}[^我俺咱]{{0,8}}{_SAYS}[^我俺咱]{{0,4}}(?:不(?:想|愿意?|要|独)?(?:再)?活(?:了|着|下去)?(?![动该干儿])|活(?:不下去|不成|够|腻)|没法活|想死|寻死|去死|死了算|一起死|一块儿?死|轻生|自杀)"
)
"""Somebody else who says that they want to die. 我妈说我不想活 tells of the one who writes."""
_FOLLOWS = re.compile(
    rf"{_SOMEBODY}[^我俺咱]{{0,8}}(?:说|讲|喊|嚷|叫|闹|哭)[^我俺咱]{{0,6}}(?:跟|陪|随|和|同)(?:着|了)?(?:[我俺咱]们?(?:家)?)?{_SOMEBODY}{{1,3}}(?:一起|一块儿?|一道)?(?:去死|死|走|去)(?:了|算了|吧|好了)*$"
)
"""Who says that they go with the one who dies (说要跟我爸一起走); the clause ends there, so that nobody only rides along."""
_NOT = re.compile(
    r"没(?:有)?(?:说|人说)|不是(?:说)?|以前|之前|去年|从前|好(?:几|多)年|劝住|打消|不(?:再)?(?:说|闹|提)(?:死|不活|这)|不想死|没想死|开玩笑"
)


def wants_to_die(text: str) -> bool:
    """Whether a message says that somebody other than the one who writes wants to die, or to go with the one who does.

    >>> wants_to_die("他跟我妈吵架喝的，我妈也在哭说不活了"), wants_to_die("我姐嚷着要陪他去死")
    (True, True)
    >>> wants_to_die("我妈现在喝酒了说要跟我爸一起走"), wants_to_die("嫂子说他走了她也不独活")
    (True, True)
    >>> wants_to_die("我妈要跟我爸一起去医院"), wants_to_die("我妈说她跟车走"), wants_to_die("我妈说我不想活就别活")
    (False, False, False)
    """
    if len(text) > _LONGEST or _NOT.search(plain(text)):
        return False
    said = [plain(one) for one in _CLAUSES.split(text) if one]
    # The last words of one clause may tell who it is, and the next what is said: 我妈哭着喊，不活了.
    said += ["".join(pair) for pair in pairwise(said)]
    return any(_WISH.search(one) or _FOLLOWS.search(one) for one in said if not asks(one))


_POSSESSIVE = re.compile(rf"[我俺咱]们?(?:家)?(?:的|那|这)?(?={KIN})")
_I = re.compile("[我俺咱]")


def of_oneself(text: str) -> bool:
    """Whether a message has a word for the one who writes, other than in front of a relation (我妈).

    >>> of_oneself("我把药都吃了"), of_oneself("我妈把药瓶拿走了")
    (True, False)
    """
    return _I.search(_POSSESSIVE.sub("", plain(text))) is not None


_FOR_ALL = re.compile(r"都|全|两(?:个|人)|俩|大家|[所都]有人|一家")


def of_all(text: str) -> bool:
    """Whether good news is said of everybody.

    >>> of_all("两个人都没事了"), of_all("救护车来了，接走了")
    (True, False)
    """
    return _FOR_ALL.search(plain(text)) is not None
