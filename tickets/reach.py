"""When a department works, and whom the hotline calls there about a ticket."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from core.city import City
from core.city.parts import ALWAYS, OfficeContact
from core.clock import iso, local
from core.holidays import is_working_day
from tickets.working_time import next_opening


def of(city: City, name: str, moment: datetime) -> dict[str, Any] | None:
    """How a department can be reached; None for one that the city's profile does not name.

    Args:
        city: has the departments.
        name: name of the department.
        moment: the present, with time zone.

    Returns:
        ``{"hours", "own_hours", "example", "open", "opens_at", "contacts": [{"post", "phone", "deputy", "example"}]}``. ``hours`` are
        in words, empty when none are known; ``own_hours``: whether the department has some of its own; ``example``: whether the hours
        are only an example; ``open``: whether it works now, None when no hours are known; ``opens_at``: when it works again.
    """
    office = city.department(name)
    if office is None:
        return None
    always = office.hours == ALWAYS
    spans = _spans(office.hours) if isinstance(office.hours, tuple) else _of_city(city)
    works = None if not spans and not always else always or _open(spans, moment)
    opens = next_opening(moment, spans) if works is False else None
    example = office.hours is None and city.deadlines.office_hours is not None
    return {
        "hours": "全天" if always else "、".join(f"{a:%H:%M}–{b:%H:%M}" for a, b in spans),
        "own_hours": office.hours is not None,
        "example": bool(example and city.deadlines.office_hours and city.deadlines.office_hours.example),
        "open": works,
        "opens_at": iso(opens) if opens else None,
        "contacts": [
            *([_contact(office.contact, deputy=False)] if office.contact else []),
            *(_contact(one, deputy=True) for one in office.deputies),
        ],
    }


def lacking(city: City) -> tuple[list[str], list[str]]:
    """The departments without office hours of their own, and those without a contact."""
    hours = [one.name for one in city.departments if one.hours is None]
    return hours, [one.name for one in city.departments if one.contact is None]


def _contact(one: OfficeContact, *, deputy: bool) -> dict[str, Any]:
    return {"post": one.post, "phone": one.phone, "deputy": deputy, "example": one.example}


def _spans(hours: tuple[str, ...]) -> tuple[tuple[time, time], ...]:
    pairs = (span.split("-") for span in hours)
    return tuple((time.fromisoformat(begin), time.fromisoformat(end)) for begin, end in pairs)


def _of_city(city: City) -> tuple[tuple[time, time], ...]:
    return city.deadlines.office_hours.times if city.deadlines.office_hours else ()


def _open(spans: tuple[tuple[time, time], ...], moment: datetime) -> bool:
    at = local(moment)
    return is_working_day(at.date()) and any(begin <= at.time() < end for begin, end in spans)
