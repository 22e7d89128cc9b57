"""Processes that look at the due tickets of a test's database again and again, and kill themselves in the middle of it."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from core.clock import use_clock
from core.database import Database
from core.events import LocalEvents
from core.jobs import Jobs
from core.sealing import use_data_key
from tests.cities import HUAINAN
from tickets import sweep
from tickets.sweep import Sweep

FRESH = multiprocessing.get_context("forkserver")
WRITTEN, COMMITTED = "_write", "_add"
"""Where a process dies: when all of a page is written and its transaction is still open, or as soon as that is committed."""
PAGE = 10
"""Tickets of a page."""


def start(url: str, key: str, ahead: timedelta, dies: str, after: int) -> multiprocessing.process.BaseProcess:
    """Start a process.

    Args:
        url: of the database.
        key: the data key of the test.
        ahead: by how much the test has put its clock forward.
        dies: where.
        after: the number of the page, from 1.
    """
    process = FRESH.Process(target=_main, args=(url, key, ahead, dies, after), daemon=True)
    process.start()
    return process


def _deadly(real: Callable[..., Awaitable[Any]], dies: str, after: int) -> Callable[..., Awaitable[Any]]:
    pages = 0

    async def made(*given: Any) -> Any:
        nonlocal pages
        result = await real(*given)
        # A page whose tickets the other processes hold is empty, and counts for nothing.
        pages += bool(given[1]) if dies == WRITTEN else result[0] > 0
        if pages == after:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return made


def _main(url: str, key: str, ahead: timedelta, dies: str, after: int) -> None:
    use_data_key(key)
    use_clock(lambda: datetime.now(UTC) + ahead)
    for name in ("_AT_ONCE", "_AT_ONCE_APART"):
        setattr(sweep, name, PAGE)
    place: Any = sweep if dies == WRITTEN else Sweep
    setattr(place, dies, _deadly(getattr(place, dies), dies, after))
    asyncio.run(_look(url))


async def _look(url: str) -> None:
    database = Database(url)
    while True:  # until it dies: a look may find nothing that others do not hold
        await Sweep(database, LocalEvents(), HUAINAN, Jobs(database)).run()
