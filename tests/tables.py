"""Makes databases for tests fast: tables made once and then copied or emptied.

On SQLite also one cache of compiled statements, and no waiting for the disk.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import Dialect, create_engine, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

import service.tables  # noqa: F401
from core import database
from core.database import Base


def empty_sqlite(path: Path) -> str:
    """Write a database that has every table, all empty. Returns its URL.

    The file is a copy: creating the tables each time would take ten times as long.
    """
    path.write_bytes(_with_tables())
    return f"sqlite:///{path}"


@cache
def _with_tables() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        engine = create_engine(f"sqlite:///{path}")
        with engine.begin() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        Base.metadata.create_all(engine)
        engine.dispose()
        return path.read_bytes()


async def empty_postgresql(server: str) -> str:
    """The URL of a database of this server that has every table, all empty.

    The tables are made once and emptied row by row: making them anew, or even TRUNCATE, takes many times as long.

    Args:
        server: URL of a database of the server, in which nothing is changed.
    """
    url = f"{server.rpartition('/')[0]}/with_tables"
    if url not in _made:
        connection = await asyncpg.connect(server)
        await connection.execute("CREATE DATABASE with_tables")
        await connection.close()
        made = database.Database(url)
        async with made.engine.begin() as all_at_once:
            await all_at_once.run_sync(Base.metadata.create_all)
        await made.close()
        _made.add(url)
        return url
    connection = await asyncpg.connect(url)
    async with connection.transaction():
        for table in reversed(Base.metadata.sorted_tables):
            await connection.execute(f'DELETE FROM "{table.name}"')
        await connection.execute("SELECT setval(seqrelid, seqstart, false) FROM pg_sequence")
    await connection.close()
    return url


_made: set[str] = set()


def share_statements() -> None:
    """Let all SQLite engines of this process share one dialect and its compiled statements.

    An app has one engine and compiles each statement once. Every test makes an engine of its own, so without this each
    statement would be compiled a thousand times.
    """
    compiled: dict[Any, Any] = {}
    dialects: list[Dialect] = []

    def engine_of(url: str, **options: Any) -> AsyncEngine:
        if not url.startswith("sqlite"):
            return create_async_engine(url, **options)
        made = create_async_engine(url, execution_options={"compiled_cache": compiled}, **options)
        if not dialects or dialects[0].server_version_info is None:  # set at the first connection
            dialects[:] = [made.sync_engine.dialect]
        made.sync_engine.dialect = dialects[0]
        return made

    database.create_async_engine = engine_of  # type: ignore[assignment]


def write_unsynced() -> None:
    """Let SQLite leave writing to the disk to the system: no test in this process cuts the power.

    Otherwise every database that a test closes waits for the disk once more.
    """
    tune = database._tune_sqlite

    def tuned(engine: AsyncEngine) -> None:
        tune(engine)

        @event.listens_for(engine.sync_engine, "connect")
        def _connect(connection: Any, _record: Any) -> None:
            cursor = connection.cursor()
            cursor.execute("PRAGMA synchronous=OFF")
            cursor.close()

    database._tune_sqlite = tuned
