"""Reads what citizens say about how one can talk with them: that they type slowly, hear nothing, or speak for somebody.

Such a remark is no matter of its own, wherever it stands beside one.
"""

from __future__ import annotations

import re

from bot.understanding.clauses import clauses
from conversations.by_text import says_so
from core.text import plain

_I = r"(?:您好|你好|那个|不好意思|抱歉|先说明?一?下|因为|由于|但|可是|就是|我们?|俺们?|本人|咱|自己|家里|两口子|老两口|这人|人|都|也|是|有|个|一个|一名|位){0,12}"
_VERY = r"(?:真的?|实在|完全|一点|根本|都|也|又|现在|已经|基本|几乎|太|大|怎么|从小|天生|先天|年纪大了?|上了?年纪){0,8}"
_READS = re.compile(
    rf"{_I}{_VERY}(?:(?:只|光|就)(?:能|会)(?:打字|发?(?:短信|信息|消息|文字)|写字|用?文字|微信|看字|手语)(?:沟通|交流|联系|说|聊)?|"
    rf"(?:字|汉字|文化)(?:都)?(?:认|识)(?:得)?(?:不(?:多|全|得)|的?少)|不(?:识|认识?)字|没(?:什么|啥)?文化|打字(?:比较|很|有点|不)?(?:慢|不(?:快|好|利索))|"
    rf"(?:普通话|官话)(?:说|讲)?(?:得)?(?:不(?:好|标准|准)|差)|(?:不会|没)(?:说|讲)普通话|(?:眼睛?|眼神|视力)(?:不(?:好使?|行)|花|看不清)|老花眼?|"
    rf"(?:是|让|叫|请)?(?:我|俺)?(?:家)?(?:儿子|女儿|闺女|孙子|孙女|邻居|别人|孩子)(?:帮|替|代)(?:我|俺)(?:打|写|发|填|说|问)的?(?:字)?)(?:的|了|啊|呀|呢|哈){{0,4}}"
)
"""A clause about typing, reading or the dialect."""
_ASKS = re.compile(
    r"(?:请|麻烦|希望|拜托|所以|您|你们?|就|能不能|可以){0,8}(?:不要|别|甭|勿)?(?:用|发|打)?(?:给我)?(?:文字|打字|短信|信息|微信|手语|慢(?:点|一点)(?:说|讲)?)(?:跟我|和我|给我|就行|就好|沟通|交流|联系|回复?|说|讲|吧|谢谢|可以|吗){0,8}"
    r"|(?:请|麻烦|希望|所以|我|俺){0,8}(?:不要|别|甭|没法|无法|不能)(?:给我)?(?:打|来|接|听)电话(?:了|啊|的)?(?:谢谢)?|(?:所以|我|俺){0,4}(?:接|打|听)不(?:了|成)电话"
)
"""What is asked for with it: 请打字, 别打电话."""


def is_remark(text: str) -> bool:
    """Whether a text tells nothing but how one can talk with the citizen.

    >>> is_remark("我听不见，只能打字"), is_remark("我耳朵不好，麻烦打字"), is_remark("我听不见广播"), is_remark("路灯坏了")
    (True, True, False, False)
    """
    said = [plain(clause) for clause in clauses(text)]
    told = [says_so(one) or _READS.fullmatch(one) is not None for one in said]
    return any(told) and all(known or _ASKS.fullmatch(one) for one, known in zip(said, told, strict=True))
