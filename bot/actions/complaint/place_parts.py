"""Reads that one name within an address is wrong (村名写错了), and puts the right one there, so that the rest stays."""

from __future__ import annotations

import re
from dataclasses import dataclass

_KINDS = {
    "镇": "街道|镇|乡",
    "村": "社区|村|郢子?|圩子?|庄|孜|湾|岗",
    "小区": "小区|花园|家园|[佳嘉名]苑|新村|公寓|广场|苑|园|城|府",
    "路": "大道|大街|路|街|巷",
}
"""The word by which citizens name a part of an address → how such names end."""
_ANY = "|".join(sorted("|".join(_KINDS.values()).split("|"), key=len, reverse=True))
_NAMES = re.compile(rf"[^\d，,。；;、\s]{{1,8}}?(?P<end>{_ANY}|[区县市])(?!村|路|苑|小区|花园|社区)")
"""The names in an address, one after the other (孙庙乡, 前圩村)."""
_WRONG = re.compile(
    r"(?:我|你们?|您|那个?|这个?|地址里?的?|上面的?|刚才的?|哎呀?|啊|不好意思|[，,\s]){0,6}"
    r"(?P<part>村子?|庄子?|镇|乡|街道|小区|路|街|巷子?)的?名字?(?:我|你们?|您)?(?:都|给|好像){0,2}"
    r"(?:(?:说|讲|写|填|记|打|弄|搞|登记)?(?:得|的)?(?:错|反|岔|不对|有误|有问题)(?:了|啦|啊|呀|的|字){0,3}|(?:要|得|应该|帮我|给我){0,2}(?:改|换|更正)(?:一?下)?(?:吧|了)?)"
    r"(?:[，,。：:\s]{0,3}(?:应该|应当|其实|正确的?){0,2}(?:是|叫|为|改成|改为|写成)(?P<new>[^，,。；;！!？?\s]{1,12}?)(?:才对|吧|啊|呀|的){0,2})?[。！!]?"
)
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Part:
    """A name that is wrong.

    Args:
        kind: 镇, 村, 小区 or 路.
        new: the right one; "" when it is not told.
    """

    kind: str
    new: str


def read(text: str) -> Part | None:
    """The name in an address that a message calls wrong; None for any other message.

    >>> read("村名写错了"), read("小区名字打错了，是锦绣苑"), read("村里路写错了名")
    (Part(kind='村', new=''), Part(kind='小区', new='锦绣苑'), None)
    """
    said = text.strip()
    found = _WRONG.fullmatch(said) if len(said) <= _LONGEST else None
    return Part(_kind(found["part"]), found["new"] or "") if found else None


def put(address: str, kind: str, new: str) -> str | None:
    """An address with the right name in place of its one name of that kind; None when it has none or several.

    Args:
        address: the address so far.
        kind: one of the kinds of :class:`Part`.
        new: the right name, with or without what it ends in.

    >>> put("孙庙乡前圩村三组", "村", "后圩村"), put("孙庙乡前圩村", "村", "后赵"), put("龙湖路8号", "村", "后圩村")
    ('孙庙乡后圩村三组', '孙庙乡后赵村', None)
    """
    ends = _KINDS[kind].split("|")
    there = [one for one in _NAMES.finditer(address) if one["end"] in _matching(ends)]
    if len(there) != 1:
        return None
    old = there[0]
    whole = new if re.search(rf"(?:{_KINDS[kind]})\d*$", new) else f"{new}{old['end']}"
    if len(re.findall(_NAMES, whole)) > 1:
        return None  # 寿县孙庙乡后圩村 stands for the whole address
    return address[: old.start()] + whole + address[old.end() :]


def _kind(said: str) -> str:
    bare = said.removesuffix("子")
    return {"乡": "镇", "街道": "镇", "庄": "村", "街": "路", "巷": "路"}.get(bare, bare)


def _matching(ends: list[str]) -> set[str]:
    return {word for end in ends for word in (re.sub(r"子\?$", "", end), re.sub(r"\?$", "", end))} | {
        f"{mark}苑" for mark in "佳嘉名" if "[佳嘉名]苑" in ends
    }
