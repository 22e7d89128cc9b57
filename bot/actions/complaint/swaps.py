"""Reads that one value stands in place of another (小区不叫A，叫B; 是B不是A; B，我说成A了), whatever field holds the wrong one."""

from __future__ import annotations

import re
from dataclasses import dataclass

IN_PART = ("address", "happened_at", "subject")
"""Fields of which a part may be wrong."""
_LONGEST = 60
"""Most characters of such a message."""
_NOT = r"(?:并|而)?不(?:是|叫|在|姓)"
_BE = r"(?:(?:应该|应当|其实|正确的?|实际上?|才|就|而){0,3}(?:是|叫做?|在|姓|为)|改成|应该|(?=到))"
_VALUE = r"[^，,。；;！!？?\s]{1,30}?"
_NEW = r"(?P<new>(?:(?!是|叫)[^，,。；;！!？?\s]){1,30}?)"
_END = r"(?:才对|才是|才好|吧|啊|呀|哈|了|的){0,3}[。！!]?"
_GAP = r"[，,。；;\s]{1,3}"
_MISSAID = r"(?:我|俺|你们?|您|刚才|刚刚|前面|上面|给|不小心){0,4}(?:说|讲|写|记|填|报|打|念)"
_WHAT = r"(?P<field>[^，,。；;！!？?\s]{0,12}?)"
_SHAPES = tuple(
    re.compile(rf"\A{shape}")
    for shape in (
        rf"{_WHAT}{_NOT}(?P<old>{_VALUE})(?:{_GAP}(?:{_MISSAID}(?:错|岔|反)(?:了|咧|啦|喽)?{_GAP})?{_WHAT.replace('field', 'again')}{_BE}|{_BE}|{_GAP}(?=[^，,。；;\s]{{2,}}$)){_NEW}{_END}",
        rf"{_WHAT}{_BE}{_NEW}(?:{_GAP})?{_NOT}(?P<old>{_VALUE}){_END}",
        rf"(?P<old>{_VALUE}){_MISSAID}?(?:错|岔|反)了?(?:一?个字)?{_GAP}{_WHAT}{_BE}{_NEW}{_END}",
        rf"{_WHAT}{_BE}?{_NEW}(?:{_GAP}){_MISSAID}(?:错)?成(?:了)?(?P<old>{_VALUE}){_END}",
        rf"{_WHAT}(?:把)?{_NEW}{_MISSAID}(?:错)?成(?:了)?(?P<old>{_VALUE}){_END}",
    )
)
_LEAD = re.compile(
    r"^(?:(?:哦|啊|嗯|哎呀?|诶|对了|那个|等一?下|你等下|不好意思|说错了|写错了|错了|不对|单子上?的?|工单上?的?|刚才的?|我说的|[，,、\s]){1,8})"
)
_POINTED = re.compile(r"(?<=..)(?:[那这][个边家栋张])$")
"""What points at a value and is no part of it (北门那个)."""
_TAKEN_UP = ("到", "在", "从", "叫", "是")
"""Words before a value that belong to it only where the wrong one has them, too (到十一点 for 十点)."""

_UNDERSTOOD = re.compile(r"（\d{4}年[^）]*）$")
"""How a time was understood, behind the citizen's words; it is understood anew."""


@dataclass(frozen=True)
class Swap:
    """A value and what stands in its place.

    Args:
        field: words before the values, which may name a field (小区名).
        old: the wrong value.
        new: the right one.
    """

    field: str
    old: str
    new: str


def read(text: str) -> list[Swap]:
    """The ways in which a message may be read so; whoever knows the fields takes the one whose wrong value stands in one.

    >>> read("小区不叫锦绣园，叫锦绣苑")[0], read("路灯坏了，没人修")
    (Swap(field='小区', old='锦绣园', new='锦绣苑'), [])
    >>> read("摊子是南口那个，我说成北口了")[0]
    Swap(field='摊子', old='北口', new='南口')
    >>> read("是到十一点不是十点")[0].new, read("第二小学，我说成第三小学了")[0].old
    ('到十一点', '第三小学')
    """
    said = text.strip()
    if len(said) > _LONGEST:
        return []
    said = _LEAD.sub("", said)
    return [
        Swap(found["field"], _POINTED.sub("", found["old"]), _POINTED.sub("", found["new"]))
        for shape in _SHAPES
        if (found := shape.fullmatch(said)) and found["old"] != found["new"]
    ]


def put(value: str, swap: Swap) -> str | None:
    """A field's value with the right part in place of the wrong one, which is last in it; None when it does not hold that.

    >>> put("每天晚上七点到十点", Swap("", "十点", "到十一点")), put("龙湖路8号", Swap("", "广场路", "龙湖路"))
    ('每天晚上七点到十一点', None)
    >>> put("老街后头三号楼门口", read("不是三号楼 我讲错了 是五号楼门口")[0])
    '老街后头五号楼门口'
    """
    value = _UNDERSTOOD.sub("", value)
    if swap.old not in value:
        return None
    before = value[: value.rindex(swap.old)]
    new = swap.new
    for word in _TAKEN_UP:
        if before.endswith(word) and new.startswith(word):
            new = new.removeprefix(word)
    after = value[len(before) + len(swap.old) :]
    told = next((size for size in range(min(len(after), len(new)), 0, -1) if new.endswith(after[:size])), 0)
    return before + new + after[told:]
