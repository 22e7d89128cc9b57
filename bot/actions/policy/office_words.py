"""The words and the card by which an office is told: its number, its address, the hours of the day, the document it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.understanding.office import OfficeAsked, What
from core.city.facts import Found, Level, Office
from core.city.facts.facts import bare
from core.city.facts.hours import WEEKDAYS, spans_in_words

_MIDNIGHT = time()
_NEXT = {"明天": 1, "明日": 1, "后天": 2}
_SUNDAY = {"日": 6, "天": 6, "末": 6}


def words(found: Found, asked: OfficeAsked, place: str, at: datetime) -> str:
    """What a citizen reads, complete without the card.

    Args:
        found: the office.
        asked: what was asked.
        place: the county or district it was looked up for; "" for the city.
        at: the moment of the question, in China's time.
    """
    office = found.office
    if found.level is Level.NATION and bare(asked.name) not in map(bare, (office.name, *office.aliases)):
        return _national(office, asked, place)
    head = ""
    if place and found.level is Level.CITY and not asked.of_city:
        head = f"{place}的{asked.name}我这里没有登记，下面是市里的。\n"
    first = _first(office, asked, at)
    rest = [line for what in What if what is not asked.what and (line := _line(office, what, at))]
    return head + "\n".join([first, *rest, _forms(office), proof(office)]).replace("\n\n", "\n")


def proof(office: Office) -> str:
    """The document, its issuer, and the day on which it was verified."""
    said = office.proof
    return f"依据：{said.name}，{said.issuer}；{said.verified_on.year}年{_day(said.verified_on)}核对"


def card(found: Found, place: str, at: datetime) -> Mapping[str, Any]:
    """The office as a card (docs/architecture.md).

    Args:
        found: the office.
        place: the county or district it was looked up for.
        at: the moment of the question, in China's time.
    """
    office = found.office
    source = office.proof
    return {
        "kind": "office",
        "name": office.name,
        "place": found.district,
        "phones": [{"number": phone.number, "note": phone.note} for phone in office.phones],
        "address": office.address,
        "today": _of_day(office, at, at.date()) if office.hours else None,
        "hours": office.hours.words if office.hours else None,
        "online": office.online,
        "forms": [{"name": form.name, "url": form.address} for form in office.forms],
        "point": office.point.model_dump() if office.point else None,
        "sources": [{"document": source.document, "number": source.number, "url": source.public_address}],
        "issuer": source.issuer,
        "verified": source.verified_on.isoformat(),
    }


def numbers(office: Office) -> str:
    """Its telephone numbers with what each is for."""
    return "、".join(
        f"{phone.number}（{phone.note}）" if phone.note else phone.number for phone in office.phones
    )


def _national(office: Office, asked: OfficeAsked, place: str) -> str:
    of = f"{place}{asked.name}" if place else asked.name
    return f"{of}的{asked.what.value}我这里没有登记，不敢乱报。可以先打“{office.name}”问：{numbers(office)}。\n{proof(office)}"


def _first(office: Office, asked: OfficeAsked, at: datetime) -> str:
    """The line that answers what was asked."""
    if asked.what is What.HOURS and office.hours:
        days = _days(asked.day, at.date())
        if not days:
            return f"{office.name}的上班时间：{office.hours.words}。" + _on_holidays(office, asked.day)
        said = "；".join(_of_day(office, at, day) for day in days)
        return f"{office.name}{said}。平时：{office.hours.words}。"
    line = _line(office, asked.what, at)
    if not line:
        return f"{office.name}的{asked.what.value}我这里没有登记，有登记的是："
    return f"{office.name}\n{line}"


def _line(office: Office, what: What, at: datetime) -> str:
    if what is What.PHONE and office.phones:
        return f"电话：{numbers(office)}"
    if what is What.ADDRESS and office.address:
        return f"地址：{office.address}"
    if what is What.HOURS and office.hours:
        return f"上班时间：{office.hours.words}。{_of_day(office, at, at.date())}"
    if what is What.ONLINE and office.online:
        return f"网上办理：{office.online}"
    return ""


def _forms(office: Office) -> str:
    return "；".join(f"表格：{form.name} {form.address}" for form in office.forms)


def _of_day(office: Office, at: datetime, day: date) -> str:
    """What holds on a day, and for today whether it is open now."""
    hours = office.hours
    named = f"{'今天' if day == at.date() else ''}{_day(day)}（{WEEKDAYS[day.weekday()]}）"
    spans = hours.on(day) if hours else None
    if spans is None:
        return f"{named}是法定节假日，开不开门资料里没有写，去之前先打电话问一下"
    if not spans:
        return f"{named}不上班"
    now = _now(spans, at.time()) if day == at.date() else ""
    return f"{named}上班时间 {spans_in_words(spans)}{now}"


def _now(spans: tuple[tuple[time, time], ...], at: time) -> str:
    if any(a <= at and (at < b or b == _MIDNIGHT) for a, b in spans):
        return "，现在在上班"
    if at < spans[0][0]:
        return "，现在还没有上班"
    return "，现在是中间休息" if at < spans[-1][0] else "，现在已经下班"


def _days(said: str, today: date) -> list[date]:
    """The days that a word means, from today on; empty for holidays that are not named by a date."""
    if not said or said in ("今天", "今日"):
        return [today]
    if said in _NEXT:
        return [today + timedelta(days=_NEXT[said])]
    if "周末" in said or "双休" in said:
        saturday = today + timedelta(days=(5 - today.weekday()) % 7)
        return [saturday, saturday + timedelta(days=1)] if today.weekday() != 6 else [today]
    if said.startswith(("周", "星期", "礼拜")):
        wanted = [_weekday(one) for one in said if one in "一二三四五六日天末"]
        return [today + timedelta(days=(day - today.weekday()) % 7) for day in dict.fromkeys(wanted)]
    return []


def _weekday(said: str) -> int:
    return _SUNDAY[said] if said in _SUNDAY else "一二三四五六".index(said)


def _on_holidays(office: Office, said: str) -> str:
    """What is said of a public holiday that was named without a date."""
    told = {"closed": "法定节假日不上班。", "open": "法定节假日也上班。"}.get(
        office.hours.holidays or "" if office.hours else ""
    )
    return told or f"{said}开不开门资料里没有写，去之前先打电话问一下。"


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
