"""Reads all facts of a request from a first message."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.understanding.encoding.reading import plain
from bot.understanding.kind import suggest_type
from bot.understanding.no_day import without_no_days
from bot.understanding.object_named import is_generic, told_name, without_aside
from bot.understanding.passing import is_letter, labelled, without_passing
from bot.understanding.phone import declared_phone, own_phone
from bot.understanding.place import Place, addresses, bare_address, place
from bot.understanding.slips import put_right
from bot.understanding.slots.choosing import SHORT
from bot.understanding.slots.features import Context
from bot.understanding.slots.naming import districts, towns
from bot.understanding.slots.reading import LEAST, shipped
from bot.understanding.slots.signals import Readings, spelled
from bot.understanding.subject import subject, subjects
from bot.understanding.ticket import find_number, without_number
from bot.understanding.when import Moment, moment, moments
from bot.understanding.when_background import is_no_event
from core.city import City
from core.phone import canonical
from tickets.types import TicketType

LONGEST = 2_000
"""Largest part of a message that is read, in characters. The limit keeps the patterns fast."""

_DATED = re.compile(r"[今昨前去]|[天日号月]|周|星期|礼拜")
"""Words of a day, which an hour alone has not."""
_POINTING = re.compile(r"[那这](?:一?[点块片段个条处])?$")
"""Words after a place that begin what is told of it: 五一广场旁边那一点人行道."""
_ONLY_PLACES = frozenset({"菜市场", "市场", "农贸市场", "小区", "公园", "广场", "村里", "路口", "街上"})
"""Places that are nobody whom a request could be about."""
_SOON = timedelta(days=1)
"""A time later than this after the message is no time at which something happened."""
_TYPE_FROM = 0.6
"""Confidence (0 to 1) from which a suggested type is used."""


@dataclass(frozen=True)
class Unsure:
    """Readings that are probable, but not sure enough to be stored: the form may ask whether they are right.

    A field that :class:`Mined` holds is empty here.

    Args:
        complaint_type: 诉求类型 by its Chinese name.
        town: full name of the town, township or sub-district of the address.
        address: the place within the town, in the citizen's words.
        happened_at: the time, as said and as understood.
        subject: 涉及对象, the person or thing that the request is about.
    """

    complaint_type: str = ""
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
    said = _said(text, city)
    rules = _rules(said, now, city)
    reader = shipped() if len(said) >= LEAST else None
    if reader is None:
        # The first place, time or name in a letter may belong to something else.
        sure = maybe = rules
        if is_letter(said):
            sure = replace(_of_labels(said, now, city), kind=rules.kind, phone=rules.phone)
            sure = replace(sure, where=replace(sure.where, district=_only_district(said, city)))
    else:
        found = reader.read(said, _readings(said, rules, now, city), Context(now, city))
        told = plain(without_passing(said))
        # In few words the place that one came from (从北京路那边回来) is told in passing, too.
        events = ("time", "place") if len(said) <= SHORT else ("time",)
        sure, maybe = (
            _chosen(said, {k: w for k, w in words.items() if k not in events or w in told}, rules, now, city)
            for words in (found.stored, found.asked)
        )
        if is_letter(said):
            named = _of_labels(said, now, city)
            sure = replace(
                sure,
                where=replace(sure.where, address=named.where.address or sure.where.address),
                when=named.when or sure.when,
                whom=named.whom or sure.whom,
            )
    if _asks_about(said, sure.when):
        sure, maybe = replace(sure, when=None), replace(maybe, when=None)
    when = None if _is_ahead(sure.when, now) or _is_loose(sure.when, rules.kind) else sure.when
    whom = sure.whom
    if whom in _ONLY_PLACES:
        whom = ""
    if not whom or is_generic(whom):
        whom = told_name(without_passing(said)) or whom
    return Mined(
        complaint_type=sure.kind,
        district=sure.where.district,
        town=sure.where.town,
        address=sure.where.address,
        happened_at=when,
        subject=whom,
        phone=sure.phone or declared_phone(without_number(said), city.hotline_numbers) or "",
        ticket_number=find_number(said) or "",
        unsure=Unsure(
            "" if sure.kind else maybe.kind,
            maybe.where.town if not sure.where.address else "",
            maybe.where.address if not sure.where.address else "",
            maybe.when if sure.when is None else None,
            maybe.whom if not whom else "",
        ),
    )


@dataclass(frozen=True)
class _Read:
    where: Place
    when: Moment | None
    whom: str
    phone: str = ""
    kind: str = ""


def readings(text: str, now: datetime, city: City) -> Readings:
    """What the rules alone read from a message; for the arguments see :func:`mine`. The models are trained on it."""
    said = _said(text, city)
    return _readings(said, _rules(said, now, city), now, city)


def _rules(said: str, now: datetime, city: City) -> _Read:
    told = without_passing(said)
    kind = suggest_type(said)
    return _Read(
        place(told, city),
        moment(told, now),
        subject(told),
        own_phone(without_number(said), city.hotline_numbers) or "",
        kind.type.label if kind and kind.confidence >= _TYPE_FROM else "",
    )


def _said(text: str, city: City) -> str:
    # Cut again, because NFKC can turn one character into eighteen (ﷺ).
    spelled_out = unicodedata.normalize("NFKC", text[:LONGEST])[:LONGEST]
    return put_right(without_aside(without_no_days(spelled_out)), city)


def _readings(said: str, read: _Read, now: datetime, city: City) -> Readings:
    return Readings(
        read.where.address,
        read.when.text if read.when else "",
        read.whom,
        addresses(said, city),
        [one.text for one in moments(said, now)],
        subjects(said),
        read.where.district,
        read.where.town,
        read.phone,
        read.kind,
    )


def _of_labels(said: str, now: datetime, city: City) -> _Read:
    named = labelled(said)
    return _Read(place(named, city), moment(named, now), subject(named))


def _chosen(said: str, words: Mapping[str, str], rules: _Read, now: datetime, city: City) -> _Read:
    """The values of chosen words, with the rules' own time where the words are theirs."""
    address, time = spelled(said, words.get("place", "")), spelled(said, words.get("time", ""))
    when = rules.when
    if _is_no_time(said, time):
        when = None if when is None or _is_no_time(said, when.text) else when
    elif not time:
        when = None
    elif when is None or time != when.text:
        when = moment(time, now)
        if when is None or _is_no_time(said, when.text):  # 夜里打麻将到两点
            when = Moment(time, None, "vague")
    town = towns(city).get(words.get("town", ""), "")
    district = districts(city).get(words.get("district", ""), "") or city.towns.get(town, "")
    return _Read(
        Place(district, town, _POINTING.sub("", bare_address(address, city))),
        when,
        _without_measure(said, spelled(said, words.get("subject", ""))),
        (canonical(words.get("phone", "")) or "") if rules.phone else "",
        words.get("type", ""),
    )


_MEASURES = re.compile(r"(?:有|这|那|[一二两三四五六七八九十几])$")
"""Words before 家 as a measure word: 路口有家百姓装饰公司."""


def _without_measure(said: str, words: str) -> str:
    """Words without a measure word that their first character is (有家百姓装饰公司)."""
    at = said.find(words) if len(words) > _LEAST_NAME and words.startswith("家") else -1
    return words[1:] if at > 0 and _MEASURES.search(said, 0, at) is not None else words


_LEAST_NAME = 2
"""Most characters of a name that begins with no measure word (家政)."""
_EACH = re.compile(r"每|[一1][天日周月年]")
"""Begins words that tell how often something happens (每天三次), which is when it happens."""
_COUNTED = re.compile(r"第?[一二两三四五六七八九十几\d]{1,3}[回次趟遍]")


def _is_no_time(said: str, words: str) -> bool:
    """Whether words count how often (这个月第三回), say until what hour (打麻将到两点), or when to call back (3点后打我电话)."""
    at = said.find(words) if words else -1
    if at < 0:
        return False
    until = said[:at].endswith("到") and not _DATED.search(words)
    called = is_no_event(said, at, at + len(words), dated=False)
    counted = _COUNTED.search(words)
    counts = counted is not None and counted.end() == len(words) and not _EACH.match(words)
    return until or called or counts or _COUNTED.match(said, at + len(words)) is not None


_OPENS = re.compile(
    r"(?:都|也|还|是不是|的话){0,2}(?:能|可以|可不可以|会|有人|上班|开门|营业|办公|办|去|行)[^，,。；;！!？?\s]{0,8}?(?:吗|么|不|没|吧)?(?:[？?]|(?<=[吗么不没])(?=[，,。；;！!\s]|$))"
)
"""Behind a day on which one asks to come: 周六能办吗."""


def _asks_about(said: str, when: Moment | None) -> bool:
    """Whether a time is one at which the citizen asks whether something can be done."""
    at = said.find(when.text) if when is not None else -1
    return when is not None and at >= 0 and _OPENS.match(said, at + len(when.text)) is not None


def _is_ahead(when: Moment | None, now: datetime) -> bool:
    """Whether a time is yet to come: nothing has happened then."""
    return when is not None and when.start is not None and when.start > now + _SOON


def _is_loose(when: Moment | None, kind: str) -> bool:
    """Whether a time is an hour proposed for the future, not one at which something happened."""
    loose = when is not None and (when.start is None or not _DATED.search(when.text))
    return loose and kind == TicketType.SUGGESTION.label


def _only_district(text: str, city: City) -> str:
    """The district that a letter names; "" when it names none or several."""
    named = {one.name for one in city.districts if any(name in text for name in one.names)}
    named |= {district for town, district in city.towns.items() if town in text}
    return named.pop() if len(named) == 1 else ""
