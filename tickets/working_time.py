"""Counts working days and working hours (:mod:`core.holidays` knows the days).

What is counted with days of a year that is not announced yet is provisional: it is counted again once a newer library
knows the year.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

from core.clock import SHANGHAI, local
from core.holidays import is_working_day, last_known_year

_DAY = timedelta(days=1)


class Moment(NamedTuple):
    """A moment that was counted.

    Args:
        at: the moment, in the time zone Asia/Shanghai.
        provisional: whether holidays of a year that is not announced yet may change it.
    """

    at: datetime
    provisional: bool


def after_working_days(start: datetime, count: int, spans: Sequence[tuple[time, time]] = ()) -> Moment:
    """The end of office hours on the ``count``-th working day after the day of ``start``.

    The day of ``start`` itself does not count.

    Args:
        start: with time zone.
        count: working days, at least 1.
        spans: office hours of a day; without them a day ends at midnight.
    """
    return _end_of_days(local(start).date(), count, tuple(spans), last_known_year())


@lru_cache(maxsize=10_000)
def _end_of_days(day: date, count: int, spans: tuple[tuple[time, time], ...], known: int) -> Moment:
    """The clock asks for the same few days for very many tickets. ``known``: the last year that the library knows."""
    for _ in range(count):
        day = _next_working_day(day)
    end = _at(day, spans[-1][1]) if spans else _at(day + _DAY, time())
    return Moment(end, day.year > known)


def working_days_until(start: datetime, end: datetime) -> int:
    """How many working days lie after the day of ``start``, up to and with the day of ``end``.

    >>> from datetime import UTC
    >>> working_days_until(datetime(2026, 9, 30, 2, tzinfo=UTC), datetime(2026, 10, 10, 2, tzinfo=UTC))  # 国庆
    3
    """
    day, last, found = local(start).date(), local(end).date(), 0
    while day < last:
        day += _DAY
        found += is_working_day(day)
    return found


def after_working_hours(start: datetime, count: int, spans: Sequence[tuple[time, time]]) -> Moment:
    """The moment when ``count`` hours of office time have passed.

    Args:
        start: with time zone. Time outside office hours does not count.
        count: hours, at least 1.
        spans: office hours of a day, in order, at least one.
    """
    left, begin = timedelta(hours=count), local(start)
    day = begin.date()
    while True:
        for opens, closes in spans if is_working_day(day) else ():
            at = max(begin, _at(day, opens))
            span = _at(day, closes) - at
            if span >= left:
                return Moment(at + left, day.year > last_known_year())
            left -= max(span, timedelta())
        day += _DAY


def next_opening(moment: datetime, spans: Sequence[tuple[time, time]]) -> datetime:
    """The next moment at which office hours begin.

    Args:
        moment: with time zone.
        spans: office hours of a day, in order, at least one.
    """
    begin = local(moment)
    day = begin.date()
    while True:
        for opens, _ in spans if is_working_day(day) else ():
            if (at := _at(day, opens)) > begin:
                return at
        day += _DAY


def _next_working_day(day: date) -> date:
    day += _DAY
    while not is_working_day(day):
        day += _DAY
    return day


def _at(day: date, moment: time) -> datetime:
    return datetime.combine(day, moment, SHANGHAI)
