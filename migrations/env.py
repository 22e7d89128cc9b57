"""Alembic's entry: the tables of every package, on SQLite and PostgreSQL alike."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

import service.tables  # noqa: F401
from core.database import Base, Database, UtcDateTime, async_url
from core.privacy import EncryptedText

url = context.config.get_main_option("sqlalchemy.url") or ""


def render(kind: str, thing: Any, _context: Any) -> str | Literal[False]:
    """Write our column types as what they are in the database, so that old migrations need none of our code."""
    if kind == "type" and isinstance(thing, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(thing, EncryptedText):
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
    )
    with context.begin_transaction():
        context.run_migrations()


async def online() -> None:
    """Connect and run."""
    database = Database(async_url(url))
    try:
        async with database.engine.begin() as connection:
            await connection.run_sync(run)
    finally:
        await database.close()


asyncio.run(online())
