"""Reads corrections of one line of the complaint: a button (``/correct{"field": …}``) or words (改一下地址, 地址不对，是…)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.actions.complaint.answers import read_place
from bot.actions.complaint.fields import BY_NAME, FIELDS
from bot.actions.complaint.values import read_district
from bot.actions.runtime.context import parts
from bot.actions.runtime.wording import plain
from bot.understanding.lasting import only_time
from bot.understanding.name import introduced_name
from bot.understanding.phone import asked_phone
from bot.understanding.place import place
from core.phone import find

_HEARD = tuple(
    (field.name, re.compile(field.words)) for field in sorted(FIELDS, key=lambda field: field.heard)
)
_LONGEST = 120
"""Most characters of a correction."""
_NEW_VALUE = re.compile(r"(?:改成|改为|换成|换为|应该是|更正为|改到)[：:\s]*(\S.*)$")
_WRONG = re.compile(
    r"^(?:不对|不好意思|等等|哦|啊|那个|我的|我|您|你们?|把|这个|上面|刚才|前面|，|,|\s)*(?P<field>[\u4e00-\u9fff]{1,8}?)(?:我)?(?:说|写|填|选|记|打|弄|搞|登记)?(?:的)?(?:不对|错了?|有误|不是这个?|反了|有问题|改一下|改下|要改|更正)[，,。：:\s]*"
    r"(?:我)?(?:说错了)?[，,]*(?:应该|正确的?|其实)?(?:是|改成|改为|为|在|：)?[：:\s]*(?P<value>\S.*)$"
)
_MISSAID = re.compile(
    r"^(?:不好意思|抱歉|哎呀?|哦|啊|等等|不对|对不起|，|,|\s)*(?:我|俺)?(?:刚才|前面)?(?:说|写|填|选|记|打|点|弄|搞)(?:错|反)了?[，,。\s]*(?:应该|正确的?|其实)?(?:是|为|在)?[：:\s]*(?P<value>\S.*)$|"
    r"^(?:不对|错了)[，,。！!\s]+(?:应该|正确的?|其实)?(?:是|在|为)?[：:\s]*(?P<value2>\S.*)$"
)
_NOT_BUT = re.compile(
    r"^(?:不对|错了|，|,|\s)*(?:地址|地点|位置|时间|名字|电话|我)?(?:不是|不在|不叫|不姓)(?P<old>[^，,。；;是]{1,20})[，,。；;\s]*(?:而|应该|其实|我)?(?P<cue>是|在|叫|姓)(?P<new>[^，,。；;！!？?]{1,40})[。！!]?$"
)


def field_of(text: str, entities: Mapping[str, str]) -> str | None:
    """The slot that a correction is about; None when it names none.

    >>> field_of("电话号码不对，改一下", {})
    'contact_phone'
    """
    named = entities.get("field")
    if named:
        return named if named in BY_NAME else None
    said = plain(text)
    return next((slot for slot, pattern in _HEARD if pattern.search(said)), None)


def new_value(text: str) -> str | None:
    """The new value that a correction contains; None when it contains none.

    >>> new_value("把区改成大通区")
    '大通区'
    """
    match = _NEW_VALUE.search(text.strip())
    return match.group(1).strip(" 。.，,吧了") if match else None


def correction(text: str, slots: Mapping[str, Any]) -> tuple[str, str] | None:
    """The slot that a message corrects, and the words of its new value; None when it corrects no filled slot.

    >>> correction("地址不对，是国庆路菜市场门口", {"address": "龙湖路"})
    ('address', '国庆路菜市场门口')
    """
    said = text.strip()
    if len(said) > _LONGEST:
        return None
    but = _NOT_BUT.match(said)
    if but:
        found = _replaced(but["old"].strip(), but["new"].strip(" 。吧的"), but["cue"], slots)
        if found is not None:
            return found
    wrong = _WRONG.match(said)
    if wrong:
        slot = field_of(said[: wrong.start("value")], {})
        if slot is not None and slots.get(slot) is not None and slot != "content":
            return slot, wrong["value"].strip(" 。")
    brought = new_value(said)
    if brought:
        slot = field_of(said[: said.find(brought)], {}) or ("contact_phone" if find(brought) else None)
        if slot is not None and slots.get(slot) is not None and slot not in ("content", "category"):
            return slot, brought
    missaid = _MISSAID.match(said)
    if missaid:
        value = (missaid["value"] or missaid["value2"]).strip(" 。")
        slot = _kind(value)
        return (slot, value) if slot is not None and slots.get(slot) is not None else None
    return None


def _replaced(old: str, new: str, cue: str, slots: Mapping[str, Any]) -> tuple[str, str] | None:
    """For "not this but that": the slot that holds the old value, and the words of the new value."""
    city = parts().city
    was, now = read_district(old, city), read_district(new, city)
    if was is not None and now is not None and was == slots.get("district"):
        beyond = place(new, city)
        return ("address" if beyond.address else "district"), new
    for slot in ("address", "happened_at", "subject", "contact_name", "contact_phone"):
        value = str(slots.get(slot) or "")
        if not value or old not in value:
            continue
        return slot, value.replace(old, new, 1) if slot == "address" and old != value else new
    if cue in ("叫", "姓") and slots.get("contact_name"):
        return "contact_name", f"我{cue}{new}"
    return None


def _kind(value: str) -> str | None:
    """The slot whose values look like these words; None when no slot is clear."""
    if asked_phone(value):
        return "contact_phone"
    if introduced_name(value):
        return "contact_name"
    if only_time(value):
        return "happened_at"
    if read_place(value).get("address"):
        return "address"
    if read_district(value, parts().city) is not None:
        return "district"
    return None
