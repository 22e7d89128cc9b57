"""Fills an empty database with the rows of :mod:`benchmarks.tickets.made`: in bulk, with the indexes made at the end."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime

import asyncpg
from sqlalchemy import select, text
from sqlalchemy.dialects import postgresql, sqlite

from benchmarks.tickets.made import TABLES, Batch, Made, names
from core.city import City
from core.database import Database
from tickets import departments
from tickets.models import Department

_AT_ONCE = 20_000
"""Tickets of one transaction."""
_SHOWN = "INSERT INTO ticket_shown SELECT id, '', '' FROM tickets WHERE confidential"
_NAMES = tuple(one.__tablename__ for one in TABLES)


async def fill(database: Database, city: City, count: int, moment: datetime) -> None:
    """Fill the database, which has no tickets yet.

    Args:
        database: with all its tables.
        city: its departments and districts are used.
        count: how many tickets.
        moment: the end of the year of which they are.
    """
    await departments.add_missing(database, city)
    async with database.read() as session:
        offices = list(await session.scalars(select(Department.id)))
    dialect = sqlite.dialect() if database.is_sqlite else postgresql.dialect()  # type: ignore[no-untyped-call]
    batches = Made(city, offices, count, dialect, moment).batches(_AT_ONCE)
    if database.is_sqlite:
        _fill_sqlite(database.url.partition("///")[2], batches)
    else:
        await _fill_postgresql(database.url.replace("+asyncpg", ""), batches)
    async with database.write() as session:
        await session.execute(text(_SHOWN))


def _fill_sqlite(path: str, batches: Iterator[Batch]) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        for pragma in ("synchronous=OFF", "cache_size=-1000000", "temp_store=MEMORY", "foreign_keys=OFF"):
            connection.execute(f"PRAGMA {pragma}")
        later = list(
            connection.execute(
                "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND type IN ('index', 'trigger')"
                f" AND tbl_name IN ({', '.join('?' * len(_NAMES))}) ORDER BY type",
                _NAMES,
            )
        )
        for kind, name, _ in later:
            connection.execute(f"DROP {kind} {name}")
        for batch in batches:
            connection.execute("BEGIN")
            for one, rows in batch.items():
                into = f"{one.__tablename__} ({', '.join(names(one))})"
                holes = ", ".join("?" * len(names(one)))
                connection.executemany(f"INSERT INTO {into} VALUES ({holes})", rows)
            connection.execute("COMMIT")
        connection.execute("INSERT INTO ticket_search(ticket_id) SELECT id FROM tickets ORDER BY id")
        connection.execute(
            "INSERT INTO ticket_words(rowid, tokens)"
            " SELECT seq, search_tokens FROM ticket_search JOIN tickets ON tickets.id = ticket_id ORDER BY seq"
        )
        for _, _, sql in later:
            connection.execute(sql)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


async def _fill_postgresql(url: str, batches: Iterator[Batch]) -> None:
    connection = await asyncpg.connect(url)
    try:
        # Neither the keys to other tables are looked at for each row, nor is the log written through.
        await connection.execute("SET session_replication_role = replica; SET synchronous_commit = off")
        await connection.execute("SET maintenance_work_mem = '1GB'")
        later = await connection.fetch(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY($1) AND indexname LIKE 'ix%'",
            _NAMES,
        )
        for name, _ in later:
            await connection.execute(f"DROP INDEX {name}")
        for batch in batches:
            for one, rows in batch.items():
                await connection.copy_records_to_table(one.__tablename__, records=rows, columns=names(one))
        for _, sql in later:
            await connection.execute(sql)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()
