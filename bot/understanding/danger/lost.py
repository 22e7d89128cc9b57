"""A helpless person who has not come back: somebody with dementia, a sick mind, or a small child. The scores, which know quarrels
and blows, take the words for a worry.
"""

from __future__ import annotations

import re

_LONGEST = 120
"""Most characters that are read."""
_WHO = re.compile(
    r"痴呆|阿尔茨海默|老年痴|老糊涂|脑子(?:不清|不好|糊涂)|智力|智障|精神(?:病|不好|分裂|有问题)|自闭|"
    r"(?:[一二两三四五六七八九]|十[一二]?|1[0-2]|\d)岁(?!多?没)[^,，。]{0,6}(?:孩子?|小孩|娃|男孩|女孩|儿子|女儿|闺女|孙)|(?:小孩|孩子|孙子|孙女|娃)(?:才|今年)?(?:[一二两三四五六七八九]|十|\d)岁"
)
_GONE = re.compile(
    r"没(?:有)?(?:再)?回(?:来|家)|(?:人|就|也|都|还)?不见(?:了|人)|找不(?:到|着)|没找(?:到|着)|走(?:丢|失)了|丢了|联系不上|没影|跑(?:丢|出去)了"
)
_SINCE = re.compile(
    r"到现在|还没|一[早夜晚天]|今[早天晚]|昨[晚天夜]|刚(?:才|刚)|半天|[一二两三四五六七八九十几\d]{1,3}个?(?:多)?(?:小时|钟头)|[早中下]午|早上|晚上|天都?黑|眨眼|一转"
)
_NOT = re.compile(
    r"怕|担心|防止|预防|避免|容易|经常|老是|总是|有时|万一|如果|要是|找到了|找着了|找回|回来了|送回|后来|去年|前年|上次|上回|以前|手环|残疾证|评残|补贴|监护"
)


def under_way(read: str) -> bool:
    """Whether a plain text tells that a helpless person went out and has not come back.

    >>> under_way("我家老头子有老年痴呆,一早出门到现在没回来,报警要等24小时吗"), under_way("6岁的孩子放学半天了还没找到")
    (True, True)
    >>> under_way("我妈老年痴呆老怕她走丢了,有没有定位手环"), under_way("老公昨晚没回家"), under_way("痴呆的老人走失找到了要谢谢民警")
    (False, False, False)
    """
    if len(read) > _LONGEST or _NOT.search(read):
        return False
    return all(part.search(read) for part in (_WHO, _GONE, _SINCE))
