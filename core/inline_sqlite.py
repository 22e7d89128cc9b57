"""SQLite without a thread: each statement runs in the event loop, where it is awaited.

The usual asynchronous driver sends each statement, fetch and close to a thread and back. For one message these are
about a hundred switches. They take several times as long as SQLite itself (measured for one turn: 30 ms against
8 ms). Our statements take microseconds on a local file, so they run in the loop. Only waiting for the write lock of
another process can take long. It is done by trying again, and never blocks the loop.

This module has only those parts of a connection that SQLAlchemy's ``sqlite+aiosqlite`` dialect uses.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from typing import Any, Self

LOCK_PATIENCE_S = 30
"""Most seconds to wait for the write lock of another process."""
_PAUSE_S = 0.005
"""Seconds between two tries to get the write lock."""


class InlineCursor:
    """A cursor whose asynchronous methods finish before they return."""

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self._cursor = cursor
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Self:
        """Run one statement. ``BEGIN IMMEDIATE`` waits for the write lock without blocking the loop."""
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
        """All remaining rows."""
        return self._cursor.fetchall()

    async def fetchone(self) -> Any:
        """The next row; None when there is none."""
        return self._cursor.fetchone()

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        """The next ``size`` rows; by default ``arraysize`` rows."""
        return self._cursor.fetchmany(size or self.arraysize)

    async def close(self) -> None:
        """Close the cursor and free its statement."""
        self._cursor.close()

    @property
    def description(self) -> Any:
        """Columns of the result; None when the statement has no result."""
        return self._cursor.description

    @property
    def lastrowid(self) -> int | None:
        """Row id of the last inserted row."""
        return self._cursor.lastrowid

    @property
    def rowcount(self) -> int:
        """Number of rows that the last statement changed."""
        return self._cursor.rowcount


class InlineConnection:
    """A connection whose asynchronous methods finish before they return."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection: sqlite3.Connection | None = connection

    @property
    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise ValueError("no active connection")
        return self._connection

    @property
    def isolation_level(self) -> str | None:
        """Always None: transactions begin only with an explicit ``BEGIN``."""
        return self._open.isolation_level

    def cursor(self) -> InlineCursor:
        """A new cursor."""
        return InlineCursor(self._open.cursor())

    async def create_function(
        self, name: str, arguments: int, function: Callable[..., Any], **options: Any
    ) -> None:
        """Make a Python function callable from SQL."""
        self._open.create_function(name, arguments, function, **options)

    def begin(self) -> None:
        """Begin a transaction for reading. It takes no lock, so it never waits."""
        self._open.execute("BEGIN")

    def run(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """Run one statement and return its first row; None when it has none."""
        return self._open.execute(sql, values).fetchone()

    async def commit(self) -> None:
        """Commit the transaction."""
        self._open.commit()

    async def rollback(self) -> None:
        """Roll back the transaction."""
        self._open.rollback()

    async def close(self) -> None:
        """Close the connection. Closing it again does nothing."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def stop(self) -> None:
        """Close the connection from outside the event loop."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


async def connect(path: str, **options: Any) -> InlineConnection:
    """Open a database file for the running event loop. Transactions begin only with an explicit ``BEGIN``."""
    options = {
        key: value for key, value in options.items() if key in ("uri", "detect_types", "cached_statements")
    }
    return InlineConnection(
        sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False, **options)
    )
