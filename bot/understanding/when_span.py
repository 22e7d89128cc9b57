"""Reads a span of time: 上周三到这周五, 昨晚到今早, 25号到30号. Its end is never later than the message: it is 到现在 then."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.understanding.when_background import NUMBER

_TO = re.compile(
    r"[\s,，的那天里起]{0,3}(?:开始)?(?:就|一直|都|持续|连着|起|[\u4e00-\u9fff]){0,3}?(?:到|至|-|~|—)(?:了)?\s?"
)
"""What stands between both ends. A verb may stand there: 昨晚吵到今早."""
_OPEN = re.compile(
    r"(?:现在|目前|眼下|这会儿?|如今|今(?![天早晚日年个儿晨夜])|今天(?!早|上午|凌晨)|明[天日年]|后天|下个?(?:月|周|星期|礼拜)[一二三四五六日天末]?|年底|月底|年末|月末|明年)"
)
"""Ends that are now, or have yet to come."""
_DOM = re.compile(rf"(?P<day>{NUMBER})[号日]")
"""The end of a span within the month of its beginning."""
_WEEKDAY = re.compile(r"^(?:周|星期|礼拜)")


@dataclass(frozen=True)
class Found:
    """A time found in a text.

    Args:
        text: its words.
        start: its beginning; None when it has none.
        begin, end: where the words stand.
    """

    text: str
    start: datetime | None
    begin: int
    end: int


@dataclass(frozen=True)
class Span:
    """A span of time.

    Args:
        text: its words.
        start: its beginning.
        until: its end; None when it goes on.
        begin, end: where its words stand.
    """

    text: str
    start: datetime
    until: datetime | None
    begin: int
    end: int


def spans(text: str, found: list[Found], now: datetime) -> list[Span]:
    """The spans of a text.

    Args:
        text: the text.
        found: the times that were found in it, in their order.
        now: the moment of the message.
    """
    made: list[Span] = []
    for nth, one in enumerate(found):
        to = (
            _TO.match(text, one.end)
            if one.start is not None and (not made or one.begin >= made[-1].end)
            else None
        )
        if to is None or one.start is None:
            continue
        then = next((other for other in found[nth + 1 : nth + 2] if other.begin == to.end()), None)
        open_, day = _OPEN.match(text, to.end()), _DOM.match(text, to.end())
        start, until, end = one.start, None, 0
        if then is not None and then.start is not None:
            until, end = then.start, then.end
        elif open_ is not None:
            end = open_.end()
        elif day is not None:
            until, end = _same_month(start, day["day"]), day.end()
        else:
            continue
        if until is not None and until < start and _WEEKDAY.match(one.text):
            start -= timedelta(weeks=1)  # 周一到周三, said on a Monday, are those of the last week
        if start > now:
            continue
        if until is not None and (until > now or until < start):
            until = None
        made.append(Span(text[one.begin : end], start, until, one.begin, end))
    return made


def _same_month(start: datetime, day: str) -> datetime | None:
    digits = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2}
    if day.isdigit():
        number = int(day)
    else:
        tens, ten, ones = day.rpartition("十")
        number = (digits.get(tens, 1) * 10 if ten else 0) + digits.get(ones, 0)
    try:
        return start.replace(day=number)
    except ValueError:
        return None
