"""SQLite without a thread between: statements run where they are asked for, inside the event loop.

The usual asynchronous driver hands every statement, fetch and close to a thread and back: some hundred switches
for one message, which cost several times what SQLite itself does (30 ms against 8 in one measured turn). Ours are
statements of microseconds on a local file, so they run in place. The one thing that may last is waiting for
another process's write lock: that is done by asking again, never by blocking the loop.

Only what SQLAlchemy's ``sqlite+aiosqlite`` dialect uses of a connection is here; the dialect does the rest.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from typing import Any, Self

LOCK_PATIENCE_S = 30
"""Seconds to wait for another process's write lock."""
_PAUSE_S = 0.005


class InlineCursor:
    """A cursor whose asynchronous methods are done when they are called."""

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self._cursor = cursor
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Self:
        """Run one statement; ``BEGIN IMMEDIATE`` waits for the write lock without holding the loop up."""
        deadline = time.monotonic() + LOCK_PATIENCE_S
        while True:
            try:
                self._cursor.execute(sql, parameters)
                return self
            except sqlite3.OperationalError as error:
                busy = error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
                if not busy or not sql.startswith(("BEGIN", "PRAGMA")) or time.monotonic() > deadline:
                    raise
            await asyncio.sleep(_PAUSE_S)

    async def executemany(self, sql: str, parameters: Sequence[Sequence[Any]]) -> Self:
        """Run one statement for each row of parameters."""
        self._cursor.executemany(sql, parameters)
        return self

    async def fetchall(self) -> list[Any]:
        """All rows that are left."""
        return self._cursor.fetchall()

    async def fetchone(self) -> Any:
        """The next row, or None."""
        return self._cursor.fetchone()

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        """The next rows."""
        return self._cursor.fetchmany(size or self.arraysize)

    async def close(self) -> None:
        """Free the statement."""
        self._cursor.close()

    @property
    def description(self) -> Any:
        """Columns of the result, None when the statement gives none."""
        return self._cursor.description

    @property
    def lastrowid(self) -> int | None:
        """Row id of the last insert."""
        return self._cursor.lastrowid

    @property
    def rowcount(self) -> int:
        """Rows the last statement changed."""
        return self._cursor.rowcount


class InlineConnection:
    """A connection whose asynchronous methods are done when they are called."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection: sqlite3.Connection | None = connection

    @property
    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise ValueError("no active connection")
        return self._connection

    @property
    def isolation_level(self) -> str | None:
        """None: transactions are begun in so many words."""
        return self._open.isolation_level

    def cursor(self) -> InlineCursor:
        """A new cursor."""
        return InlineCursor(self._open.cursor())

    async def create_function(
        self, name: str, arguments: int, function: Callable[..., Any], **options: Any
    ) -> None:
        """Give SQL a function."""
        self._open.create_function(name, arguments, function, **options)

    async def commit(self) -> None:
        """End the transaction well."""
        self._open.commit()

    async def rollback(self) -> None:
        """Undo the transaction."""
        self._open.rollback()

    async def close(self) -> None:
        """Close; closing again does nothing."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def stop(self) -> None:
        """Close from outside the loop."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


async def connect(path: str, **options: Any) -> InlineConnection:
    """Open a database file for the calling event loop. Transactions are begun by the caller, in so many words."""
    options = {
        key: value for key, value in options.items() if key in ("uri", "detect_types", "cached_statements")
    }
    return InlineConnection(
        sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False, **options)
    )
