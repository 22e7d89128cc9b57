"""Takes out of an answer the words with which a citizen gropes for a name: 那个什么宏远物业, 具体名字叫不上来.

They contain 什么, 啥 or 不知道, and would make a question or a refusal of an answer.
"""

from __future__ import annotations

import re

from bot.understanding.clauses import clauses
from core.text import plain

_WHAT = r"(?:什么|啥子?|甚么)"
_BEFORE_NAME = re.compile(
    rf"(?:(?P<that>(?:那|这)(?:个|家)?)|(?P<called>[叫是]))(?:个|做|作)?{_WHAT}(?:来着|来的)?"
    rf"(?=(?!时候|样|人|事|东西|意思|地方|单位|部门|店|情况|原因|问题|名|来|呀|吗|啊|呢|的|我|不|都|也|了|公司(?:$|[，,。]))[\u4e00-\u9fffA-Za-z]{{2}})"
)
"""那个什么 or 叫啥 right before the name itself."""
_THING = r"(?:那|这|个|家|就|是|具体|详细|真实|全|店|单位|公司|物业|工地|小区|地方|路|村|厂|学校|老板|名字?|名称|名|我|俺|他们?|它|也|但是?|可|的|啊|嘛){0,10}"
_CALLED = rf"(?:[叫是](?:个|做)?{_WHAT}(?:名字?|名称|路|小区|店|公司|单位)?(?:来着|呢|呀|啊)?)"
_LOST = r"(?:(?:[叫喊说讲](?:不|没)[上出](?:来)?(?:名字?)?|[说讲]不(?:清楚?|准)|记不(?:清楚?|得|住|起来|准)|想不起来|忘(?:记|掉)?|不(?:太|大)?(?:知道|清楚|晓得|记得|确定))(?:[叫是](?:个)?{what})?(?:名字?|来)?(?:了|啦|啊|呀)?)".replace(
    "{what}", _WHAT
)
_GROPES = re.compile(rf"{_THING}(?:{_CALLED}{_THING}(?:{_LOST})?|{_LOST})")
"""A clause that only says that a name is not known or not remembered."""
_LEAST = 2
"""Fewest characters that must be left of the answer."""


def without_groping(text: str) -> str:
    """An answer without the words that only grope for a name; as it is when nothing else would be left.

    >>> without_groping("应该是那个什么宏远物业"), without_groping("就是那个店，叫啥老张面馆")
    ('应该是那个宏远物业', '就是那个店，叫老张面馆')
    >>> without_groping("学校东边那个工地，具体名字叫不上来"), without_groping("那店叫啥来着，叫胖哥烧烤")
    ('学校东边那个工地', '叫胖哥烧烤')
    >>> without_groping("是什么单位"), without_groping("叫不上来"), without_groping("那个什么时候能修")
    ('是什么单位', '叫不上来', '那个什么时候能修')
    """
    said = clauses(text)
    kept = [one for one in said if not _GROPES.fullmatch(plain(one))]
    bare = "，".join(kept) if len(kept) < len(said) else text
    bare = _BEFORE_NAME.sub(lambda found: found["that"] or found["called"], bare)
    return bare if len(plain(bare)) >= _LEAST else text


_HEDGED = re.compile(
    r"(?:就|好像|应该|可能|大概|估计|听说|记得|那个?店?|那家|他们?|店名|名字|，|,){0,4}(?:是|叫)(?:做|作|个)?(?:那个|那家|这家|这个)?(?P<name>[\u4e00-\u9fffA-Za-z0-9]{2,20}?)(?:吧|呗|啊|来着|的|那家|好像){0,2}"
)


def hedged_name(text: str) -> str:
    """The name in an answer that hedges it (应该是那个宏远物业吧, 叫胖哥烧烤); "" for any other answer.

    >>> hedged_name("应该是那个宏远物业吧"), hedged_name("就是那个店，叫老张面馆"), hedged_name("宏远物业")
    ('宏远物业', '老张面馆', '')
    """
    for clause in reversed(clauses(text)):
        found = _HEDGED.fullmatch(clause)
        if found and not re.search(rf"{_WHAT}|谁|哪|不|没|我|你", found["name"]):
            return found["name"]
    return ""


def only_gropes(text: str) -> bool:
    """Whether a message says nothing but that a name is not known.

    >>> only_gropes("具体名字叫不上来"), only_gropes("叫啥我忘了"), only_gropes("那个工地")
    (True, True, False)
    """
    said = clauses(text)
    return (
        bool(said)
        and all(_GROPES.fullmatch(plain(one)) for one in said)
        and bool(re.search(_LOST, plain(text)))
    )
