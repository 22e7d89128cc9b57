"""Brings the database to the newest schema, and tells whether it has that schema."""

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
    """The configuration of alembic for the database at ``url``."""
    made = Config()
    made.set_main_option("script_location", str(ROOT / "migrations"))
    # Alembic reads options with configparser, for which % has a meaning.
    made.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return made


async def upgrade(url: str) -> None:
    """Run all migrations that this database still lacks."""
    await asyncio.to_thread(command.upgrade, config(url), "head")


async def is_current(database: Database) -> bool:
    """Whether the database has the newest schema."""
    head = ScriptDirectory.from_config(config(database.url)).get_current_head()

    def revision(connection: Connection) -> str | None:
        return MigrationContext.configure(connection).get_current_revision()

    async with database.engine.connect() as connection:
        return await connection.run_sync(revision) == head
