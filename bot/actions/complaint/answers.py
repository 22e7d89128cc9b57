"""Answers to the complaint form's questions: text in, a slot's value out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.actions.complaint import values
from bot.actions.runtime.context import parts
from bot.actions.runtime.wording import plain
from bot.understanding.confidential import read_confidential
from bot.understanding.kind import named_type
from bot.understanding.mine import mine
from bot.understanding.name import read_name
from bot.understanding.phone import phone, without_phone
from bot.understanding.place import place
from bot.understanding.when import moment
from core.clock import now

_LONGEST = {"content": 5_000, "address": 300, "happened_at": 100, "subject": 200}
"""Characters the ticket store takes; what is longer is cut."""
_SHORTEST_CONTENT = 4
_HINTS = {
    "complaint_type": "没能认出是哪一类，请在下面选一个。",
    "content": "您说得再具体一点，我才好登记。",
    "district": "没能认出是哪个县区，请在下面选一个，或者直接说名字，比如“{district}”。",
    "address": "没能认出位置，请说一下路名、小区或者附近的标志。",
    "happened_at": "没能认出时间，大概说一下就行。",
    "contact_name": "没能认出怎么称呼您，请只写姓名或者“王女士”这样的称呼。",
    "contact_phone": "这个号码好像不对。请输入 11 位手机号，或者带区号的座机号，比如 {area_code}-6000000。",
    "confidential": "请选“需要保密”或者“不用保密”。",
    "complaint_confirm": "请点“确认提交”，或者告诉我要改哪一项。",
}


def read_answer(slot: str, text: str) -> str | bool | None:
    """The value an answer gives a slot; None when it gives none.

    >>> read_answer("contact_phone", "13800000000吧")
    '13800000000'
    """
    if slot == "complaint_type":
        kind = named_type(text)
        return kind.label if kind else None
    if slot == "district":
        return values.read_district(text, parts().city)
    if slot == "contact_phone":
        return phone(text)
    if slot == "contact_name":
        return read_name(text)
    if slot == "confidential":
        return read_confidential(text)
    if slot not in _LONGEST:
        return None
    said = values.read_free(text, _LONGEST[slot])
    if slot == "happened_at" and said is not None:
        when = moment(said, now())
        # The words stay whole; the reading stands beside them where there is one.
        return said if when is None or when.start is None else _dated(said, when.shown)[: _LONGEST[slot]]
    if slot == "content" and said is not None and len(plain(said)) < _SHORTEST_CONTENT:
        return None
    return said


def _dated(said: str, shown: str) -> str:
    """The citizen's words with the date they were read as.

    >>> _dated("大概上周三晚上十点多吧", "上周三晚上十点多（2026年11月18日22时）")
    '大概上周三晚上十点多吧（2026年11月18日22时）'
    """
    _, bracket, reading = shown.partition("（")
    return f"{said}{bracket}{reading}" if bracket and bracket not in said else said


_NO_PLACE = re.compile(r"看不|不见|\d+路$|没有?路")
"""What sounds like a road and is none: 晚上看不见路, 公交18路."""


def read_mined(story: str, known: Mapping[str, Any]) -> dict[str, str]:
    """The slots a story fills by itself, those left out that are known already.

    Args:
        known: the slots as they are; a value the citizen gave is never overwritten by a guess.
    """
    found = mine(story, now(), parts().city)
    filled = {
        "complaint_type": found.complaint_type,
        "district": found.district,
        "address": ""
        if _NO_PLACE.search(found.address)
        else f"{found.town}{found.address}"[: _LONGEST["address"]],
        "happened_at": found.happened_at.shown[: _LONGEST["happened_at"]] if found.happened_at else "",
        "subject": found.subject[: _LONGEST["subject"]],
        "contact_phone": found.phone,
    }
    if found.town and not filled["address"].removeprefix(found.town):
        # A town alone is no address yet: it is kept for it.
        filled["town"], filled["address"] = found.town, ""
    return {name: value for name, value in filled.items() if value and not known.get(name)}


def without_own(story: str, mined: Mapping[str, str]) -> str:
    """A story without the number to call back that was taken out of it: the department that reads the story must not
    find there what is to be kept from it.

    >>> without_own("村口有人偷倒垃圾，我电话13800000000", {"contact_phone": "13800000000"})
    '村口有人偷倒垃圾'
    """
    number = mined.get("contact_phone")
    if not number:
        return story
    bare = without_phone(story, number)
    return bare if len(plain(bare)) >= _SHORTEST_CONTENT else story


def read_place(text: str) -> dict[str, str]:
    """District, town and address an address names; what it does not name is left out."""
    found = place(text, parts().city)
    named = {"district": found.district, "town": found.town, "address": found.address}
    return {name: value for name, value in named.items() if value}


def hint(slot: str) -> str:
    """What to tell a citizen whose answer could not be read, before asking again."""
    city = parts().city
    hint = _HINTS.get(slot, "我没听明白。")
    return "抱歉，" + hint.format(district=city.example, area_code=city.area_code)
