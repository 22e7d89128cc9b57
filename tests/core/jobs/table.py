"""Functions to look at the table of jobs, and a clock that tests move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from core.database import Database
from core.jobs import JobRow
from tests.waiting import until

SECOND = timedelta(seconds=1)
"""One second."""


class Clock:
    """A clock that stands still until a test sets its ``now``."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 28, 4, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


async def row(database: Database, kind: str, key: str = "") -> JobRow | None:
    async with database.read() as session:
        return await session.scalar(select(JobRow).where(JobRow.kind == kind, JobRow.key == key))


async def state(database: Database, kind: str, key: str = "") -> str | None:
    found = await row(database, kind, key)
    return found.state if found else None


async def settled(database: Database, kind: str, key: str, attempts: int) -> None:
    """Wait until a job was tried this often and the result of the last try is recorded."""

    async def ended() -> bool:
        found = await row(database, kind, key)
        return found is not None and found.attempts == attempts and found.leased_by is None

    await until(ended)


async def is_now(database: Database, kind: str, key: str, wanted: str | None) -> bool:
    return await state(database, kind, key) == wanted


async def due_at(database: Database, moment: datetime) -> bool:
    found = await row(database, "sweep")
    return found is not None and found.due_at == moment and found.leased_by is None
