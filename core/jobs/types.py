"""The types of a handler: what it gets, returns and raises."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, delete, literal, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import now
from core.jobs.models import JobRow


class JobLost(Exception):
    """The lease has run out, and another process has the job. The current transaction must not be committed."""


class NotYet(Exception):
    """Raised by a handler: the job can't be done yet, which is expected.

    It is tried again like after a failure.
    """


class GiveUp(Exception):
    """Raised by a handler: the job can never be done. The text is kept for the operator."""


@dataclass(frozen=True)
class Again:
    """Returned by a handler: nothing failed, and the job must run again.

    Args:
        at: time of the next run.
        payload: facts for the next run; None keeps the present ones.
    """

    at: datetime
    payload: dict[str, Any] | None = None


@dataclass(eq=False)
class Job:
    """A leased job.

    Args:
        id: id of the row.
        kind: the kind of the job.
        key: what the job is about; empty for a recurring job.
        payload: more facts for the handler.
        attempt: 1 for the first try since the job was added or last succeeded.
        due_at: when it should have started; long ago when the system was down.
        created_at: when it was added.
        lease: id of the lease under which it runs now.
        clock: returns the current moment.
    """

    id: str
    kind: Kind
    key: str
    payload: dict[str, Any]
    attempt: int
    due_at: datetime
    created_at: datetime
    lease: str
    clock: Callable[[], datetime] = now
    ended: bool = False
    """Whether the end of the job was written, perhaps in a transaction that is not committed yet."""

    async def done(self, session: AsyncSession) -> None:
        """End the job in the caller's transaction, so that the changes in this transaction are made exactly once.

        Call it before the other changes. It then keeps other processes out until the transaction ends.

        Raises:
            JobLost: another process has the job. The transaction must not be committed.
        """
        if not await self.end(session):
            raise JobLost(f"{self.kind.name}:{self.key}")

    async def end(self, session: AsyncSession, again: Again | None = None) -> bool:
        """Record a successful run.

        When the job got another due time meanwhile (:func:`core.jobs.move`, :func:`core.jobs.remind`), it
        runs again.

        Args:
            again: when and with which payload the job runs again; None: it is done, or recurs as usual.

        Returns:
            False when the lease is no longer held by this run; then nothing changes.
        """
        ours = (JobRow.id == self.id) & (JobRow.leased_by == self.lease)
        as_taken = JobRow.due_at == self.due_at
        moment = self.clock()
        if again is None and self.kind.every is not None:
            again = Again(moment + self.kind.every)
        if again is None and self.kind.forget:
            gone = await session.execute(
                delete(JobRow)
                .where(ours, as_taken)
                .returning(JobRow.id)
                .execution_options(synchronize_session=False)
            )
            if gone.scalar() is not None:
                self.ended = True
                return True
        values: dict[str, Any] = {
            "leased_by": None,
            "leased_until": None,
            "attempts": 0,
            "last_error": None,
            "ended_at": moment,
        }
        if again is None:
            values["state"] = case((as_taken, "done"), else_=JobRow.state)
        else:
            values["due_at"] = case((as_taken, literal(again.at, JobRow.due_at.type)), else_=JobRow.due_at)
            if again.payload is not None:
                values["payload"] = again.payload
        ended = await session.execute(
            update(JobRow)
            .where(ours)
            .values(**values)
            .returning(JobRow.id)
            .execution_options(synchronize_session=False)
        )
        self.ended = ended.scalar() is not None
        return self.ended


Handler = Callable[[Job], Awaitable[object]]
"""Does a job. It returns :class:`Again` when the job must run again. Any other result means that it is done."""


@dataclass(frozen=True)
class Kind:
    """How the jobs of one kind are run.

    Args:
        name: name of the kind, at most 40 characters.
        handler: does a job.
        every: for a recurring job: time from the end of a run to the start of the next one.
        lease: time after which another process may take the job of a process that died. A living process
            renews the lease.
        limit: longest duration of a run. A longer run is stopped and counts as failed.
        at_once: most jobs of this kind that one process runs at the same time.
        first_pause: time from the first failure to the next try. It doubles with each further failure.
        longest_pause: longest time between two tries.
        most_attempts: number of tries before the job is given up; None: never. A recurring job is never given
            up.
        forget: whether the row is deleted when the job is done. Otherwise it is kept for
            :data:`core.jobs.queue.KEPT`; during this time adding the same key does nothing.
    """

    name: str
    handler: Handler = field(compare=False)
    every: timedelta | None = None
    lease: timedelta = timedelta(seconds=30)
    limit: timedelta = timedelta(minutes=5)
    at_once: int = 4
    first_pause: timedelta = timedelta(seconds=5)
    longest_pause: timedelta = timedelta(hours=1)
    most_attempts: int | None = None
    forget: bool = False

    def pause(self, attempt: int) -> timedelta:
        """Time to wait after the ``attempt``-th failure in a row (from 1)."""
        longest = self.longest_pause if self.every is None else max(self.every, self.first_pause)
        return min(self.first_pause * float(1 << min(attempt - 1, 30)), longest)
