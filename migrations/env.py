"""Alembic's entry: the tables of every package, on SQLite and PostgreSQL alike."""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy import Connection

import conversations.models
import desk.models
import tickets.models  # noqa: F401
from core.database import Base, Database, async_url

url = context.config.get_main_option("sqlalchemy.url") or ""


def run(connection: Connection) -> None:
    """Run migrations on one connection."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        # SQLite can't alter tables; alembic copies them.
        render_as_batch=connection.dialect.name == "sqlite",
        user_module_prefix="core.database.",
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
