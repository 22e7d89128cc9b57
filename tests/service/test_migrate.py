"""Migrations make exactly the tables the code has, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, insert, select

import service.tables  # noqa: F401
from core.database import Base, Database
from core.migrate import config, is_current, upgrade
from core.privacy import lookup_key
from tickets.models import TicketRow


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


async def phones_are_keyed_again(url: str) -> None:
    """Tickets filed under the former writings are found by the one there is now."""
    await upgrade(url)
    await asyncio.to_thread(command.stamp, config(url), "0005")
    said = {"a": "0554-6660000", "b": "13800000000", "c": "0554-12", "d": None}
    row = {"type": "complaint", "content": "路灯坏了", "query_code": "123456"}
    database = Database(url)
    try:
        async with database.write() as session:
            for name, phone in said.items():
                key = lookup_key(phone) if phone else None
                await session.execute(
                    insert(TicketRow).values(
                        id=name, number=name, filing_key=name, contact_phone=phone, contact_key=key, **row
                    )
                )
        await upgrade(url)
        async with database.read() as session:
            found = (
                await session.execute(select(TicketRow.id, TicketRow.contact_phone, TicketRow.contact_key))
            ).all()
    finally:
        await database.close()
    kept = {"a": "05546660000", "b": "13800000000", "c": "0554-12", "d": None}
    assert {id: phone for id, phone, _ in found} == kept
    assert {id: key for id, _, key in found} == {k: lookup_key(v) if v else None for k, v in kept.items()}


async def test_phones_are_keyed_again_on_sqlite(tmp_path: Path) -> None:
    await phones_are_keyed_again(f"sqlite:///{tmp_path / 'old.db'}")


async def test_phones_are_keyed_again_on_postgresql(postgresql_url: str) -> None:
    await phones_are_keyed_again(postgresql_url)
