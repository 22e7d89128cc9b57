"""Finds what a citizen orders to be written into the complaint: 把我老伴的情况也写上, 电梯口还漏水，把这个加进去."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.understanding.clauses import clauses
from bot.understanding.wishes import read_wish
from core.phone import find
from core.text import plain

_POLITE = r"(?:赶紧|赶快|快点?|马上|尽快|也|都|再|还|就|要|得|请|麻烦|拜托|劳驾|[你您]们?|[给帮替][我俺咱]|一并|一起|一块儿?|顺便|能不能|可以|那)"
_WRITE = (
    r"(?:(?:(?:[写加补记添填报](?:充)?)(?:下来)|(?:[写加补记添填报](?:充)?|登记|补充|反映)(?:上去?|进去?|进来|到(?:里面|内容(?:里面?)?|(?:工单|单子)(?:[上里]面?)?|上面)))"
    r"|补充一?下)"
)
_END = r"(?:吧|啊|呀|呗|哈|哦|嘛|谢谢|[你您]|行[吗不]|好[吗不]|可以[吗不]){0,4}"
_THIS = r"(?:这个?|那个?|它|这[条点些句](?:话)?|这一?[条点件句](?:话|事)?|这件?事|这情况|这个?情况|刚才(?:说的|那句))"
_BARE = re.compile(rf"(?:{_POLITE}|把|将|{_THIS}){{0,8}}{_WRITE}{_END}")
"""A clause that only orders to write down what stands before it (把这个也写上)."""
_WHAT = re.compile(rf"{_POLITE}{{0,6}}(?P<ba>把|将)?(?P<what>.{{3,}}?){_POLITE}{{0,6}}{_WRITE}{_END}")
_TELLS = re.compile(
    r"^[他她](?:们)?(?!.*(?:不|没))|(?:[没别莫甭]|没有|不[要用必想]?)(?:[给帮][我俺])?$|^(?:你|再|帮我)?(?:看看?|检查|有没有把?)"
)
"""What before the verb makes the clause tell, refuse or ask instead of ordering."""
_OWN = re.compile(
    r"(?:我们?|俺们?|的|联系|也|这个?|新|备用|真实)*(?:电话|手机|号码?|名字?|姓名|称呼|地址|地点|位置|时间|单位|对象|店名|内容|联系方式|照片|图片|视频)(?:号码?)?"
)
"""The name of a field, which is filled and not written into the content."""
_LEAST = 4
"""Fewest characters that are written down."""
_BACK = re.compile(r"(?:第一|头一|前)[封条句次段]?信?|前面|上面|开头|一开始|刚开始|刚才|刚刚|之前|先前")
_SAID = re.compile(r"(?:说|写|讲|问|发|提)(?:过|到|了)?的|信里|咋没|怎么没|没了|没写|漏了|哪去了")


@dataclass(frozen=True, slots=True)
class WriteDown:
    """An order to write something down.

    Args:
        words: what is to be written; "" when the order only points at what was said before it.
        back: whether the words point at something that was told earlier in the talk.
    """

    words: str
    back: bool = False


def write_down(text: str) -> WriteDown | None:
    """What a message orders to be written down; None for any other message.

    >>> write_down("把我妈七十多了能不能先办也写上"), write_down("维修基金能不能用，把这个加进去吧")
    (WriteDown(words='我妈七十多了能不能先办', back=False), WriteDown(words='维修基金能不能用', back=False))
    >>> write_down("补充进去"), write_down("第一回说的漏水那些咋没了，加进去").back
    (WriteDown(words='', back=False), True)
    >>> write_down("看看都写上了没"), write_down("把我电话写上"), write_down("他们把名字写上去了"), write_down("别写上")
    (None, None, None, None)
    """
    said = clauses(text)
    if not said or read_wish(text) is not None or find(text):
        return None
    last = plain(said[-1])
    before = "，".join(said[:-1])
    if _BARE.fullmatch(last):
        words = before
    elif (found := _WHAT.fullmatch(last)) and not _TELLS.search(found["what"]):
        if not found["ba"] and not re.search(rf"{_POLITE}{_WRITE}{_END}$", last):
            return None  # 我儿子名字登记上去 tells as often as it orders
        named = found["what"]
        if _OWN.fullmatch(named):
            return None
        words = f"{before}，{named}" if before else named
    else:
        return None
    if words and _OWN.fullmatch(plain(words)):
        return None
    if words and len(plain(words)) < _LEAST:
        return None
    back = bool(words) and _BACK.search(words) is not None and _SAID.search(words) is not None
    return WriteDown(words, back)
