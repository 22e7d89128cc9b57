"""Recognises citizens who want to tell something and can't find the words yet: 不知道怎么说, 就是有事.

Rasa's last component uses this module through :mod:`bot.understanding.decide`, so it must run in Python 3.10
with only the standard library.
"""

from __future__ import annotations

import re

from core.text import plain

_ME = r"(?:我|俺|这|这个|这事|那个|嗯|唉|哎|呃|也|就|真|还|反正|一下子?|，|,|、|…|\.)*"
_END = r"(?:了|啊|呀|呢|吧|哎|唉|的|才好|好|…|\.)*"
_NO_WORDS = (
    r"(?:不(?:知道|晓得|会|懂)(?:该|要|得)?(?:怎么|咋|咋个|如何|从哪儿?|从哪里|从何)(?:开口|开始)?(?:说|讲|表达|描述|形容)(?:起|清楚|明白)?|"
    r"(?:该|要)?(?:怎么|咋|咋个)(?:说|讲)(?:呢|才好|好呢)|说不(?:上来|出来|清楚?|明白)|(?:一言难尽|说来话长)|"
    r"(?:一两|三言两|几)(?:句话?|语)(?:也)?说不(?:清楚?|完)|(?:嘴笨|口才不好|没文化)?[，,]?不(?:太|大)?(?:会|善于)(?:说(?:话)?|讲(?:话)?|表达)|不好(?:说|讲|开口)|"
    r"不(?:知道|晓得)(?:怎么|咋)(?:跟|和|对)(?:你们?|您)(?:说|讲)|不(?:知道|晓得)(?:该|能)不(?:该|能)(?:说|讲)|"
    r"不(?:知道|晓得)(?:说|讲)(?:啥|什么)(?:好)?)"
)
_SOMETHING = r"(?:就是|只是)?(?:有|遇到|碰到)(?:了)?(?:一?个|一?件|一?点|些)?(?:点|小|麻烦)?(?:事情?|事儿|情况|麻烦事?|难事|烦心事|困难)(?:想说|要说|想讲)?"
_WORDLESS = re.compile(rf"{_ME}(?:{_NO_WORDS}|{_SOMETHING})(?:{_ME}(?:{_NO_WORDS}|{_SOMETHING}))?{_END}")
_LONGEST = 24
"""Most characters of such a message."""


def is_wordless(text: str) -> bool:
    """Whether a message only says that there is something to tell, or that the words for it are missing.

    >>> [is_wordless(said) for said in ("不知道怎么说", "就是有事", "怎么说呢", "有事找你们领导", "怎么说服邻居")]
    [True, True, True, False, False]
    """
    said = plain(text)
    return len(said) <= _LONGEST and _WORDLESS.fullmatch(said) is not None
