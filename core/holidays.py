"""Working days and public holidays in China, with make-up days (调休).

The library ``chinese_calendar`` knows them up to the last year that the State Council has announced
(:func:`last_known_year`). After that year a working day is a day from Monday to Friday.
"""

from __future__ import annotations

from datetime import date
from functools import cache, lru_cache

import chinese_calendar
from chinese_calendar.constants import holidays

_SATURDAY = 5


@cache
def last_known_year() -> int:
    """The last year whose holidays the library knows."""
    years: set[int] = {day.year for day in holidays}
    return max(years)


def is_working_day(day: date) -> bool:
    """Whether offices work on this day.

    >>> is_working_day(date(2026, 10, 1)), is_working_day(date(2026, 10, 10))  # 国庆, and a Saturday made up
    (False, True)
    """
    if day.year > last_known_year():
        return day.weekday() < _SATURDAY
    return _works(day)


def is_public_holiday(day: date) -> bool:
    """Whether the day belongs to a public holiday (法定节假日), weekends within it included.

    >>> is_public_holiday(date(2026, 10, 1)), is_public_holiday(date(2026, 10, 24))  # 国庆, and any Saturday
    (True, False)
    """
    return day.year <= last_known_year() and day in holidays and not _works(day)


@lru_cache(maxsize=10_000)
def _works(day: date) -> bool:
    """What the library says, which searches all its holidays for the last one each time."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < _SATURDAY
