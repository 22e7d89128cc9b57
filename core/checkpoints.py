"""Writes SQLite's log (WAL) back into its file, in a thread.

SQLite does so by itself in the commit that makes the log a thousand pages long, and waits for the disk meanwhile. Statements run in the
event loop (:mod:`core.inline_sqlite`), so everybody would wait. A commit alone waits for no disk.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from contextlib import AbstractAsyncContextManager, closing
from typing import Any

log = logging.getLogger(__name__)

PAUSE_S = 1.0
"""Seconds from a commit to the writing back of what was committed until then."""
LONG_PAGES = 4_000
"""Pages of a log that is too long: while somebody writes all the time, it is never written back to its end, and only then begins anew."""
_PATIENCE_S = 10.0
"""Seconds to wait, in the thread, for whoever has the file for itself."""
CONNECTION = ("wal_autocheckpoint=0", f"journal_size_limit={LONG_PAGES * 4_096}")
"""Settings of the connections that leave it to this module; the log's file keeps at most so many bytes when it begins anew."""


class Checkpoints:
    """Writes the log of a database back, soon after each commit.

    Args:
        path: the file of the database.
        writers: keeps this process from writing.
    """

    def __init__(self, path: str, writers: AbstractAsyncContextManager[Any]) -> None:
        self._path = path
        self._writers = writers
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._owed = False

    def written(self) -> None:
        """Something was committed; to be called in the event loop."""
        if self._timer is not None or self._task is not None:
            self._owed = True
            return
        self._timer = asyncio.get_running_loop().call_later(PAUSE_S, self._begin)

    def _begin(self) -> None:
        self._timer, self._owed = None, False
        self._task = asyncio.create_task(self._turn(), name="checkpoint")
        self._task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if task.cancelled():
            return
        if error := task.exception():
            log.warning("the database's log could not be written back; it is tried again", exc_info=error)
            self._owed = True
        if self._owed:
            self.written()

    async def _turn(self) -> None:
        if await asyncio.to_thread(self._write_back) > LONG_PAGES:
            # The rest is what was written meanwhile: some milliseconds, for which nobody else writes.
            async with self._writers:
                await asyncio.to_thread(self._write_back)

    def _write_back(self) -> int:
        """Write back what is in the log and no reader needs; how many pages it has."""
        with closing(sqlite3.connect(self._path, timeout=_PATIENCE_S, isolation_level=None)) as connection:
            _, pages, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        return int(pages)

    async def close(self) -> None:
        """Stop. The last connection that is closed writes the rest back."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._task is not None:
            self._owed = False
            await asyncio.wait([self._task])
