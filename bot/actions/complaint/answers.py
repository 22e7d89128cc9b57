"""Answers to the complaint form's questions: text in, a slot's value out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.actions.complaint.draft import CONFIRM
from bot.actions.complaint.fields import BY_NAME
from bot.actions.complaint.values import SHORTEST_STORY
from bot.actions.runtime.context import parts
from bot.actions.runtime.wording import plain
from bot.understanding.lasting import lasting
from bot.understanding.mine import mine
from bot.understanding.phone import without_phone
from bot.understanding.place import place
from core.clock import now

_UNREAD = {CONFIRM: "请点“确认提交”，或者告诉我要改哪一项。"}


def read_answer(slot: str, text: str) -> str | bool | None:
    """The value an answer gives a slot; None when it gives none.

    >>> read_answer("contact_phone", "13800000000吧")
    '13800000000'
    """
    return BY_NAME[slot].answer.read(text) if slot in BY_NAME else None


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
        else f"{found.town}{found.address}"[: BY_NAME["address"].answer.longest],
        "happened_at": (found.happened_at.shown if found.happened_at else lasting(story) or "")[
            : BY_NAME["happened_at"].answer.longest
        ],
        "subject": found.subject[: BY_NAME["subject"].answer.longest],
        "contact_phone": found.phone,
    }
    if found.town and not filled["address"].removeprefix(found.town):
        # A town alone is no address yet: it is kept for it.
        filled["town"], filled["address"] = found.town, ""
    return {name: value for name, value in filled.items() if value and not known.get(name)}


_INTRODUCTION = re.compile(
    r"(?:^|(?<=[，,。；;！!\n]))\s*(?:你好[，,]?|您好[，,]?)?(?:我叫|我的名字叫|我姓|本人姓名|姓名[：:]|联系人[：:]|名字[：:])[\u4e00-\u9fff·]{1,4}[，,。；;！!\n]\s*"
)
"""A clause by which citizens only say who they are."""


def without_own(story: str, mined: Mapping[str, str]) -> str:
    """A story without the name and the number to call back that were taken out of it: the department that reads the story must not
    find there what is to be kept from it.

    >>> without_own("村口有人偷倒垃圾，我电话13800000000", {"contact_phone": "13800000000"})
    '村口有人偷倒垃圾'
    """
    number = mined.get("contact_phone")
    bare = _INTRODUCTION.sub("", story)
    if number:
        bare = without_phone(bare, number)
    return bare if len(plain(bare)) >= SHORTEST_STORY else story


def read_place(text: str) -> dict[str, str]:
    """District, town and address an address names; what it does not name is left out."""
    found = place(text, parts().city)
    named = {"district": found.district, "town": found.town, "address": found.address}
    return {name: value for name, value in named.items() if value}


def hint(slot: str) -> str:
    """What to tell a citizen whose answer could not be read, before asking again."""
    city = parts().city
    hint = BY_NAME[slot].hint if slot in BY_NAME else _UNREAD.get(slot, "我没听明白。")
    return "抱歉，" + hint.format(district=city.example, area_code=city.area_code)
