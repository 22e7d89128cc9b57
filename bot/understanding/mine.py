"""Everything a first message already says, read at once."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from bot.understanding.kind import suggest_type
from bot.understanding.phone import own_phone
from bot.understanding.place import place
from bot.understanding.subject import subject
from bot.understanding.ticket import find_number, without_number
from bot.understanding.when import Moment, moment
from core.city import City

LONGEST = 2_000
"""Characters of a message that are read: a story names its matter well before, and patterns stay fast."""

_TYPE_FROM = 0.6


@dataclass(frozen=True)
class Mined:
    """What a message says of a request; "" or None where it says nothing.

    Args:
        complaint_type: 诉求类型 by its Chinese name.
        district: county, district or zone, by its full name.
        town: town, township or sub-district, by its full name.
        address: the place within it, in the citizen's words.
        happened_at: when, as said and as understood.
        subject: 涉及对象, whom or what it is about.
        phone: the citizen's own number to call back, in the form tickets store it.
        ticket_number: a ticket spoken of, in its stored form.
    """

    complaint_type: str = ""
    district: str = ""
    town: str = ""
    address: str = ""
    happened_at: Moment | None = None
    subject: str = ""
    phone: str = ""
    ticket_number: str = ""


def mine(text: str, now: datetime, city: City) -> Mined:
    """Read a message for every slot of a request; never raises, whatever the text.

    Args:
        text: what the citizen said, as it came.
        now: the moment it was said; "昨天" counts from its day in China.
        city: whose places are looked for, and whose hotlines are nobody's own number.

    >>> moment = datetime.fromisoformat("2026-11-24T14:00+08:00")
    >>> found = mine("田家庵区龙湖小区3号楼楼上邻居昨晚十一点还在唱歌", moment, load_city("huainan"))
    >>> found.district, found.address, found.subject, found.happened_at.start.hour
    ('田家庵区', '龙湖小区3号楼', '楼上邻居', 23)
    """
    # Cut again: one sign may become eighteen (ﷺ).
    said = unicodedata.normalize("NFKC", text[:LONGEST])[:LONGEST]
    where = place(said, city)
    kind = suggest_type(said)
    return Mined(
        complaint_type=kind.type.label if kind and kind.confidence >= _TYPE_FROM else "",
        district=where.district,
        town=where.town,
        address=where.address,
        happened_at=moment(said, now),
        subject=subject(said),
        phone=own_phone(without_number(said), city.hotline_numbers) or "",
        ticket_number=find_number(said) or "",
    )
