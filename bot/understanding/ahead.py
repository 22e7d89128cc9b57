"""Remembers what was read from long messages, so that a thread can read them before the actions need it.

Reading four thousand characters takes a quarter of a second, which the event loop of all conversations must not wait for.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from threading import Lock

from bot.understanding.mine import LONGEST, Mined, mine
from bot.understanding.plea import without_plea
from core.city import City

LONG = 200
"""Fewest characters of a long message, with which reading takes longer than handing the work to a thread."""
_KEPT = 128
"""Number of readings that are remembered: those of all turns that run at the same time."""
_lock = Lock()
_read: OrderedDict[tuple[str, datetime, int], Mined] = OrderedDict()


def mined(story: str, now: datetime, city: City) -> Mined:
    """What :func:`bot.understanding.mine.mine` reads, remembered for long stories until the minute is over.

    Cries for help in a story (你们管不管) tell nothing of it.
    """
    story = without_plea(story)
    if len(story) < LONG:
        return mine(story, now, city)
    story = story[:LONGEST]  # more is not read, and may differ: a request that was cut off behind it
    key = (story, now.replace(second=0, microsecond=0), id(city))
    with _lock:
        if (known := _read.get(key)) is not None:
            return known
    found = mine(story, now, city)
    with _lock:
        _read[key] = found
        while len(_read) > _KEPT:
            _read.popitem(last=False)
    return found
