"""Jobs with problems, for operators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from core.clock import local, now
from core.database import Database
from core.jobs.models import JobRow
from core.jobs.queue import takeable

LATE = timedelta(minutes=2)
"""Time after its due time from which a job counts as late, when no process has started it."""


@dataclass(frozen=True)
class Trouble:
    """A job that failed, or that no process starts.

    Args:
        kind: the kind of the job.
        key: the key of the job; empty for a recurring job.
        state: ``failed`` (given up), ``failing`` (will be tried again) or ``late`` (no process starts it).
        attempts: number of tries since its last success.
        due_at: time of the next try; for a late job the time at which it should have started.
        error: the last error; empty when there was none.
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
            return f"{name}：{local(self.due_at):%Y-%m-%d %H:%M} 就该做，到现在没有进程做"
        if self.state == "failed":
            return f"{name}：放弃了（{self.error}）"
        what = f"失败了 {self.attempts} 次，会再试" if self.attempts else "马上再试"
        return f"{name}：{what}（{self.error}）"


async def troubles(database: Database, *, limit: int = 50, moment: datetime | None = None) -> list[Trouble]:
    """The jobs that have problems at ``moment`` (now when None), the longest due first, at most ``limit``."""
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
