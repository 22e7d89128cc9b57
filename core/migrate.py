"""Bring the database to the newest schema, or tell that it is not."""

from __future__ import annotations

import asyncio

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from core.database import Database
from core.settings import ROOT


def config(url: str) -> Config:
    """Alembic's configuration for one database."""
    made = Config()
    made.set_main_option("script_location", str(ROOT / "migrations"))
    # Alembic reads options through configparser, which takes % for its own.
    made.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return made


async def upgrade(url: str) -> None:
    """Run every migration the database has not had yet; nothing happens when there is none."""
    await asyncio.to_thread(command.upgrade, config(url), "head")


async def is_current(database: Database) -> bool:
    """Whether the database has the newest schema."""
    head = ScriptDirectory.from_config(config(database.url)).get_current_head()

    def revision(connection: Connection) -> str | None:
        return MigrationContext.configure(connection).get_current_revision()

    async with database.engine.connect() as connection:
        return await connection.run_sync(revision) == head
