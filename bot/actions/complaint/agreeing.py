"""Adjusts the other slots to a newly read value, and tells the citizen what changed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.actions.complaint.answers import read_place
from bot.actions.complaint.values import WHOLE_CITY
from bot.understanding.name import ANONYMOUS

_PIECE = r"(?:附?\d{1,5}(?:-\d+)?|[一二三四五六七八九十百]{1,4})"
_NUMBERS = (
    re.compile(rf"{_PIECE}号(?!楼)"),
    re.compile(rf"(?:[A-Za-z]?{_PIECE})(?:栋|幢|号楼|座)"),
    re.compile(rf"{_PIECE}单元"),
    re.compile(rf"{_PIECE}[楼层]"),
    re.compile(r"\d{3,4}(?:室|户)?$"),
)
_ONLY_NUMBERS = re.compile(
    rf"(?:是|在)?((?:{_PIECE}号(?!楼)|[A-Za-z]?{_PIECE}(?:栋|幢|号楼|座)|{_PIECE}单元|{_PIECE}[楼层]|\d{{3,4}}(?:室|户)?){{1,12}})"
)


def agree(slots: Mapping[str, Any], filled: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Return the values to set, including the changes they cause in other slots, and what to tell the citizen.

    Args:
        slots: the current slots.
        filled: slot → value just read.

    >>> agree({"contact_name": "匿名", "contact_phone": ""}, {"contact_name": "李明"})
    ({'contact_name': '李明', 'contact_phone': None}, '')
    """
    made = dict(filled)
    said = ""
    if made.get("address"):
        said = _placed(slots, made)
    elif made.get("district") and made["district"] != slots.get("district") and slots.get("district"):
        made.setdefault("town", None)
        named = read_place(str(slots.get("address") or "")).get("district")
        if named and named != made["district"]:  # the stored street belongs to the old district
            made["address"] = None
    if made.get("contact_name") and made["contact_name"] != ANONYMOUS:
        if slots.get("contact_phone") == "" and slots.get("contact_name") == ANONYMOUS:
            made.setdefault("contact_phone", None)  # no longer anonymous: ask for a phone
        if "subject" not in made and slots.get("subject") == made["contact_name"]:
            made["subject"] = None  # the citizen's own name, not the accused: it is asked for again
    return made, said


def _placed(slots: Mapping[str, Any], made: dict[str, Any]) -> str:
    """Set district and town to match the address; return what to say when the district changes."""
    town = str(slots.get("town") or "")
    address = str(made["address"])
    named = read_place(address).get("district")
    before = made.get("district") or slots.get("district")
    said = ""
    if named and named != before:
        # "田家庵区国庆路…" after another district was chosen: the address is newer and more exact.
        made["district"] = named
        if before and before != WHOLE_CITY:
            made.setdefault("town", None)
            town = ""
            said = f"您说的位置在{named}，所在县区也从{before}改成{named}了，要是不对说一声就行。"
    if town and town not in address and not made.get("town"):
        made["address"] = f"{town}{address}"
    return said


def is_units(said: str) -> bool:
    """Whether words are only the numbers of a house, a building, a floor or a flat.

    >>> is_units("5栋"), is_units("126号三楼"), is_units("金色家园3栋")
    (True, True, False)
    """
    return _ONLY_NUMBERS.fullmatch(said) is not None


def renumbered(former: str, said: str) -> str:
    """Put a new house number into the former address; return ``said`` unchanged when it is a whole address.

    >>> renumbered("国庆路30号", "35号"), renumbered("锦绣家园3栋2单元", "5栋"), renumbered("国庆路30号", "龙湖路8号")
    ('国庆路35号', '锦绣家园5栋2单元', '龙湖路8号')
    """
    only = _ONLY_NUMBERS.fullmatch(said.strip(" 。.，,了吧"))
    if only is None or not former:
        return said
    changed = former
    for pattern in _NUMBERS:
        new = pattern.search(only.group(1))
        if new is None:
            continue
        old = pattern.search(changed)
        changed = (
            changed[: old.start()] + new.group() + changed[old.end() :] if old else changed + new.group()
        )
    return changed
