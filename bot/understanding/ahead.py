"""Reads a long message in a thread, before the actions read it on the event loop that all conversations share.

Reading four thousand characters takes a quarter of a second, most of it in the encoder, which lets other threads work. The actions
then find what was read.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from threading import Lock

from bot.understanding.mine import Mined, mine
from bot.understanding.requests import split
from core.city import City
from core.simplified import simplified

LONG = 200
"""Fewest characters of a long message, with which reading takes longer than handing the work to a thread."""
_KEPT = 128
"""Number of readings that are remembered: those of all turns that run at the same time."""
_lock = Lock()
_read: OrderedDict[tuple[str, datetime, int], Mined] = OrderedDict()


def mined(story: str, now: datetime, city: City) -> Mined:
    """What :func:`bot.understanding.mine.mine` reads, remembered for long stories until the minute is over."""
    if len(story) < LONG:
        return mine(story, now, city)
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


def read_ahead(text: str, now: datetime, city: City) -> None:
    """Read all that the actions will read of a long message. Call it in a thread."""
    parts = [one.text for one in split(text)]
    for story in dict.fromkeys((text, *parts)):
        mined(simplified(story), now, city)
