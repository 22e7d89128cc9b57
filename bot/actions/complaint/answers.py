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
from bot.understanding.ahead import LONG, mined
from bot.understanding.lasting import every_day, lasting
from bot.understanding.looks import is_rough
from bot.understanding.object_named import nameless
from bot.understanding.phone import without_phone
from bot.understanding.place import place
from bot.understanding.splitting import split
from bot.understanding.subject import whole_subject
from bot.understanding.when import Moment
from core.city import City
from core.clock import now
from core.simplified import simplified

_UNREAD = {CONFIRM: "请点“确认提交”，或者告诉我要改哪一项。"}


def read_answer(slot: str, text: str) -> str | bool | None:
    """Read a slot's value from an answer; None when the answer holds no value.

    >>> read_answer("contact_phone", "13800000000吧")
    '13800000000'
    """
    return BY_NAME[slot].answer.read(text) if slot in BY_NAME else None


_NO_PLACE = re.compile(r"看不|不见|\d路$|没有?路")
"""Text that looks like a road name but is not: 晚上看不见路, 公交18路."""


_BARE_COUNT = re.compile(r"[\d一二三四五六七八九十百两几好多]{1,6}[个来多]{0,2}")
"""A count without what is counted: no time."""


def read_mined(story: str, known: Mapping[str, Any], city: City | None = None) -> dict[str, str]:
    """Read slot values from a story, without the slots that are already filled.

    Args:
        known: the current slots; a guess never overwrites a value that the citizen gave.
        city: the city whose places are recognised; None: this installation's.
    """
    city = city or parts().city
    found = mined(story, now(), city)
    filled = {
        # A type that is not sure is filled in, too: it is shown in the summary, and another question would cost more.
        "complaint_type": found.complaint_type or found.unsure.complaint_type,
        "district": found.district,
        "address": ""
        if _NO_PLACE.search(found.address) or is_rough(f"{found.town}{found.address}", city)
        else f"{found.town}{found.address}"[: BY_NAME["address"].answer.longest],
        "happened_at": _when(found.happened_at, story)[: BY_NAME["happened_at"].answer.longest],
        "subject": ""
        if nameless(found.subject, story)
        else whole_subject(found.subject, story)[: BY_NAME["subject"].answer.longest],
        "contact_phone": found.phone,
    }
    if found.town and not filled["address"].removeprefix(found.town):
        # A town alone is not an address: keep it until the address is known.
        filled["town"], filled["address"] = found.town, ""
    return {name: value for name, value in filled.items() if value and not known.get(name)}


def read_ahead(text: str, content: str) -> None:
    """Read what the actions will read of a long message, and of the long matter in the form. Call it in a thread.

    Args:
        text: the message.
        content: the matter that was told before; empty when there is none.
    """
    for part in dict.fromkeys((text, *(one.text for one in split(text)), content)):
        if len(part) >= LONG:
            story = simplified(part)
            # The form keeps the story without the citizen's own name and phone, and reads it again.
            mined(simplified(without_own(part, read_mined(story, {}))), now(), parts().city)


def read_unsure(story: str, city: City | None = None) -> dict[str, str]:
    """Slot → value of the readings of a story that are not sure enough to be stored unasked.

    Args:
        city: the city whose places are recognised; None: this installation's.
    """
    city = city or parts().city
    found = mined(story, now(), city).unsure
    read = {
        "address": f"{found.town}{found.address}" if found.address else "",
        "happened_at": found.happened_at.text if found.happened_at else "",
        "subject": "" if nameless(found.subject, story) else whole_subject(found.subject, story),
    }
    if is_rough(read["address"], city):
        del read["address"]
    if _BARE_COUNT.fullmatch(read["happened_at"]):  # 五个 of 五个月
        del read["happened_at"]
    return {name: value for name, value in read.items() if value}


def nameless_subject(story: str) -> str:
    """The trade that a story blames without a name (商家, 健身房); "" when it blames none, or by name."""
    found = mined(story, now(), parts().city)
    return next(
        (whom for whom in (found.subject, found.unsure.subject) if whom and nameless(whom, story)), ""
    )


def _when(moment: Moment | None, story: str) -> str:
    return every_day(story) or (moment.shown if moment is not None else lasting(story)) or ""


_INTRODUCTION = re.compile(
    r"(?:^|(?<=[，,。；;！!\n]))\s{0,9}(?:你好[，,]?|您好[，,]?)?(?:我叫|我的名字叫|我姓|本人姓名|姓名[：:]|联系人[：:]|名字[：:])[\u4e00-\u9fff·]{1,4}[，,。；;！!\n]\s*"
)
"""A clause in which citizens only say who they are."""


def without_own(story: str, mined: Mapping[str, str]) -> str:
    """Remove the citizen's name and phone number from a story.

    The department reads the story, and it must not see a name or phone that is confidential.

    >>> without_own("村口有人偷倒垃圾，我电话13800000000", {"contact_phone": "13800000000"})
    '村口有人偷倒垃圾'
    """
    number = mined.get("contact_phone")
    bare = _INTRODUCTION.sub("", story)
    if number:
        bare = without_phone(bare, number)
    return bare if len(plain(bare)) >= SHORTEST_STORY else story


def read_place(text: str) -> dict[str, str]:
    """Read district, town and address from a text; parts that the text does not name are left out."""
    found = place(text, parts().city)
    named = {"district": found.district, "town": found.town, "address": found.address}
    return {name: value for name, value in named.items() if value}


def hint(slot: str) -> str:
    """What to tell a citizen whose answer could not be read, before asking again."""
    city = parts().city
    hint = BY_NAME[slot].hint if slot in BY_NAME else _UNREAD.get(slot, "我没听明白。")
    return "抱歉，" + hint.format(district=city.example, area_code=city.area_code)
