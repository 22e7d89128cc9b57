"""Empty SQLite databases with every table, quickly; and one memory of compiled statements for all of them."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Dialect, create_engine
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

import service.tables  # noqa: F401
from core import database
from core.database import Base


def empty_sqlite(path: Path) -> str:
    """Write a database with every table and nothing in them; its URL. Making the tables anew takes ten times as long."""
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


def share_statements() -> None:
    """Let all SQLite engines of this process share one dialect, and the statements it has compiled.

    An app has one engine and compiles each statement once. The tests make an engine each, and would compile each
    statement a thousand times.
    """
    compiled: dict[Any, Any] = {}
    dialects: list[Dialect] = []

    def engine_of(url: str, **options: Any) -> AsyncEngine:
        if not url.startswith("sqlite"):
            return create_async_engine(url, **options)
        made = create_async_engine(url, execution_options={"compiled_cache": compiled}, **options)
        if (
            not dialects or dialects[0].server_version_info is None
        ):  # which it learns with its first connection
            dialects[:] = [made.sync_engine.dialect]
        made.sync_engine.dialect = dialects[0]
        return made

    database.create_async_engine = engine_of  # type: ignore[assignment]
