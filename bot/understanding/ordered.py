"""Keeps orders to the assistant out of the story: 加一句，…; 内容加上：…; …我就是要提交. Reads the order to take words out again."""

from __future__ import annotations

import re

from bot.understanding.clauses import clauses
from bot.understanding.filing_wish import filing_wish
from bot.understanding.remarks import is_protest, told_already, wants_filed
from core.text import plain

_ADDS = re.compile(
    r"^(?:那|再|还|也|请|麻烦|帮|给|[你您]们?|就|我|俺|要|想|把|在|往|对了|诉求|工单|单子|[，,\s]){0,8}(?:内容|描述|诉求|工单)?(?:里面?|上)?(?:再|也|还|要|给我){0,2}"
    r"(?:加|补|添|写)(?:充)?(?:上|进去|进来|进)?(?:一?[句条点下个]|几句)?(?:话|内容|情况)?(?:就(?:是|说))?[，,：:。\s]+(?=\S)"
)
"""What announces words to be added."""
_FILES = re.compile(
    r"(?:我|俺|就|是|只|反正|那|现在|要|想|得|把|这个?|投诉|诉求|事情?|它|给我|帮我|赶紧|快点|直接){0,10}(?:提交|交上去|报上去|登记上去?)(?:了|吧|啊|就行|就好|上去){0,3}"
)
"""A clause that only orders to submit (我就是要把投诉提交了)."""
_REMOVES = re.compile(
    r"(?:请|麻烦|帮我|给我|把|将|那个?|里面的?|上面的?){0,4}[“\"'‘「]?(?P<what>[^“”\"'‘’「」]{2,40}?)[”\"'’」]?(?:这|那)?(?:一?(?:句|段|条|几个字|行))?(?:话)?(?:给我|都|也|全)?"
    r"(?:去掉|去了|删掉|删了|删去|删除|划掉|抹掉|不要了|拿掉)(?:吧|了|啊|谢谢)?"
)


def without_orders(text: str) -> str:
    """The words of a message that belong to the story; "" when it only orders.

    >>> without_orders("加一句，家里有九十岁老人，没水做饭"), without_orders("内容加上：孩子呛着送医院了")
    ('家里有九十岁老人，没水做饭', '孩子呛着送医院了')
    >>> without_orders("人没事了，我就是要把投诉提交了"), without_orders("他们加班到夜里，吵"), without_orders("提交吧")
    ('人没事了', '他们加班到夜里，吵', '')
    """
    said = _ADDS.sub("", text.strip(), count=1)
    parts = clauses(said)
    kept = [one for one in parts if not _is_order(one)]
    if len(kept) == len(parts):
        return said
    return "，".join(kept)


def removed(text: str) -> str:
    """The words that a message wants taken out; "" for any other message.

    >>> removed("把“我说了三遍了”去掉"), removed("那句物业不管删掉吧"), removed("垃圾没人管")
    ('我说了三遍了', '句物业不管', '')
    """
    found = _REMOVES.fullmatch(text.strip(" 。！!"))
    return found["what"].strip() if found else ""


def _is_order(clause: str) -> bool:
    wish = filing_wish(clause)
    return (
        _FILES.fullmatch(plain(clause)) is not None
        or wants_filed(clause)
        or (wish is not None and not wish.rest and not wish.what)
        or told_already(clause)
        or is_protest(clause)
    )
