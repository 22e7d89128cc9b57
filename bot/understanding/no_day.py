"""Tells a day that no calendar has: 2月30日."""

from __future__ import annotations

import re
import unicodedata

from bot.understanding.when import moment
from core.clock import now

_N = r"(?:\d{1,2}|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九])"
_DAY = re.compile(rf"(?<![农阴旧]历)(?<!\d)(?:(?:20\d\d|今|去|前)年)?{_N}月{_N}[日号](?!楼|线)")


def without_no_days(text: str) -> str:
    """A text in NFKC without such days, so that they end up in no place and no name.

    >>> without_no_days("2月30日快递站丢了包裹")
    ' 快递站丢了包裹'
    """
    said = unicodedata.normalize("NFKC", text)
    return _DAY.sub(lambda day: day.group() if moment(day.group(), now()) else " ", said)


def is_no_day(text: str) -> bool:
    """Whether a text names a day of a month that the month does not have.

    >>> is_no_day("2月30日"), is_no_day("2月28日晚上"), is_no_day("四月31号"), is_no_day("2024年2月29日")
    (True, False, True, False)
    """
    return without_no_days(text) != unicodedata.normalize("NFKC", text)
