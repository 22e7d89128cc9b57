"""Reads places in the clauses of a message: the asked one, and a later one that is more exact."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.actions.complaint.answers import read_place
from bot.actions.complaint.heard import Heard
from bot.actions.complaint.rough import bare
from bot.actions.runtime.context import parts
from bot.actions.runtime.wording import plain
from bot.understanding.clauses import may_be_place, only_place
from bot.understanding.looks import is_rough, is_sentence

_HOUSE = re.compile(
    r"\d(?:栋|幢|座|号楼)|[一二三四五六七八九十\d]单元|(?:[路街巷道弄村庄园苑城府都湾郡坊庭]|小区|新村|花园)[^，,。]{0,4}?\d{1,4}号(?!线|标|到|早|晚|上|下|开|才|就|那)"
)
"""A number by which a house is found. 7号 alone may be a day."""
_HOUR = re.compile("点|昨|今[天晚早]|前天|上周|[早晚]上|夜|凌晨|[上下]午|[年月日]")


_ONLY_HOUSE = re.compile(
    rf"[^，,。；;]{{0,16}}?(?:{_HOUSE.pattern})(?:[^，,。；;]{{0,3}}(?:单元|室|层|楼|栋|号|户)|的|\d{{3,4}}|底下|楼[下上顶]|门口|附近|旁边?|对面|对过|[后前里外]面|[东西南北][边侧门面头]){{0,4}}"
)
"""A clause that ends with the house, or with where beside it."""


def is_house(clause: str) -> bool:
    """Whether a clause names a house by estate or road and number, so that it is a place whatever was asked."""
    if _HOUR.search(clause) or is_sentence(clause) or not _ONLY_HOUSE.fullmatch(clause):
        return False
    return bool(read_place(clause).get("address"))


def _has_house(address: str) -> bool:
    return _HOUSE.search(address) is not None


def is_place(clause: str) -> bool:
    """Whether a clause looks like the answer to "where?"."""
    city = parts().city
    looks = may_be_place(clause, city)
    return looks is True or (looks is None and is_rough(clause, city))


def only_district(clause: str) -> bool:
    """Whether a clause names a district and no place within it."""
    return only_place(clause, parts().city) and set(read_place(clause)) == {"district"}


def named(clause: str, heard: Heard) -> str:
    """The place in a clause. What else a clause tells (山王镇来个人看看吧) belongs to the matter."""
    found = read_place(clause)
    told = f"{found.get('town', '')}{found.get('address', '')}"
    if not told or not is_sentence(plain(clause).replace(told, "")):
        return clause
    heard.rest.append(clause)
    return told


def makes_exact(clause: str, slots: Mapping[str, Any]) -> bool:
    """Whether a clause names a place that can be found, while the known one can't."""
    city = parts().city
    known = bare(str(slots.get("address") or ""))
    exact = bool(read_place(clause).get("address")) and may_be_place(clause, city) is True
    return (
        bool(known)
        and exact
        and is_rough(known, city)
        and not (is_rough(clause, city) or is_sentence(clause))
    )


_POINTS = re.compile(r"^(?:就|那就|还)?(?:是|在){1,2}|^就")
"""Words that only point at the place that follows (就在龙湖中路88号)."""


def take_place(clause: str, asked: str, slots: Mapping[str, Any], heard: Heard) -> None:
    """Take a clause that is only a place and does not answer the question.

    It fills open slots, makes the address more exact, or moves it to another district. Otherwise it is a second place
    and is added to the content.
    """
    found = read_place(clause)
    alone = _POINTS.sub("", clause)
    if read_place(alone) == found:
        clause = alone
    named = bool(found.get("address") or found.get("town"))
    district, address = slots.get("district"), str(slots.get("address") or "")
    moved = district is not None and found.get("district") not in (None, district)
    if slots.get("district") is None and found.get("district"):
        heard.values.setdefault("district", found["district"])
    elif moved and asked != "district" and not named:
        heard.values["district"] = found["district"]
    if not named or "address" in heard.values:
        return
    if slots.get("address") is None or (moved and asked != "district"):
        heard.values["address"] = clause
    elif plain(clause) in plain(f"{address}{slots.get('content')}"):
        return  # nothing new
    elif (
        not address
        or plain(address) in plain(clause)
        or is_rough(bare(address), parts().city)
        or (is_house(clause) and not _has_house(address))
    ):
        heard.values["address"] = clause
    elif not found.get("address") and not read_place(address).get("town"):
        heard.values["address"] = f"{found['town']}{address}"
    else:
        heard.rest.append(clause)
