"""Alembic's entry: the tables of every package, on SQLite and PostgreSQL alike."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

import service.tables  # noqa: F401
from core.database import Base, Database, UtcDateTime, async_url
from core.privacy import Sealed
from tickets import word_index

url = context.config.get_main_option("sqlalchemy.url") or ""


def render(kind: str, thing: Any, _context: Any) -> str | Literal[False]:
    """Write our column types as what they are in the database, so that old migrations need none of our code."""
    if kind == "type" and isinstance(thing, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(thing, Sealed):
        return "sa.Text()"
    return False


def run(connection: Connection) -> None:
    """Run migrations on one connection."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        # SQLite can't alter tables; alembic copies them.
        render_as_batch=True,
        render_item=render,
        include_object=lambda _thing, name, *_: not (name or "").startswith(word_index.OWN),
    )
    with context.begin_transaction():
        context.run_migrations()


def _without_foreign_keys(connection: Connection) -> None:
    """SQLite alters a table by a copy, for which the table is dropped. Rows of others that refer to it would forbid that.

    The setting must be made outside of a transaction.
    """
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA foreign_keys=OFF")
    cursor.close()


async def online() -> None:
    """Connect and run."""
    database = Database(async_url(url))
    try:
        async with database.engine.connect() as connection:
            if database.is_sqlite:
                await connection.run_sync(_without_foreign_keys)
            async with connection.begin():
                await connection.run_sync(run)
    finally:
        await database.close()


asyncio.run(online())
