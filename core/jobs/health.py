"""Jobs that do not go well, for whoever looks after the installation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from core.clock import now
from core.database import Database
from core.jobs.models import JobRow
from core.jobs.queue import takeable

LATE = timedelta(minutes=2)
"""A job that nobody has begun so long after its moment has nobody to do it."""


@dataclass(frozen=True)
class Trouble:
    """A job that failed, or that nobody does.

    Args:
        state: ``failed`` (given up), ``failing`` (tried again later) or ``late`` (nobody takes it).
        attempts: tries since it last went well.
        due_at: when it is tried next, or should have been.
        error: why it failed last; empty when it did not.
    """

    kind: str
    key: str
    state: str
    attempts: int
    due_at: datetime
    error: str

    def __str__(self) -> str:
        name = f"{self.kind} {self.key}".rstrip()
        if self.state == "late":
            return f"{name}: due since {self.due_at:%Y-%m-%d %H:%M} UTC, and nobody does it"
        what = "given up" if self.state == "failed" else f"failed {self.attempts} times, tried again"
        return f"{name}: {what} ({self.error})"


async def troubles(database: Database, *, limit: int = 50, moment: datetime | None = None) -> list[Trouble]:
    """What is wrong with jobs at a moment (now when None), the longest due first."""
    late = takeable((moment or now()) - LATE)
    async with database.read() as session:
        rows = await session.scalars(
            select(JobRow)
            .where(
                or_(
                    JobRow.state == "failed",
                    JobRow.last_error.is_not(None) & (JobRow.state == "waiting"),
                    late,
                )
            )
            .order_by(JobRow.due_at)
            .limit(limit)
        )
        return [
            Trouble(row.kind, row.key, _state(row), row.attempts, row.due_at, row.last_error or "")
            for row in rows
        ]


def _state(row: JobRow) -> str:
    if row.state == "failed":
        return "failed"
    return "failing" if row.last_error else "late"
