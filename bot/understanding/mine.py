"""Reads all facts of a request from a first message."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime

from bot.understanding.kind import suggest_type
from bot.understanding.passing import is_letter, labelled, without_passing
from bot.understanding.phone import own_phone
from bot.understanding.place import place
from bot.understanding.slips import put_right
from bot.understanding.subject import subject
from bot.understanding.ticket import find_number, without_number
from bot.understanding.when import Moment, moment
from core.city import City
from tickets.types import TicketType

LONGEST = 2_000
"""Largest part of a message that is read, in characters. The limit keeps the patterns fast."""

_DATED = re.compile(r"[今昨前去]|[天日号月]|周|星期|礼拜")
"""Words of a day, which an hour alone has not."""
_TYPE_FROM = 0.6
"""Confidence (0 to 1) from which a suggested type is used."""


@dataclass(frozen=True)
class Unsure:
    """Readings that are probable, but not sure enough to be stored: the form may ask whether they are right.

    A field that :class:`Mined` holds is empty here.

    Args:
        town: full name of the town, township or sub-district of the address.
        address: the place within the town, in the citizen's words.
        happened_at: the time, as said and as understood.
        subject: 涉及对象, the person or thing that the request is about.
    """

    town: str = ""
    address: str = ""
    happened_at: Moment | None = None
    subject: str = ""


@dataclass(frozen=True)
class Mined:
    """The sure facts of a request in a message; "" or None for facts that it does not contain.

    Args:
        complaint_type: 诉求类型 by its Chinese name.
        district: full name of the county, district or zone.
        town: full name of the town, township or sub-district.
        address: the place within the town, in the citizen's words.
        happened_at: the time, as said and as understood.
        subject: 涉及对象, the person or thing that the request is about.
        phone: the citizen's own phone number, in the form that tickets store.
        ticket_number: a ticket number, in the form that tickets store.
        unsure: readings to ask about, never to store unasked.
    """

    complaint_type: str = ""
    district: str = ""
    town: str = ""
    address: str = ""
    happened_at: Moment | None = None
    subject: str = ""
    phone: str = ""
    ticket_number: str = ""
    unsure: Unsure = field(default_factory=Unsure)


def mine(text: str, now: datetime, city: City) -> Mined:
    """Read all slots of a request from a message. Accepts any text and never raises.

    Args:
        text: the citizen's message, unchanged.
        now: the moment of the message; "昨天" is relative to its day in China.
        city: the city whose places are recognised, and whose hotline numbers are not a citizen's own number.

    >>> from core.city import load_city
    >>> moment = datetime.fromisoformat("2026-11-24T14:00+08:00")
    >>> found = mine("田家庵区龙湖小区3号楼楼上邻居昨晚十一点还在唱歌", moment, load_city("huainan"))
    >>> found.district, found.address, found.subject, found.happened_at.start.hour
    ('田家庵区', '龙湖小区3号楼', '楼上邻居', 23)
    """
    # Cut again, because NFKC can turn one character into eighteen (ﷺ).
    said = unicodedata.normalize("NFKC", text[:LONGEST])[:LONGEST]
    said = put_right(said, city)
    told = without_passing(said)
    kind = suggest_type(said)
    where, when, whom = place(told, city), moment(told, now), subject(told)
    loose = when is not None and (when.start is None or not _DATED.search(when.text))
    if loose and kind is not None and kind.type is TicketType.SUGGESTION:
        when = None  # an hour proposed for the future, not one at which something happened
    sure, unsure = (where, when, whom), Unsure()
    if is_letter(said):  # its first place, time and name may belong to something else
        named = labelled(said)
        sure = place(named, city), moment(named, now), subject(named)
        unsure = Unsure(
            where.town if not sure[0].address else "",
            where.address if not sure[0].address else "",
            when if sure[1] is None else None,
            whom if not sure[2] else "",
        )
    return Mined(
        complaint_type=kind.type.label if kind and kind.confidence >= _TYPE_FROM else "",
        district=_only_district(said, city) if is_letter(said) else where.district,
        town=sure[0].town,
        address=sure[0].address,
        happened_at=sure[1],
        subject=sure[2],
        phone=own_phone(without_number(said), city.hotline_numbers) or "",
        ticket_number=find_number(said) or "",
        unsure=unsure,
    )


def _only_district(text: str, city: City) -> str:
    """The district that a letter names; "" when it names none or several."""
    named = {one.name for one in city.districts if any(name in text for name in one.names)}
    named |= {district for town, district in city.towns.items() if town in text}
    return named.pop() if len(named) == 1 else ""
