"""SQLite in a thread of its own, for reading much: aiosqlite, made safe to stop twice.

A task that is cancelled while it reads has its connection closed by SQLAlchemy, in another task. When both are cancelled before that is
done, as at the end of an event loop, SQLAlchemy stops the connection and its closing task stops it once more. In aiosqlite 0.22 the second
stop waits for a thread that has ended, and the process never does.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any

import aiosqlite

_ROWS_AT_ONCE = 64
"""Rows that are fetched at a time while a result is iterated over; the default of aiosqlite."""


class ThreadedConnection(aiosqlite.Connection):
    """A connection in a thread. Stopping it again does nothing.

    Args:
        connector: opens the database file, in the thread.
    """

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, _ROWS_AT_ONCE)
        self._stopped = False
        self._thread.daemon = True  # it keeps no process alive

    def stop(self) -> asyncio.Future[Any] | None:
        """Close the connection and end its thread. Returns what is done then; None when it was stopped before."""
        if self._stopped:
            return None
        self._stopped = True
        return super().stop()


def connect(path: str, **options: Any) -> ThreadedConnection:
    """A connection to a database file, which is opened when it is awaited.

    Args:
        path: the file.
        options: arguments of :func:`sqlite3.connect`.
    """
    return ThreadedConnection(partial(sqlite3.connect, path, **options))
