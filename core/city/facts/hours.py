"""The hours of an office, and what holds on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, model_validator

from core.city.parts import Strict, Wrong
from core.holidays import is_public_holiday, is_working_day

Weekday = Literal["周一", "周二", "周三", "周四", "周五", "周六", "周日"]
"""A day of the week."""
WEEKDAYS: tuple[Weekday, ...] = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
"""The days of the week, in order."""
Span = tuple[time, time]
"""Opening and closing time. Midnight as the second one ends the day."""
_SPAN = r"^(?:[01]\d|2[0-3]):[0-5]\d-(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$"
DayOfYear = Annotated[str, Field(pattern=r"^(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$")]
"""A day of any year, such as ``05-01``."""
WORKING, EVERY = "工作日", "每天"
"""Values of ``days``: the State Council's working days (make-up days included), and all days."""


class Opening(Strict):
    """When an office is open on some days.

    Args:
        days: 工作日, 每天, or days of the week.
        spans: times of day from and to, such as ``08:30-12:00``, in order. ``00:00-24:00`` is the whole day.
        season: first and last day of the part of the year in which it holds, such as ``[05-01, 09-30]``; None: the whole year.
    """

    days: Literal["工作日", "每天"] | Annotated[tuple[Weekday, ...], Field(min_length=1)]
    spans: tuple[Annotated[str, Field(pattern=_SPAN)], ...] = Field(min_length=1)
    season: tuple[DayOfYear, DayOfYear] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Opening:
        moments = [moment for span in self.spans for moment in span.split("-")]
        if moments != sorted(set(moments)):
            raise Wrong("各段要从早到晚，不能重叠", self.spans[0])
        return self

    @cached_property
    def times(self) -> tuple[Span, ...]:
        """The spans as times of day in China."""
        pairs = (span.split("-") for span in self.spans)
        return tuple(
            (time.fromisoformat(a), time() if b == "24:00" else time.fromisoformat(b)) for a, b in pairs
        )

    def in_season(self, day: date) -> bool:
        """Whether the day lies in the part of the year in which this holds."""
        if self.season is None:
            return True
        first, last = self.season
        said = f"{day:%m-%d}"
        return first <= said <= last if first <= last else said >= first or said <= last

    def on_weekday(self, day: date) -> bool:
        """Whether this holds on such a day, seasons and public holidays left aside."""
        if self.days == WORKING:
            return is_working_day(day)
        return self.days == EVERY or WEEKDAYS[day.weekday()] in self.days

    @property
    def words(self) -> str:
        """As citizens read it, such as ``工作日 08:30-12:00、14:00-17:30``."""
        days = self.days if isinstance(self.days, str) else _together(self.days)
        spans = "全天" if self.spans == ("00:00-24:00",) else "、".join(self.spans)
        season = "" if self.season is None else "（{}至{}）".format(*map(_month_and_day, self.season))
        return f"{days} {spans}{season}"


class Hours(Strict):
    """The hours of an office.

    Args:
        openings: when it is open. Days that none of them names are closed.
        holidays: whether it is open on public holidays (法定节假日); None: the source does not say.
        closed: single days on which it is closed.
        note: what else the source says, such as 中午不休息.
    """

    openings: tuple[Opening, ...] = Field(min_length=1)
    holidays: Literal["open", "closed"] | None = None
    closed: tuple[date, ...] = ()
    note: Annotated[str, Field(max_length=80)] = ""

    def on(self, day: date) -> tuple[Span, ...] | None:
        """The spans of a day; empty when the office is closed; None when the source does not say.

        >>> hours = Hours.model_validate({"openings": [{"days": "工作日", "spans": ["08:30-12:00"]}]})
        >>> hours.on(date(2026, 10, 1)), hours.on(date(2026, 10, 10))[0][0].hour
        ((), 8)
        """
        if day in self.closed:
            return ()
        found = [opening for opening in self.openings if opening.in_season(day) and opening.on_weekday(day)]
        if is_public_holiday(day) and found:
            if self.holidays == "closed":
                return ()
            if self.holidays is None:
                return None
        return tuple(sorted(span for opening in found for span in opening.times))

    @property
    def words(self) -> str:
        """As citizens read it."""
        said = "；".join(opening.words for opening in self.openings)
        rest = {"closed": "，法定节假日休息", "open": "，法定节假日也开", None: ""}[self.holidays]
        return f"{said}{rest}" + (f"，{self.note}" if self.note else "")


def spans_in_words(spans: Sequence[Span]) -> str:
    """Spans of a day, such as ``08:30-12:00、14:00-17:30``."""
    if tuple(spans) == ((time(), time()),):
        return "全天"
    return "、".join(f"{a:%H:%M}-{'24:00' if b == time() else f'{b:%H:%M}'}" for a, b in spans)


def _together(days: Sequence[Weekday]) -> str:
    places = [WEEKDAYS.index(day) for day in days]
    if len(days) > 2 and places == list(range(places[0], places[0] + len(days))):
        return f"{days[0]}至{days[-1]}"
    return "、".join(days)


def _month_and_day(said: str) -> str:
    month, day = said.split("-")
    return f"{int(month)}月{int(day)}日"
