"""Times turns of the clock: with nothing due, with a few tickets, and with very many that are due at once."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from benchmarks.figures import Figure
from benchmarks.tickets.held import HELD_MS, watched, worked_s
from core.city import City
from core.clock import now
from core.database import Database
from core.events import LocalEvents
from core.jobs import Jobs
from tickets.sweep import Sweep

SWEEP_S = 10.0
"""Most seconds of a turn."""
DUE = (0, 1_000, 100_000)
"""Tickets that are due at once."""


async def measure(database: Database, city: City) -> list[Figure]:
    """A turn for each of :data:`DUE`; the open ones become due before it, each with a deadline that was just missed."""
    sweep = Sweep(database, LocalEvents(strict=False), city, Jobs(database))
    await sweep.run()
    gc.collect()
    gc.freeze()  # as the app does when it has started
    figures = []
    for due in DUE:
        past = now() - timedelta(minutes=1, microseconds=due)
        if due:
            await _make_due(database, due, past)
            await _settle(database)
        with watched() as held:
            began, busy = time.perf_counter(), worked_s()
            looked = await sweep.run()
            spent, worked = time.perf_counter() - began, worked_s() - busy
            await asyncio.sleep(0.01)
        said = f"clock, {due} due"
        figures.append(Figure(said, spent, "s", SWEEP_S))
        figures.append(Figure(f"{said}, loop held", held.busy_ms, "ms", HELD_MS))
        print(
            f"{said:42} {looked} looked at in {spent:.2f} s  cpu {worked:.2f} s  held {held.busy_ms:.1f}  late {held.late_ms:.1f} ms",
            flush=True,
        )
    return figures


async def _make_due(database: Database, count: int, past: datetime) -> None:
    """Let some tickets that are handled have missed their deadline at a moment that the clock has not seen yet."""
    chosen = f"SELECT id FROM tickets WHERE closed_at IS NULL ORDER BY id DESC LIMIT {count}"
    moment = past.astimezone(UTC).replace(tzinfo=None) if database.is_sqlite else past
    async with database.write() as session:
        await session.execute(
            text(
                "UPDATE tickets SET state = 'handling', close_due_at = :past, next_due_at = :past"
                f" WHERE id IN ({chosen})"
            ),
            {"past": moment},
        )
        await session.execute(text(f"DELETE FROM ticket_watches WHERE ticket_id IN ({chosen})"))
        await session.execute(
            text(f"INSERT INTO ticket_watches (ticket_id, at) SELECT id, :past FROM ({chosen}) AS chosen"),
            {"past": moment},
        )


async def _settle(database: Database) -> None:
    """Let the database write out what the preparation left to it, which is more than a turn of the clock writes itself."""
    if database.is_sqlite:
        with closing(sqlite3.connect(database.url.partition("///")[2])) as own:
            own.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    async with database.engine.connect() as connection:
        apart = await connection.execution_options(isolation_level="AUTOCOMMIT")
        # As autovacuum would, which the servers of measurements are without: deadlines pass without a row being written.
        await apart.execute(text("VACUUM tickets, ticket_watches"))
        await apart.execute(text("CHECKPOINT"))
