"""Migrations make exactly the tables the code has, on SQLite and on PostgreSQL."""

from __future__ import annotations

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

import service.tables  # noqa: F401
from core.database import Base, Database
from core.migrate import is_current, upgrade


async def differences(url: str) -> list[object]:
    """What a database made by migrations alone lacks or has too much."""
    database = Database(url)
    try:
        await upgrade(url)
        assert await is_current(database)
        await upgrade(url)  # a second run changes nothing

        def compare(connection: Connection) -> list[object]:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            return list(compare_metadata(context, Base.metadata))

        async with database.engine.connect() as connection:
            return await connection.run_sync(compare)
    finally:
        await database.close()


async def test_migrations_make_the_tables_of_the_code(tmp_path: Path) -> None:
    assert await differences(f"sqlite:///{tmp_path / 'new.db'}") == []


async def test_an_empty_database_is_not_current(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    assert not await is_current(database)
    await database.close()


async def test_migrations_run_on_postgresql(postgresql_url: str) -> None:
    assert await differences(postgresql_url) == []
