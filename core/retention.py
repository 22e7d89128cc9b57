"""How long things are kept: what is over its time is removed by the clock, in small steps, and every table has a decision.

A package decides for its own tables in a file ``retention.py``: ``TABLES`` says for each table how long or why, and ``rules``
makes the rules. ``service.retention`` puts them together. A test fails for a table without a decision.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from sqlalchemy import Select, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import now
from core.consents import Consent
from core.database import Database
from core.jobs import Again, Job

AT_ONCE = 200
"""Most rows of one step. A step holds SQLite's write lock for some milliseconds, so that citizens do not wait."""
PAUSE_S = 0.02
"""Seconds between two steps, in which others write."""
BUDGET_S = 60.0
"""Seconds after which a run of the job ends. The next run follows soon."""
JOB = "retention"
"""Kind of the job."""
EVERY = timedelta(hours=1)
"""How often it looks."""
LATE = timedelta(days=2)
"""Time after which something that should be gone is a fault of the installation."""

TABLES = {
    "clear_tables": "a row until the upgrade has encrypted a table",
    "consents": "as long as the citizen's conversation; then no id names the citizen any more",
    "jobs": "core.jobs forgets done jobs by itself",
    "processes": "a day after the process has ended; no personal data",
}
"""The decisions for the tables of core."""

After = Callable[[], None]
"""What is done after the commit, in a thread, such as removing files."""


class Rule(Protocol):
    """One kind of thing, with its time."""

    @property
    def name(self) -> str:
        """What operators read."""
        ...

    @property
    def keep(self) -> timedelta:
        """How long it is kept."""
        ...

    async def step(self, moment: datetime) -> int:
        """Remove at most :data:`AT_ONCE` of what is over its time at ``moment``; how many. Again does no harm."""
        ...

    async def overdue(self, moment: datetime) -> int:
        """How many are over their time at ``moment``."""
        ...


@dataclass(frozen=True)
class Rows:
    """A rule for rows of the database.

    Args:
        name: what operators read.
        keep: how long they are kept.
        database: where they are.
        due: the query for the ids of what is older than a moment, the oldest first.
        remove: removes or changes these rows in the transaction, so that ``due`` finds them no more. It may return what is
            to be done after the commit.
    """

    name: str
    keep: timedelta
    database: Database
    due: Callable[[datetime], Select[str]]
    remove: Callable[[AsyncSession, Sequence[str]], Awaitable[After | None]]

    async def step(self, moment: datetime) -> int:
        """See :class:`Rule`."""
        async with self.database.read() as session:
            ids = list(await session.scalars(self.due(moment - self.keep).limit(AT_ONCE)))
        if not ids:
            return 0
        async with self.database.write() as session:
            after = await self.remove(session, ids)
        if after is not None:
            await asyncio.to_thread(after)
        return len(ids)

    async def overdue(self, moment: datetime) -> int:
        """See :class:`Rule`."""
        found = self.due(moment - self.keep).order_by(None).subquery()
        async with self.database.read() as session:
            return await session.scalar(select(func.count()).select_from(found)) or 0


@dataclass(frozen=True)
class Files:
    """A rule for files that are written once and then only get older, such as full log files.

    Args:
        name: what operators read.
        keep: how long they are kept.
        folder: where they are.
        pattern: which files, such as ``*.log.*``.
    """

    name: str
    keep: timedelta
    folder: Path
    pattern: str

    async def step(self, moment: datetime) -> int:
        """See :class:`Rule`."""
        old = await asyncio.to_thread(self._old, moment)
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    async def overdue(self, moment: datetime) -> int:
        """See :class:`Rule`."""
        return len(await asyncio.to_thread(self._old, moment))

    def _old(self, moment: datetime) -> list[Path]:
        before = (moment - self.keep).timestamp()
        return [path for path in self.folder.glob(self.pattern) if path.stat().st_mtime < before]


class Retention:
    """Runs the rules.

    Args:
        rules: what is removed, in this order: what refers to something comes before it.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules

    async def run(self, budget_s: float | None = None) -> tuple[dict[str, int], bool]:
        """Remove what is over its time.

        Args:
            budget_s: seconds after which to stop; None: go on until nothing is left.

        Returns:
            How many of each kind were removed, and whether nothing is left.
        """
        removed: dict[str, int] = {}
        began = time.monotonic()
        for rule in self._rules:
            while count := await rule.step(now()):
                removed[rule.name] = removed.get(rule.name, 0) + count
                if budget_s is not None and time.monotonic() - began > budget_s:
                    return removed, False
                await asyncio.sleep(PAUSE_S)
        return removed, True

    async def overdue(self) -> dict[str, int]:
        """How many of each kind should have been gone for :data:`LATE`; only kinds with some."""
        late = {rule.name: await rule.overdue(now() - LATE) for rule in self._rules}
        return {name: count for name, count in late.items() if count}

    async def job(self, _: Job) -> Again | None:
        """Handler of the recurring job :data:`JOB`."""
        _removed, whole = await self.run(BUDGET_S)
        return None if whole else Again(now() + timedelta(seconds=1))


def consents(database: Database, keep: timedelta, left: Callable[[], Select[str]]) -> Rows:
    """The rule for consents of citizens who have no conversation any more.

    Args:
        database: where they are.
        keep: time after the last change before which a consent is never removed; a notice may be shown before the first word.
        left: the query for the ids of such consents.
    """

    def due(before: datetime) -> Select[str]:
        return left().where(Consent.changed_at < before).order_by(Consent.id)

    async def remove(session: AsyncSession, ids: Sequence[str]) -> None:
        await session.execute(delete(Consent).where(Consent.id.in_(ids)))

    return Rows("同意记录", keep, database, due, remove)
