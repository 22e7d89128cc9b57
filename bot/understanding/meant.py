"""Reads messages that are taken for others: a wish for a poem, the explanation of the question before, a wish to change a field."""

from __future__ import annotations

import re

from bot.understanding.faults import is_fault
from core.simplified import simplified
from core.text import plain

_LONGEST = 40
"""Most characters of such a message."""
_WORKS = r"诗|词|歌|故事|笑话|作文|段子|对联|春联|文案|小说|祝福语|情书|谜语|绕口令|相声|顺口溜|检讨书?|代码|曲子?|快板|剧本"
_MADE = re.compile(
    rf"(?:那|你|您|请|麻烦|快|再|能不能|能|可以|可不可以|会不会|会|要不|帮|给|替|为|我|俺|咱|大家|们){{0,8}}"
    rf"(?:写|作|编|讲|唱|背|念|来|朗诵|吟|说|创作)(?:一|个|首|段|篇|则|副|支|两|几|下|点){{0,3}}[^，,。！？!?]{{0,6}}?(?:{_WORKS})(?![^，,。！？!?]{{0,3}}(?:扰民|太吵|吵|噪))"
)
"""A wish that something be written or sung."""
_MEANS = re.compile(
    r"(?:我说的|我问的|我)?不是[^，,。！？!?]{1,10}[，,、 ]{0,2}(?:我|而|其实)?就是[^。！？!?]{3,}|"
    r"(?:我)?(?:就是|是说|说的是|问的是|的意思是)[^。！？!?]{4,}(?:那种|这种|那个|那样的|这样的|之类的?|一类的?)(?:[，,][^。！？!?]{0,12})?"
)
"""Says what was meant before."""
_CHANGED = re.compile(
    r"(?:我?要|我?想|帮我)?(?:修改|更正|改)(?:一?下)?(?:我的)?(?:诉求)?(?:内容|地址|地点|时间|电话|名字|联系人|对象|类型|县区)[吧了]?"
)
_PLACED = re.compile(r"[路街巷号区县村镇楼栋幢]|小区|门口|\d{3}|投诉|举报|反映|登记|不管|没人[管修]")


def wants_made(text: str) -> bool:
    """Whether a message wishes that a poem, a song, a story or the like be made.

    >>> [wants_made(said) for said in ("你给我写首诗吧，夸夸淮南牛肉汤", "给我写首诗", "来个笑话")]
    [True, True, True]
    >>> [wants_made(said) for said in ("楼下天天唱歌吵死了", "老师让孩子写检讨书", "说一下补贴", "你们念的什么经")]
    [False, False, False, False]
    """
    said = simplified(plain(text))
    return len(said) <= _LONGEST and _MADE.match(said) is not None


def wants_changed(text: str) -> bool:
    """Whether a message only wishes to change a field of the form. An entry tells how that is done, so the search is sure of it.

    >>> wants_changed("改一下诉求内容"), wants_changed("怎么改地址")
    (True, False)
    """
    return _CHANGED.fullmatch(plain(text)) is not None


def explains(text: str) -> bool:
    """Whether a message only explains what the question before it was about, and tells no matter.

    >>> [explains(one) for one in ("不是开店，就是推个车子卖包子", "就是大学生刚来这边工作，租房子政府给钱的那种，安家费也行")]
    [True, True]
    >>> [explains(one) for one in ("不是南路，就是北路15号", "就是我们小区路灯坏了那个", "就是这样", "不是我的")]
    [False, False, False, False]
    """
    said = simplified(text.strip(" ，,。.！!～~"))
    if len(said) > _LONGEST or _PLACED.search(said) is not None or is_fault(said):
        return False
    return _MEANS.fullmatch(said) is not None
